import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PlayIndex } from '../../../signaling/protocol/play-index.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { readPlayer, rememberAudio } from '../../support/browser/picture-reader.ts';
import { PAYLOAD_TYPES } from '../../support/media/logged-recording.ts';
import { PlayerStand, STARTED_UNIX_US, TIMELINES } from '../../support/stands/player-stand.ts';
import { loadMediaClip, type MediaClip } from '../../support/rtp/media-clip.ts';
import { rtpTimeline } from '../../support/rtp/rtp-timeline.ts';

/** 30 s of a lesson with both pictures; from 6 to 14 s nobody says anything. */
const LENGTH_S = 30;
const SILENCE = { fromS: 6, toS: 14 };

const PATIENT = { interval: 30, timeout: 20_000 };

let browser: Browser;
let stand: PlayerStand;
const pages: Page[] = [];

const timeline = (clip: MediaClip, ssrc: number, startS: number, endS: number) =>
  rtpTimeline({
    clip,
    ssrc,
    cname: 'test',
    payloadType: PAYLOAD_TYPES[clip.codec],
    startUnixUs: STARTED_UNIX_US + startS * 1e6,
    durationUs: (endS - startS) * 1e6,
  });

beforeAll(async () => {
  stand = await PlayerStand.start();
  const small = { width: 320, height: 192, fps: 30, kilobitsPerSecond: 200 };
  const camera = timeline(await loadMediaClip({ codec: 'H264', ...small }), 21, 0, LENGTH_S);
  const screen = timeline(await loadMediaClip({ codec: 'VP8', ...small }), 22, 0, LENGTH_S);
  const voice = await loadMediaClip({ codec: 'opus' });
  const { recording, muxer } = stand;
  recording.add({ track: 'cam', seat: 'lecturer', source: 'camera', codec: 'H264', ssrc: 21, packets: camera });
  recording.add({ track: 'scr', seat: 'lecturer', source: 'screen', codec: 'VP8', ssrc: 22, packets: screen });
  const microphone = { track: 'mic', seat: 'lecturer', source: 'microphone', codec: 'opus' } as const;
  recording.add({ ...microphone, ssrc: 23, packets: timeline(voice, 23, 0, SILENCE.fromS) });
  recording.add({ ...microphone, epoch: 2, ssrc: 24, packets: timeline(voice, 24, SILENCE.toS, LENGTH_S) });
  await recording.storeUntil(undefined, { endedAtUs: LENGTH_S * 1e6 });
  await muxer.step(recording.recordingId, { final: true });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await stand.close();
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close();
  stand.savedPositionsMs.length = 0;
});

async function watch(viewport: keyof typeof VIEWPORTS = 'laptop', beforehand?: () => void): Promise<Page> {
  const hasTouch = viewport === 'phone';
  const context = await browser.newContext({ locale: 'zh-CN', viewport: VIEWPORTS[viewport], hasTouch });
  const page = await context.newPage();
  pages.push(page);
  await rememberAudio(page);
  if (beforehand !== undefined) await page.addInitScript(beforehand);
  await page.goto(stand.watchUrl);
  await expect.poll(() => soundAt(page), { timeout: 20_000 }).toBeGreaterThan(0.2);
  return page;
}

async function openPage(url: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: VIEWPORTS.laptop });
  const page = await context.newPage();
  pages.push(page);
  await rememberAudio(page);
  await page.goto(url);
  return page;
}

const soundAt = async (page: Page): Promise<number> => (await readPlayer(page, [])).soundS ?? 0;
const positionOf = async (page: Page): Promise<number> =>
  Number(await page.getByTestId('player-seek').getAttribute('aria-valuenow'));
const widthOf = async (page: Page, slot: 'board' | 'lecturer'): Promise<number> =>
  (await page.getByTestId(`player-picture-${slot}`).boundingBox())?.width ?? 0;

