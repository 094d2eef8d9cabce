import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { readPlayer, rememberAudio, type PlayerReading } from '../../support/browser/picture-reader.ts';
import { median } from '../../support/media/flash-and-beep.ts';
import { PAYLOAD_TYPES } from '../../support/media/logged-recording.ts';
import { PlayerStand, STARTED_UNIX_US } from '../../support/stands/player-stand.ts';
import { loadMediaClip, type MediaClip } from '../../support/rtp/media-clip.ts';
import { rtpTimeline } from '../../support/rtp/rtp-timeline.ts';

/**
 * 40 s of a lesson: sound throughout; the lecturer by H264 from 0 to 18 s and, after a hole, in another size from 24 s on; the board by VP8 from 4 s on. Clips repeat
 * every 10 s, with 30 numbered pictures a second.
 */
const LENGTH_S = 40;
const HOLE = { fromS: 18, toS: 24 };
const BOARD_FROM_S = 4;
const FPS = 30;
const CLIP_S = 10;
const SYNC_S = 0.04;
const FRAME_S = 1 / FPS;
const PATIENT = { timeout: 20_000 };
const VIEWS = ['[data-testid=player-view-board]', '[data-testid=player-view-lecturer]'] as const;

let browser: Browser;
let stand: PlayerStand;
const pages: Page[] = [];

function timeline(clip: MediaClip, ssrc: number, startS: number, endS: number) {
  return rtpTimeline({
    clip,
    ssrc,
    cname: 'test',
    payloadType: PAYLOAD_TYPES[clip.codec],
    startUnixUs: STARTED_UNIX_US + startS * 1e6,
    durationUs: (endS - startS) * 1e6,
  });
}

beforeAll(async () => {
  stand = await PlayerStand.start();
  const small = { fps: FPS, kilobitsPerSecond: 200 };
  const camera = await loadMediaClip({ codec: 'H264', width: 320, height: 192, ...small });
  const larger = await loadMediaClip({ codec: 'H264', width: 480, height: 288, ...small });
  const screen = await loadMediaClip({ codec: 'VP8', width: 320, height: 192, ...small });
  const sound = await loadMediaClip({ codec: 'opus' });
  const lecturer = { track: 'cam', seat: 'lecturer', source: 'camera', codec: 'H264' } as const;
  const { recording, muxer } = stand;
  recording.add({ ...lecturer, ssrc: 11, packets: timeline(camera, 11, 0, HOLE.fromS) });
  recording.add({ ...lecturer, epoch: 2, ssrc: 12, packets: timeline(larger, 12, HOLE.toS, LENGTH_S) });
  const board = timeline(screen, 13, BOARD_FROM_S, LENGTH_S);
  recording.add({ track: 'scr', seat: 'lecturer', source: 'screen', codec: 'VP8', ssrc: 13, packets: board });
  const voice = timeline(sound, 14, 0, LENGTH_S);
  recording.add({ track: 'mic', seat: 'lecturer', source: 'microphone', codec: 'opus', ssrc: 14, packets: voice });
  await recording.storeUntil(undefined, { endedAtUs: LENGTH_S * 1e6 });
  await recording.addEvents([{ n: 0, atUs: HOLE.toS * 1e6, type: 'marker', data: { title: '练习' } }]);
  await muxer.step(recording.recordingId, { final: true });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await stand.close();
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});

async function watch(url = stand.watchUrl): Promise<Page> {
  const page = await browser.newPage({ locale: 'zh-CN', viewport: VIEWPORTS.laptop });
  pages.push(page);
  await rememberAudio(page);
  await page.goto(url);
  return page;
}

/** Until both pictures and the sound say something that is wished for. */
async function until(page: Page, isWished: (reading: PlayerReading) => boolean): Promise<PlayerReading> {
  for (;;) {
    const reading = await readPlayer(page, VIEWS);
    if (isWished(reading)) return reading;
    await page.waitForTimeout(30);
  }
}

async function seekTo(page: Page, atS: number): Promise<void> {
  const bar = page.getByTestId('player-seek');
  await page.mouse.move(600, 300);
  const box = await bar.boundingBox();
  if (box === null) throw new Error('no seek bar');
  await page.mouse.click(box.x + (box.width * atS) / LENGTH_S, box.y + box.height / 2);
}

