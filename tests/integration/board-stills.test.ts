import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEditionViews } from '../../recorder/edition/edition-views.ts';
import { eraseSeat } from '../../recorder/edition/erase-seat.ts';
import { FfmpegRunner } from '../../recorder/ffmpeg/run.ts';
import { createMuxer } from '../../recorder/mux/muxer.ts';
import { makeViewSlides, type ViewSlidesOptions } from '../../recorder/slides/view-slides.ts';
import { WHOLE_EDITION } from '../../signaling/protocol/edition.ts';
import type { Slide } from '../../signaling/protocol/slide-index.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { objectKeys, resolveKey } from '../../storage/objects/object-keys.ts';
import { LoggedRecording } from '../support/media/logged-recording.ts';
import { logPagedLesson, PUPIL } from '../support/media/paged-lesson.ts';
import { colourAt } from '../support/media/uploaded-film.ts';

const log = createLog('board-stills-test', 'silent');
const MAGENTA = [254, 0, 254];
const WHITE = [255, 255, 255];
const BLACK = [0, 0, 0];
/** Points of a still: in the middle, in the bar beside a page of 4:3, and where a line is drawn. */
const MIDDLE = '8:8:636:356';
const BAR = '8:8:60:356';
const LINE = '8:2:636:179';
/** The lesson is derived anew, and its stills are made twice. */
const ERASED_LIMIT_MS = 120_000;

let folder: string;
let store: DirectoryObjectStore;
let recording: LoggedRecording;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-stills-'));
  store = await DirectoryObjectStore.create(join(folder, 'objects'));
  recording = new LoggedRecording(store, 1_790_000_000_000_000);
  await logPagedLesson(store, recording);
  const muxer = createMuxer({ store, log });
  await muxer.step(recording.recordingId, { final: true });
  await muxer.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The stills as somebody finds them in the store, and the colours of each. */
async function stillsOf(change: Partial<ViewSlidesOptions> = {}) {
  const { recordingId } = recording;
  const ffmpeg = new FfmpegRunner({ log, niceness: 0 });
  const { signal } = new AbortController();
  const work = join(folder, 'work');
  const options = { store, ffmpeg, drawsInk: true, recordingId, folder: work, signal, ...change };
  const { slides } = await makeViewSlides(options);
  const indexKey = change.indexKey ?? objectKeys.playIndex(recordingId);
  const colour = (slide: Slide | undefined, crop: string): Promise<readonly number[]> =>
    colourAt(join(folder, 'objects', resolveKey(indexKey, `slides/${slide?.uri ?? ''}`)), 0, crop);
  const pages = slides.filter(({ pageUntilUs }) => pageUntilUs !== undefined);
  return { slides, pages, colour };
}

/** When pages are seen, to within a fifth of a second: what moves does not begin to the frame. */
const spansOf = (pages: readonly Slide[]) =>
  pages.map(({ atUs, pageUntilUs = 0 }) => [atUs, pageUntilUs].map((us) => Math.round(us / 2e5) / 5));

function expectColour(actual: readonly number[], wanted: readonly number[]): void {
  const distance = Math.max(...actual.map((value, index) => Math.abs(value - (wanted[index] ?? 0))));
  expect(distance, `${actual.join(',')} instead of ${wanted.join(',')}`).toBeLessThan(24);
}

/** The line on the page (magenta has no green, and colours run over a line so thin), and on the whiteboard. */
const isGreenOnPage = ([, green = 0]: readonly number[]): boolean => green > 30;
const isGreen = ([red = 0, green = 0]: readonly number[]): boolean => green - red > 20;

describe('stills of a lesson that is taught from pages', () => {
  it('are the pages with what is written on them, wherever no screen is on the board', async () => {
    const { slides, pages, colour } = await stillsOf();
    expect(spansOf(pages)).toEqual([
      [4, 12],
      [8, 12],
      [18, 20],
      [20, 25],
      [24, 25],
    ]);
    const [page, written, back, empty, board] = pages;
    expectColour(await colour(page, MIDDLE), MAGENTA);
    expectColour(await colour(page, BAR), BLACK);
    expectColour(await colour(page, LINE), MAGENTA);
    expectColour(await colour(written, MIDDLE), MAGENTA);
    expect(isGreenOnPage(await colour(written, LINE))).toBe(true);
    expect(back?.uri).toBe(written?.uri);
    expectColour(await colour(empty, LINE), WHITE);
    expectColour(await colour(board, MIDDLE), WHITE);
    expect(isGreen(await colour(board, LINE))).toBe(true);
    // The lecturer before, the screen between, and the lecturer again: also while a page is shown whose file is gone.
    const others = slides.filter((slide) => slide.uri !== null && slide.pageUntilUs === undefined);
    const seconds = others.map(({ atUs }) => atUs / 1e6);
    expect(seconds.filter((at) => at < 4).length).toBeGreaterThan(0);
    expect(seconds.filter((at) => at > 11.8 && at < 18).length).toBeGreaterThan(0);
    expect(seconds.filter((at) => at >= 25 && at < 27).length).toBeGreaterThan(0);
    expect(seconds.filter((at) => (at >= 4 && at < 11.8) || (at > 18.2 && at < 25))).toEqual([]);
  });

  it('are of pages alone, and of no whiteboard, on a machine that cannot draw', async () => {
    const { pages, colour } = await stillsOf({ drawsInk: false });
    expect(spansOf(pages)).toEqual([
      [4, 12],
      [18, 20],
    ]);
    expectColour(await colour(pages[1], LINE), MAGENTA);
  });

  it('have nothing of what an edition leaves out', async () => {
    const { recordingId } = recording;
    const leftOut = [{ fromUs: 3_000_000, toUs: 9_000_000 }];
    const edition = { version: 1, edition: { ...WHOLE_EDITION, leftOut } };
    const { index } = await makeEditionViews({ objects: store, ffmpegPath: 'ffmpeg', recordingId, edition });
    const { slides, pages, colour } = await stillsOf({ indexKey: index });
    expect(spansOf(pages)[0]).toEqual([9, 12]);
    expect(slides.filter(({ atUs, uri }) => uri !== null && atUs >= 3e6 && atUs < 9e6)).toEqual([]);
    // As in the film: what was written meanwhile is on the page.
    expect(isGreenOnPage(await colour(pages[0], LINE))).toBe(true);
  });

  it(
    'are refused when somebody’s ink is erased while they are made, and are without it afterwards',
    async () => {
      const { recordingId } = recording;
      const erase = () =>
        eraseSeat({ objects: store, log, ffmpegPath: 'ffmpeg', recordingId, seatId: PUPIL, nowMs: Date.now });
      class OvertakenRunner extends FfmpegRunner {
        #erasing: Promise<void> | undefined;

        override async run(...args: Parameters<FfmpegRunner['run']>): Promise<string> {
          this.#erasing ??= erase();
          await this.#erasing;
          return super.run(...args);
        }
      }
      const overtaken = stillsOf({ ffmpeg: new OvertakenRunner({ log, niceness: 0 }) });
      await expect(overtaken).rejects.toMatchObject({ code: 'unavailable' });
      const left: string[] = [];
      for await (const { key } of store.list(`play/${recordingId}/slides/`)) left.push(key);
      expect(left).toEqual([]);
      const { pages, colour } = await stillsOf();
      expect(spansOf(pages)).toEqual([
        [4, 12],
        [18, 20],
        [20, 25],
        [24, 25],
      ]);
      expectColour(await colour(pages[1], LINE), MAGENTA);
      expect(isGreen(await colour(pages[3], LINE))).toBe(true);
    },
    ERASED_LIMIT_MS,
  );
});