describe('layouts of the player', () => {
  it('change with V, swap with S, and are remembered', async () => {
    const page = await watch();
    const layout = () => page.getByTestId('player').getAttribute('data-layout');
    expect(await layout()).toBe('side');
    expect(await widthOf(page, 'board')).toBeGreaterThan(await widthOf(page, 'lecturer'));
    await page.keyboard.press('s');
    await expect
      .poll(async () => (await widthOf(page, 'lecturer')) - (await widthOf(page, 'board')))
      .toBeGreaterThan(0);
    await page.keyboard.press('s');
    await page.keyboard.press('v');
    await expect.poll(layout, PATIENT).toBe('pip');
    const [outer, inset] = [await widthOf(page, 'board'), await widthOf(page, 'lecturer')];
    expect(outer).toBe(VIEWPORTS.laptop.width);
    expect(inset).toBeGreaterThan(0);
    expect(inset).toBeLessThan(outer / 2);
    await page.keyboard.press('v');
    await expect.poll(() => page.getByTestId('player-picture-lecturer').isVisible(), PATIENT).toBe(false);
    await page.keyboard.press('v');
    await expect.poll(() => page.getByTestId('player-picture-board').isVisible(), PATIENT).toBe(false);
    await page.keyboard.press('>');
    await page.reload();
    await expect.poll(layout, PATIENT).toBe('lecturer');
    await expect.poll(() => page.getByTestId('player-speed').textContent(), PATIENT).toBe('1.25×');
  });
});

/** As on iPhones before iOS 17.1. */
async function withoutMediaSource(options: { readonly playsHls: boolean }): Promise<Page> {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: VIEWPORTS.phone, hasTouch: true });
  const page = await context.newPage();
  pages.push(page);
  await page.addInitScript(({ playsHls }) => {
    for (const name of ['MediaSource', 'ManagedMediaSource']) Reflect.deleteProperty(globalThis, name);
    if (!playsHls) HTMLMediaElement.prototype.canPlayType = () => '';
  }, options);
  await page.goto(stand.watchUrl);
  return page;
}

describe('a browser without media source extensions, before there is a film', () => {
  const CUT = { fromS: 8, toS: 14 };

  it('plays one picture by its own HLS without what is left out, and says which', async () => {
    const key = objectKeys.playIndex(stand.recording.recordingId);
    const whole = (await stand.store.getBuffer(key)).body;
    const cut = { fromUs: CUT.fromS * 1e6, toUs: CUT.toS * 1e6 };
    const index = { ...PlayIndex.parse(JSON.parse(whole.toString('utf8'))), leftOut: [cut] };
    await stand.store.put(key, Buffer.from(JSON.stringify(index)));
    try {
      const page = await withoutMediaSource({ playsHls: true });
      const video = page.getByTestId('player-one-view');
      const sessionAt = (): Promise<number> => video.evaluate((each: HTMLVideoElement) => each.currentTime);
      await expect.poll(sessionAt, { timeout: 20_000 }).toBeGreaterThan(0.5);
      expect(await video.evaluate((each: HTMLVideoElement) => each.videoWidth)).toBe(320);
      // The board is VP8, which no HLS carries.
      const note = page.getByTestId('player-one-view-note');
      expect([await note.getAttribute('data-view'), await note.getByTestId('player-other-view').count()]).toEqual([
        'lecturer',
        0,
      ]);
      const seek = page.getByTestId('player-seek');
      expect(await seek.getAttribute('aria-valuemax')).toBe(String(LENGTH_S - (CUT.toS - CUT.fromS)));
      await page.keyboard.press('5');
      await expect.poll(() => positionOf(page), PATIENT).toBeGreaterThanOrEqual(12);
      // The bar shows whole seconds; without the cut it were 12 here too.
      expect(await sessionAt()).toBeGreaterThan(17);
      await page.keyboard.press('2');
      await expect.poll(sessionAt, PATIENT).toBeLessThan(CUT.fromS);
      await expect.poll(sessionAt, PATIENT).toBeGreaterThanOrEqual(CUT.toS);
      expect(await positionOf(page)).toBeLessThan(12);
    } finally {
      await stand.store.put(key, whole);
    }
  });

  it('says in words that it waits for the film where it can play nothing, until it is known that none comes', async () => {
    const before = stand.summary;
    stand.summary = { ...before, phase: 'producing', progress: 0.4 };
    try {
      const page = await withoutMediaSource({ playsHls: false });
      const trouble = page.getByTestId('player-trouble');
      await trouble.getByText('要等成片做好').waitFor();
      expect(await page.getByTestId('player-waiting').count()).toBe(0);
      stand.summary = { ...before, phase: 'playable' };
      await trouble.getByText('iOS 17.1').waitFor();
    } finally {
      stand.summary = before;
    }
  });
});