/** Session time modulo a clip's length that a picture's number stands for. */
const shownAt = (counter: number | null, trackFromS: number): number =>
  counter === null ? Number.NaN : (trackFromS + counter / FPS) % CLIP_S;

/** Signed distance on the circle of a clip's length. */
function distance(one: number, other: number): number {
  const raw = (one - other) % CLIP_S;
  return raw > CLIP_S / 2 ? raw - CLIP_S : raw < -CLIP_S / 2 ? raw + CLIP_S : raw;
}

const isBoardShown = ({ pictures }: PlayerReading): boolean => (pictures[0]?.counter ?? 0) > 0;
const isLecturerShown = ({ pictures }: PlayerReading): boolean => (pictures[1]?.counter ?? 0) > 0;

/**
 * Both pictures against the sound, median of many readings, seconds. What a page reads is the picture of the next screen refresh, about as much too early as
 * the beginning of a picture is before its middle: the two make up for each other.
 */
async function offsets(page: Page, cameraFromS: number): Promise<{ board: number; lecturer: number }> {
  const board: number[] = [];
  const lecturer: number[] = [];
  for (let n = 0; n < 40; n += 1) {
    const { pictures, soundS } = await readPlayer(page, VIEWS);
    board.push(distance(shownAt(pictures[0]?.counter ?? null, BOARD_FROM_S), (soundS ?? 0) % CLIP_S));
    lecturer.push(distance(shownAt(pictures[1]?.counter ?? null, cameraFromS), (soundS ?? 0) % CLIP_S));
    await page.waitForTimeout(35);
  }
  return { board: median(board), lecturer: median(lecturer) };
}

/**
 * In one of a few windows of time both pictures are where the sound is. A machine that was held up shows late pictures in one of them; a player that is out of
 * step does so in all.
 */
async function expectInStep(page: Page, cameraFromS: number, { limitS = SYNC_S, windows = 3 } = {}): Promise<void> {
  const seen: { board: number; lecturer: number }[] = [];
  const isInStep = (): boolean => {
    const last = seen.at(-1);
    return last !== undefined && Math.abs(last.board) <= limitS && Math.abs(last.lecturer) <= limitS;
  };
  while (!isInStep() && seen.length < windows) seen.push(await offsets(page, cameraFromS));
  expect(isInStep(), JSON.stringify(seen)).toBe(true);
}

