import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createMuxer } from '../../../recorder/mux/muxer.ts';
import { LessonId, type RecordingId } from '../../../signaling/protocol/ids.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { LoggedRecording, PAYLOAD_TYPES } from '../../support/media/logged-recording.ts';
import { RecordedDistrict } from '../../support/districts/recorded-district.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import { loadMediaClip, type MediaClip } from '../../support/rtp/media-clip.ts';
import { rtpTimeline } from '../../support/rtp/rtp-timeline.ts';

const STARTED_UNIX_US = 1_790_000_000_000_000;
const LENGTH_S = 30;
const LECTURER = 'lin.laoshi';
const language = 'zh-CN';
/** Says one thing of whoever speaks. */
const RECOGNISER = `console.log(JSON.stringify({ start: 0.9, end: 2, text: '自动识别的一句' }));`;

let district: RecordedDistrict;
let lecturer: RestClient;
let recordingId: RecordingId;
let browser: Browser;
let teacher: Person;
let pupil: Person;
let axeSource: string;
let folder: string;

async function recordLesson(): Promise<RecordingId> {
  const store = await DirectoryObjectStore.create(join(district.stack.dataFolder, 'objects'));
  const recording = new LoggedRecording(store, STARTED_UNIX_US);
  const timeline = (clip: MediaClip, ssrc: number) =>
    rtpTimeline({
      ...{ clip, ssrc, cname: 'test', payloadType: PAYLOAD_TYPES[clip.codec] },
      startUnixUs: STARTED_UNIX_US,
      durationUs: LENGTH_S * 1e6,
    });
  const small = { width: 320, height: 192, fps: 30, kilobitsPerSecond: 200 };
  const [camera, voice] = [await loadMediaClip({ codec: 'H264', ...small }), await loadMediaClip({ codec: 'opus' })];
  const seat = 'lecturer';
  recording.add({ track: 'cam', seat, source: 'camera', codec: 'H264', ssrc: 31, packets: timeline(camera, 31) });
  recording.add({ track: 'mic', seat, source: 'microphone', codec: 'opus', ssrc: 32, packets: timeline(voice, 32) });
  await recording.storeUntil(undefined, { endedAtUs: LENGTH_S * 1e6 });
  const muxer = createMuxer({ store, log: createLog('captions-test', 'silent') });
  await muxer.step(recording.recordingId, { final: true });
  await muxer.close();
  const lessonId = LessonId.parse(await lessonIdOf(lecturer, '望庐山瀑布'));
  return district.record(lessonId, '望庐山瀑布', recording.recordingId);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-recogniser-'));
  await writeFile(join(folder, 'recognise.mjs'), RECOGNISER);
  axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  district = await RecordedDistrict.start({
    CAPTION_COMMAND: `${process.execPath} ${join(folder, 'recognise.mjs')}`,
    CAPTION_LANGUAGES: 'en',
  });
  lecturer = await signedIn(district.stack, LECTURER);
  recordingId = await recordLesson();
  browser = await launchBrowser();
  teacher = await Person.at(district.stack, browser, 1);
  pupil = await Person.at(district.stack, browser, 2);
  await teacher.signIn(LECTURER);
  await pupil.signIn('ai.xiaozhang');
});
afterAll(async () => {
  await browser?.close();
  await district?.stop();
  await rm(folder, { recursive: true, force: true });
});

const at = (path = ''): string => `/watch/${recordingId}${path}`;
const lines = (page: Page) => page.getByTestId('player-caption-lines');

const Findings = z.array(
  z.object({ id: z.string(), impact: z.string().nullable(), nodes: z.array(z.object({ html: z.string() })) }),
);