describe('full screen where the browser has none for two pictures', () => {
  it('fills the page with the pictures, and is left by a button in sight, by Escape, by the way back', async () => {
    const page = await watch('phone', () => {
      for (const name of ['requestFullscreen', 'webkitRequestFullscreen'])
        Reflect.deleteProperty(Element.prototype, name);
    });
    const isFull = () => page.getByTestId('player').getAttribute('data-own-fullscreen');
    const enter = async (): Promise<void> => {
      await page.keyboard.press('f');
      await expect.poll(isFull, PATIENT).toBe('true');
    };
    await enter();
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(0);
    const wayOut = page.getByTestId('player-leave-fullscreen');
    const before = await positionOf(page);
    await wayOut.click();
    await expect.poll(isFull, PATIENT).toBe('false');
    await enter();
    await page.keyboard.press('Escape');
    await expect.poll(isFull, PATIENT).toBe('false');
    await enter();
    await page.goBack();
    await expect.poll(isFull, PATIENT).toBe('false');
    expect(page.url()).toBe(stand.watchUrl);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expect.poll(() => positionOf(page), PATIENT).toBeGreaterThan(before);
  });
});

describe('silence', () => {
  it('is run through while it lasts, and not a word is hurried', async () => {
    const page = await watch();
    await page.getByTestId('player-speed').click();
    await page.getByTestId('player-skip-silence').click();
    await expect.poll(() => soundAt(page), PATIENT).toBeGreaterThan(SILENCE.fromS + 1);
    const fromMs = Date.now();
    const from = await soundAt(page);
    expect(await page.getByTestId('player-hurrying').isVisible()).toBe(true);
    await expect.poll(() => soundAt(page), PATIENT).toBeGreaterThan(SILENCE.toS - 1.5);
    const passedS = (Date.now() - fromMs) / 1000;
    expect(passedS).toBeLessThan((SILENCE.toS - 1.5 - from) / 2);
    await expect.poll(() => soundAt(page), PATIENT).toBeGreaterThan(SILENCE.toS - 0.2);
    const rates = await page.evaluate(() =>
      ((globalThis as { madeAudio?: HTMLAudioElement[] }).madeAudio ?? []).map((audio) => audio.playbackRate),
    );
    expect(rates.at(-1)).toBe(1);
    expect(await page.getByTestId('player-hurrying').count()).toBe(0);
  });
});

describe('fingers', () => {
  it('move in time by a swipe along the picture and by two taps at a side', async () => {
    const page = await watch('phone');
    await page.evaluate(() => document.querySelector<HTMLElement>('[data-testid=player-play]')?.click());
    const { width, height } = VIEWPORTS.phone;
    const touch = await page.context().newCDPSession(page);
    const finger = (type: 'touchStart' | 'touchMove' | 'touchEnd', x = 0) =>
      touch.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [{ x, y: height / 2 }],
      });
    const before = await positionOf(page);
    await finger('touchStart', width * 0.2);
    for (let part = 0.25; part <= 0.7; part += 0.05) await finger('touchMove', width * part);
    await finger('touchEnd');
    // Both positions are told in whole seconds.
    await expect.poll(() => positionOf(page), PATIENT).toBeGreaterThanOrEqual(before + LENGTH_S * 0.45 - 1);
    expect(await positionOf(page)).toBeLessThanOrEqual(before + LENGTH_S * 0.55);
    const swiped = await positionOf(page);
    const tap = () => [finger('touchStart', width * 0.1), finger('touchEnd')];
    await Promise.all([...tap(), ...tap()]);
    await expect.poll(() => positionOf(page), PATIENT).toBe(swiped - 10);
  });
});