describe('player of two views', () => {
  it('plays H264 and VP8 beside each other, each within 40 ms of the sound', async () => {
    const page = await watch();
    await until(page, isLecturerShown);
    await seekTo(page, 6);
    const before = await until(page, (reading) => isBoardShown(reading) && (reading.soundS ?? 0) > 8);
    await expectInStep(page, 0);
    const after = await readPlayer(page, VIEWS);
    expect(after.soundS).toBeGreaterThan((before.soundS ?? 0) + 1);
    expect(after.pictures[0]?.counter).not.toBe(before.pictures[0]?.counter);
    expect(after.pictures[1]?.counter).not.toBe(before.pictures[1]?.counter);
  });

  it('shows whose picture is missing in a hole, and goes on in another size after it', async () => {
    const page = await watch();
    await until(page, isLecturerShown);
    await seekTo(page, HOLE.fromS + 2);
    await page.getByTestId('player-card-lecturer').getByText('lecturer').waitFor();
    await until(page, ({ soundS }) => (soundS ?? 0) > HOLE.toS + 2);
    await page.getByTestId('player-card-lecturer').waitFor({ state: 'detached' });
    const width = await page
      .getByTestId('player-view-lecturer')
      .evaluate((video: HTMLVideoElement) => video.videoWidth);
    expect(width).toBe(480);
    await expectInStep(page, HOLE.toS);
  });

  it('seeks back and forth across codecs and holes with the keyboard, and shows that very picture while paused', async () => {
    const page = await watch();
    await until(page, isLecturerShown);
    await page.keyboard.press('k');
    for (const [key, atS, cameraFromS] of [
      ['7', 28, HOLE.toS],
      ['2', 8, 0],
      ['8', 32, HOLE.toS],
      ['3', 12, 0],
    ] as const) {
      await page.keyboard.press(key);
      const isThere = ({ pictures }: PlayerReading): boolean =>
        Math.abs(distance(shownAt(pictures[0]?.counter ?? null, BOARD_FROM_S), atS % CLIP_S)) <= FRAME_S * 1.5 &&
        Math.abs(distance(shownAt(pictures[1]?.counter ?? null, cameraFromS), atS % CLIP_S)) <= FRAME_S * 1.5;
      await until(page, isThere);
      expect(await page.getByTestId('player-seek').getAttribute('aria-valuenow')).toBe(String(atS));
    }
    await page.keyboard.press('l');
    expect(await page.getByTestId('player-seek').getAttribute('aria-valuenow')).toBe('22');
  });

  it('keeps in step at double speed', async () => {
    const page = await watch();
    await until(page, isLecturerShown);
    await seekTo(page, 6);
    await page.getByTestId('player-speed').click();
    await page.getByTestId('player-speed-2').click();
    await until(page, (reading) => isBoardShown(reading) && (reading.soundS ?? 0) > 9);
    await expectInStep(page, 0, { limitS: SYNC_S * 2, windows: 2 });
  });

  it('has the chapters of the lesson before there is a film, beside the pictures and on the bar', async () => {
    const page = await watch();
    await until(page, isLecturerShown);
    await page.keyboard.press('k');
    await page.keyboard.press('n');
    const chapters = page.getByTestId('player-chapter');
    await page.getByTestId('side-tab-chapters').click();
    await expect.poll(() => chapters.allTextContents(), PATIENT).toEqual(['0:00三年级 语文', '0:24练习']);
    await chapters.nth(1).click();
    await expect.poll(() => page.getByTestId('player-seek').getAttribute('aria-valuenow'), PATIENT).toBe('24');
  });

  it('goes on where one stopped', async () => {
    const page = await watch();
    await until(page, isLecturerShown);
    await seekTo(page, 26);
    await until(page, ({ soundS }) => (soundS ?? 0) > 27);
    await page.close();
    await expect.poll(() => stand.savedPositionsMs.at(-1)).toBeGreaterThan(26_500);
    const savedS = (stand.savedPositionsMs.at(-1) ?? 0) / 1000;
    const again = await watch();
    const { soundS } = await until(again, (reading) => isLecturerShown(reading) && (reading.soundS ?? 0) > 0);
    expect(soundS).toBeGreaterThanOrEqual(savedS - 0.5);
    await again.getByTestId('player-resumed').waitFor();
    stand.savedPositionsMs.length = 0;
  });

  it('asks for new media URLs when the old ones have expired, and loses no place', async () => {
    stand.savedPositionsMs.length = 0;
    const page = await watch();
    await until(page, isLecturerShown);
    const opened = stand.opened;
    stand.isExpired = true;
    await seekTo(page, 33);
    await until(page, (reading) => isBoardShown(reading) && (reading.soundS ?? 0) > 34);
    expect(stand.opened).toBe(opened + 1);
    await expectInStep(page, HOLE.toS);
  });
});

describe('player of the composed film', () => {
  it('plays by HLS with thumbnails and chapters, and changes to the two views and back at the same place', async () => {
    stand.savedPositionsMs.length = 0;
    const before = stand.summary;
    await stand.addFilm(LENGTH_S);
    try {
      const page = await watch();
      const film = page.getByTestId('player-composed');
      const at = (): Promise<number> => film.evaluate((video: HTMLVideoElement) => video.currentTime);
      await expect.poll(at, { timeout: 20_000 }).toBeGreaterThan(0.5);
      const box = await page.getByTestId('player-seek').boundingBox();
      if (box === null) throw new Error('no seek bar');
      await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2);
      await page.getByTestId('player-thumbnail').waitFor();
      expect(await page.getByTestId('player-preview').textContent()).toBe('面积的认识0:28');
      await seekTo(page, 30);
      await expect.poll(at, { timeout: 20_000 }).toBeGreaterThan(30.5);
      await page.getByTestId('player-layout').click();
      await page.getByTestId('player-layout-side').click();
      await until(page, (reading) => isBoardShown(reading) && isLecturerShown(reading) && (reading.soundS ?? 0) > 30.5);
      await page.getByTestId('player-layout').click();
      await page.getByTestId('player-layout-film').click();
      await expect.poll(at, { timeout: 20_000 }).toBeGreaterThan(30.5);
    } finally {
      stand.summary = before;
    }
  });
});