async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const found: unknown = await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }).then((result) => result.violations)`,
  );
  return Findings.parse(found)
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

async function choose(page: Page, name: string, text: string): Promise<void> {
  await page.getByTestId('caption-file').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
}

/** Where it plays does not matter, as long as it does not go on meanwhile. */
async function stopAt(page: Page, seconds: number): Promise<void> {
  await page.locator('[data-testid="player"][data-phase="ready"]').waitFor();
  const isPlaying = (await page.getByTestId('player-play').getAttribute('aria-label')) === '暂停';
  if (isPlaying) await page.keyboard.press('k');
  await page.keyboard.press('Home');
  for (let done = 0; done < seconds; done += 5) await page.keyboard.press('ArrowRight');
}

describe('captions', () => {
  it('are uploaded by the teacher: what is wrong is said line by line, then they are there', async () => {
    const { page } = teacher;
    await page.goto(at('/captions'));
    await choose(page, 'a.vtt', 'WEBVTT\n\n00:05.000 --> 00:04.000\n错\n\n00:06.000 --> 00:07.000\n<script>');
    await page.getByTestId('caption-problems').waitFor();
    expect(await page.getByTestId('caption-problems').locator('li').allTextContents()).toEqual([
      '第 3 行：结束时间应晚于开始时间',
      '第 7 行：含有字幕不允许的标记',
    ]);
    const srt = [
      ...['1', '00:00:00,000 --> 00:00:04,000', '日照香炉生紫烟', ''],
      ...['2', '00:00:05,000 --> 00:00:09,000', '遥看瀑布挂前川', ''],
      ...['3', '00:00:20,000 --> 00:00:25,000', '飞流直下三千尺'],
    ].join('\n');
    await choose(page, 'a.srt', srt);
    await page.getByTestId(`captions-${language}`).waitFor();
    expect(await page.getByTestId(`captions-${language}`).textContent()).toContain('3 条 · 第 1 版 · 上传');
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('are read over the picture, in the transcript, and found: a click goes where it is said', async () => {
    const { page } = pupil;
    await page.goto(at());
    await stopAt(page, 5);
    expect(await lines(page).count()).toBe(0);
    await page.keyboard.press('c');
    await lines(page).getByText('遥看瀑布挂前川').waitFor();
    await page.getByTestId('player-captions').click();
    await page.getByTestId('player-captions-size-l').click();
    expect(await lines(page).getAttribute('data-size')).toBe('l');
    await page.getByTestId('player-side-toggle').click();
    await page.getByTestId('side-tab-captions').click();
    await page.getByTestId('transcript-line').nth(2).waitFor();
    expect(await page.locator('[data-testid="transcript-line"][aria-current="true"]').textContent()).toContain('遥看');
    await page.getByTestId('transcript-search').fill('三千');
    expect(await page.getByTestId('transcript-line').allTextContents()).toEqual([expect.stringContaining('飞流直下')]);
    await page.getByTestId('transcript-line').click();
    await lines(page).getByText('飞流直下三千尺').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    // Remembered on this device, and the manager's way is not the viewer's.
    await page.reload();
    await stopAt(page, 5);
    await lines(page).getByText('遥看瀑布挂前川').waitFor();
    expect(await lines(page).getAttribute('data-size')).toBe('l');
    await page.getByTestId('player-captions').click();
    expect(await page.getByTestId('player-captions-manage').count()).toBe(0);
    await page.getByTestId('player-captions-off').click();
    await lines(page).waitFor({ state: 'detached' });
    await page.goto(at('/captions'));
    await page.getByText('只有这节课的老师和学校管理员可以编辑字幕。').waitFor();
  });

  it('stand over the picture on a phone and on a big screen, without covering the controls', async () => {
    const { page } = pupil;
    for (const viewport of [VIEWPORTS.phone, { width: 1920, height: 1080 }]) {
      await page.setViewportSize(viewport);
      await page.goto(at());
      await stopAt(page, 5);
      if ((await lines(page).count()) === 0) await page.keyboard.press('c');
      const line = lines(page).locator('p').first();
      await line.waitFor();
      const [box, bar] = [await line.boundingBox(), await page.getByTestId('player-bar').boundingBox()];
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0);
      expect(box?.x).toBeGreaterThanOrEqual(0);
      const size = await line.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
      expect(size).toBeGreaterThanOrEqual(viewport.width > 1000 ? 40 : 16);
    }
  });

  it('are edited beside the picture: text, times, split, join, undo; saved as a version, also against somebody else’s', async () => {
    const { page } = teacher;
    await page.goto(at(`/captions/${language}`));
    await page.getByTestId('cue-form').waitFor();
    await page.getByTestId('cue-text').fill('日照香炉生紫烟。好诗');
    await page.getByTestId('cue-to').fill('0:04.500');
    await page.getByTestId('cue-to').press('Enter');
    await page.getByTestId('cue-text').evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(8, 8));
    await page.keyboard.press('Alt+s');
    expect(await page.getByTestId('cue-row').count()).toBe(3);
    await page.keyboard.press('Alt+m');
    expect(await page.getByTestId('cue-row').count()).toBe(2);
    await page.getByTestId('captions-undo').click();
    await page.getByTestId('cue-row').nth(2).waitFor();
    expect(await page.getByTestId('captions-state').textContent()).toBe('有未保存的修改');
    await page.keyboard.press('Control+s');
    await page.getByText('第 2 版，已保存').waitFor();
    const saved = await lecturer.call('getCaptions', { params: { recordingId, language }, query: {} });
    expect(saved.cues.map(({ text }) => text)).toEqual([
      '日照香炉生紫烟。',
      '好诗',
      '遥看瀑布挂前川',
      '飞流直下三千尺',
    ]);
    expect(saved.cues[1]?.toMs).toBe(4500);
    expect(await seriousFindings(page)).toEqual([]);

    const body = { label: '', baseVersion: 2, cues: saved.cues.slice(1) };
    await lecturer.call('saveCaptions', { params: { recordingId, language }, body });
    await page.getByTestId('cue-text').fill('我的修改');
    await page.getByTestId('captions-save').click();
    await page.getByTestId('captions-keep-mine').click();
    await page.getByText('第 4 版，已保存').waitFor();
    await page.getByTestId('caption-versions').selectOption('1');
    await page.getByText('有未保存的修改').waitFor();
    expect(await page.getByTestId('cue-row').count()).toBe(2);
  });

  it('are made by the district’s own recogniser at the press of a button', async () => {
    const { page } = teacher;
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto(at('/captions'));
    await page.getByTestId('recognise-en').click();
    await page.getByTestId('captions-en').waitFor();
    const { cues, origin } = await lecturer.call('getCaptions', { params: { recordingId, language: 'en' }, query: {} });
    expect(origin).toBe('recognition');
    expect(cues).toMatchObject([{ text: '自动识别的一句' }]);
    expect(cues[0]?.voice).not.toBeNull();
  });
});