describe('notes', () => {
  it('keep the moment at which somebody began to write, and bring back to it', async () => {
    const page = await watch();
    await page.keyboard.press('k');
    await page.keyboard.press('4');
    await expect.poll(() => positionOf(page), PATIENT).toBe(12);
    await page.keyboard.press('n');
    await page.getByTestId('remark-text-note').fill('这里要');
    await page.keyboard.press('Escape');
    await page.getByTestId('player-seek').focus();
    await page.keyboard.press('8');
    await page.getByTestId('remark-text-note').fill('这里要再看一遍');
    await page.getByTestId('remark-send').click();
    const note = page.getByTestId('remark');
    await note.getByText('这里要再看一遍').waitFor();
    expect(stand.remarks).toMatchObject([{ kind: 'note', atMs: 12_000, text: '这里要再看一遍' }]);
    expect(await page.getByTestId('player-mark').count()).toBe(1);
    expect(await positionOf(page)).toBe(24);
    await note.getByTestId('remark-time').click();
    await expect.poll(() => positionOf(page), PATIENT).toBe(12);
    await note.getByTestId('remark-delete').click();
    await expect.poll(() => note.count(), PATIENT).toBe(0);
  });

  it('stand below the pictures on a phone, and questions beside them', async () => {
    const page = await watch('phone');
    // The bar may have gone to sleep by now.
    await page.keyboard.press('n');
    await page.getByTestId('side-tab-question').click();
    await page.getByTestId('remark-text-question').fill('为什么？');
    await page.getByTestId('remark-send').click();
    await page.getByTestId('remark').getByText('等待老师回答').waitFor();
    const [asked] = stand.remarks;
    if (asked !== undefined) stand.remarks.push({ ...asked, remarkId: 'of-before', atMs: null, text: '剪掉的' });
    await page.getByTestId('remark-text-question').fill('还有？');
    await page.getByTestId('remark-send').click();
    expect(await page.getByTestId('remark-cut-out').textContent({ timeout: PATIENT.timeout })).toBe('已剪去');
    expect(await page.getByTestId('player-mark').count()).toBe(2);
    expect([...stand.toldTimelines]).toEqual([TIMELINES.views]);
    const pictures = await page.getByTestId('player-views').boundingBox();
    const side = await page.getByTestId('player-side').boundingBox();
    expect((pictures?.y ?? 0) + (pictures?.height ?? 0)).toBeLessThanOrEqual((side?.y ?? 0) + 1);
    stand.remarks.length = 0;
  });
});

describe('the menu of who manages a recording', () => {
  it('says so when composing could not be ordered', async () => {
    const before = stand.summary;
    stand.summary = { ...before, mayManage: true, mayProduce: true };
    try {
      const page = await watch('phone');
      await page.keyboard.press('k');
      await page.getByTestId('player-manage').click();
      await page.getByTestId('retry-production').click();
      await page.getByRole('menu').getByRole('alert').waitFor();
    } finally {
      stand.summary = before;
    }
  });
});

describe('watch time', () => {
  it('is told when the page is left: what was played, not what was jumped over', async () => {
    const page = await watch();
    stand.played.length = 0;
    await expect.poll(() => soundAt(page), PATIENT).toBeGreaterThan(2);
    await page.keyboard.press('9');
    await expect.poll(() => soundAt(page), PATIENT).toBeGreaterThan(28);
    await page.close();
    await expect.poll(() => stand.played.at(-1)?.toMs ?? 0, PATIENT).toBeGreaterThan(27_500);
    const playedMs = stand.played.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    expect(playedMs).toBeGreaterThan(2_000);
    expect(playedMs).toBeLessThan(8_000);
  });
});

describe('ways to a lesson', () => {
  it('lead from what somebody searched for to the instant at which it is said', async () => {
    stand.hit = { kind: 'caption', atMs: 17_000, text: '长乘宽等于面积' };
    const page = await openPage(`${stand.libraryUrl}?q=面积`);
    await page.getByTestId('library-hit').click();
    await page.getByTestId('player').waitFor();
    await expect.poll(() => positionOf(page), { timeout: 20_000 }).toBeGreaterThanOrEqual(17);
    expect(await positionOf(page)).toBeLessThan(25);
    stand.hit = null;
  });

  it('show by a link this one lesson, remember nothing of the guest and ask for nothing of people', async () => {
    stand.asked.length = 0;
    const page = await openPage(stand.sharedUrl);
    await expect.poll(() => soundAt(page), { timeout: 20_000 }).toBeGreaterThan(1);
    await page.keyboard.press('n');
    await page.getByTestId('player-side').waitFor();
    expect(await page.getByRole('tab').count()).toBe(1);
    expect(await page.getByTestId('player-back').count()).toBe(0);
    expect(await page.getByTestId('player-manage').count()).toBe(0);
    await page.goto('about:blank');
    const asked = stand.asked.filter((each) => !/^GET \/(session|system)$/.test(each));
    expect(asked).toEqual(['POST /shared/a-secret-token/playback', 'GET /shared/a-secret-token/captions']);
  });
});