describe('library', () => {
  it('leads to a lesson that can be watched, and shows how far one has got', async () => {
    stand.summary = { durationMs: LENGTH_S * 1000 };
    stand.savedPositionsMs.push(20_000);
    const page = await watch(stand.libraryUrl);
    await page.getByTestId('continue-card').waitFor();
    const card = page.getByTestId('library-card');
    expect(await card.getAttribute('data-phase')).toBe('playable');
    expect(await card.getAttribute('data-recording-id')).toBe(stand.recording.recordingId);
    await card.getByRole('link').click();
    const { soundS } = await until(page, (reading) => isBoardShown(reading) && (reading.soundS ?? 0) > 0);
    expect(soundS).toBeGreaterThanOrEqual(19.5);
  });

  it('is searched by typing and narrowed by a filter, says when nothing fits, and shows everything again', async () => {
    stand.summary = { durationMs: LENGTH_S * 1000 };
    const page = await watch(stand.libraryUrl);
    const card = page.getByTestId('library-card');
    await card.waitFor();
    const search = page.getByTestId('library-search');
    await search.fill('面积');
    await expect.poll(() => new URL(page.url()).searchParams.get('q'), PATIENT).toBe('面积');
    await card.waitFor();
    await search.fill('化学');
    await page.getByText('没有找到符合条件的回放').waitFor();
    expect(await card.count()).toBe(0);
    await page.getByRole('button', { name: '清除筛选' }).click();
    await card.waitFor();
    expect([await search.inputValue(), new URL(page.url()).search]).toEqual(['', '']);
    await page.getByLabel('学科').selectOption('语文');
    await card.waitFor({ state: 'detached' });
    await page.getByLabel('学科').selectOption('数学');
    await card.waitFor();
    expect(new URL(page.url()).searchParams.get('subject')).toBe('数学');
  });
});

describe('a recording that could not be composed', () => {
  it('says why on its card and in the player, plays all the same, and is composed again by one button', async () => {
    stand.summary = { phase: 'failed', failure: 'stalled', mayManage: true, mayProduce: true };
    stand.isQueueAway = false;
    try {
      const page = await watch(stand.libraryUrl);
      const card = page.getByTestId('library-card');
      await card.getByText('合成长时间没有进展').waitFor();
      expect(await card.getByTestId('retry-production').count()).toBe(1);
      await card.getByRole('link').first().click();
      await until(page, isLecturerShown);
      const note = page.getByTestId('player-production-failed');
      await note.getByText('合成长时间没有进展').waitFor();
      await note.getByRole('button', { name: '重新合成' }).click();
      await note.waitFor({ state: 'detached' });
      expect(stand.summary).toMatchObject({ phase: 'producing' });
      const before = await readPlayer(page, VIEWS);
      await until(page, ({ soundS }) => (soundS ?? 0) > (before.soundS ?? 0) + 0.5);
    } finally {
      stand.isQueueAway = true;
      stand.summary = {};
    }
  });
});

describe('watch statistics', () => {
  it('draw what was watched most, and give a table of who watched and who did not', async () => {
    const seen = { personId: 'p1', displayName: '李明', classGroup: '三年级一班', schoolName: null, views: 2 };
    const when = { firstAtMs: STARTED_UNIX_US / 1000, lastAtMs: STARTED_UNIX_US / 1000 };
    stand.statistics = {
      ...{ title: '面积的认识', durationMs: 40_000, bucketMs: 10_000, curve: [1, 3, 2, 0] },
      viewers: [{ ...seen, ...when, playedMs: 60_000, completion: 0.75, lastMs: 30_000 }],
      missing: [{ personId: 'p2', displayName: '陈晓明', classGroup: '三年级一班' }],
    };
    const page = await watch(`${stand.watchUrl}/statistics`);
    const chart = page.getByTestId('heat-chart');
    await chart.getByText('最多的是 0:10，共播放 3 次').waitFor();
    expect(await chart.locator('rect').count()).toBe(4);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId('statistics-export').click(),
    ]);
    expect(download.suggestedFilename()).toBe('面积的认识 观看统计.csv');
    const lines = (await readFile(await download.path(), 'utf8')).split('\r\n');
    expect(lines[0]).toBe('\uFEFF姓名,班级,看了,观看时长,停在,最近一次');
    expect(lines[1]).toMatch(/^李明,三年级一班,75%,1:00,0:30,/);
    expect(lines.slice(2)).toEqual(['陈晓明,三年级一班,未看', '']);
  });
});
