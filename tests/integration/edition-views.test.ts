import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEditionViews } from '../../recorder/edition/edition-views.ts';
import { runPiped } from '../../recorder/ffmpeg/pipe.ts';
import { FfmpegRunner } from '../../recorder/ffmpeg/run.ts';
import { createMuxer } from '../../recorder/mux/muxer.ts';
import { makeViewSlides } from '../../recorder/slides/view-slides.ts';
import { WHOLE_EDITION, type Edition } from '../../signaling/protocol/edition.ts';
import { TrackId } from '../../signaling/protocol/ids.ts';
import { parseVtt } from '../../signaling/protocol/web-vtt.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { PlayIndex, type PlaySegment } from '../../storage/objects/manifest.ts';
import { objectKeys, resolveKey } from '../../storage/objects/object-keys.ts';
import { FPS, LEAD_US, LECTURER_HZ, LESSON_US, logEditedLesson, PUPIL_HZ } from '../support/media/edited-lesson.ts';
import type { LoggedRecording } from '../support/media/logged-recording.ts';
import { readCounter } from '../support/rtp/test-picture.ts';
import { decodeSound, toneBySecond } from '../support/media/tones.ts';

const log = createLog('edition-test', 'silent');
const SIZE = { width: 160, height: 96 } as const;
const CLIP_FRAMES = 10 * FPS;
/** In the middle of segments and of windows of the mix, and with an end that no keyframe falls on. */
const CUT = { fromUs: 11_300_000, toUs: 17_700_000 };
/** Behind the cut. */
const MARKED_AT_US = 20_000_000;

let folder: string;
let store: DirectoryObjectStore;
let recording: LoggedRecording;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-edition-'));
  store = await DirectoryObjectStore.create(join(folder, 'objects'));
  recording = await logEditedLesson(store);
  await recording.storeUntil(undefined, { endedAtUs: LESSON_US });
  await recording.addEvents([{ n: 0, atUs: MARKED_AT_US, type: 'marker', data: { title: '飞流直下' } }]);
  const muxer = createMuxer({ store, log });
  await muxer.step(recording.recordingId, { final: true });
  await muxer.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

class Viewer {
  readonly index: PlayIndex;
  readonly #folder: string;

  private constructor(index: PlayIndex, folderKey: string) {
    this.index = index;
    this.#folder = folderKey;
  }

  static async open(indexKey: string): Promise<Viewer> {
    const { body } = await store.getBuffer(indexKey);
    return new Viewer(PlayIndex.parse(JSON.parse(body.toString('utf8'))), posix.dirname(indexKey));
  }

  /** As a browser resolves it, below the one signed base of a recording. */
  keyOf(uri: string): string {
    const [area = '', recordingId = '', ...rest] = this.#folder.split('/');
    const [resolvedArea, ...path] = posix.join(area, ...rest, uri).split('/');
    return [resolvedArea, recordingId, ...path].join('/');
  }

  async file(segments: readonly PlaySegment[], name: string): Promise<string> {
    const parts = [segments[0]?.init ?? '', ...segments.map(({ uri }) => uri)].map(
      async (uri) => (await store.getBuffer(this.keyOf(uri))).body,
    );
    const path = join(folder, name);
    await writeFile(path, Buffer.concat(await Promise.all(parts)));
    return path;
  }

  /** Session time and counter of every picture of a view. */
  async pictures(view: string): Promise<{ atUs: number; counter: number }[]> {
    const runs = this.index.views.find((each) => each.view === view)?.runs ?? [];
    const all = [];
    for (const [number, run] of runs.entries()) {
      const path = await this.file(run.segments, `${view}-${number}.${run.container === 'webm' ? 'webm' : 'mp4'}`);
      const { stdout, stderr } = await runPiped({
        program: 'ffmpeg',
        args: [
          ...['-v', 'info', '-copyts', '-i', path, '-an', '-vf', 'format=gray,showinfo=checksum=0'],
          ...['-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'],
        ],
      });
      const times = [...stderr.matchAll(/ pts_time:\s*(-?[\d.]+)/g)].map((match) => Number(match[1]) * 1e6);
      const bytes = SIZE.width * SIZE.height;
      for (const [at, atUs] of times.entries()) {
        const luma = stdout.subarray(at * bytes, (at + 1) * bytes);
        all.push({ atUs, counter: readCounter(luma, SIZE.width, SIZE.height) });
      }
    }
    return all;
  }

  async sound(): Promise<Int16Array> {
    return decodeSound(await this.file(this.index.sound?.segments ?? [], 'sound.mp4'));
  }
}

/** Another edition is made between reading the views and looking at their pictures. */
class OvertakenRunner extends FfmpegRunner {
  #newer: Promise<Viewer> | undefined;

  constructor() {
    super({ log, niceness: 0 });
  }

  override async run(...args: Parameters<FfmpegRunner['run']>): Promise<string> {
    this.#newer ??= viewerOf({ leftOut: [CUT] }, 4);
    await this.#newer;
    return super.run(...args);
  }
}

async function viewerOf(change: Partial<Edition>, version = 1): Promise<Viewer> {
  const { index } = await makeEditionViews({
    objects: store,
    ffmpegPath: 'ffmpeg',
    recordingId: recording.recordingId,
    edition: { version, edition: { ...WHOLE_EDITION, ...change } },
  });
  return Viewer.open(index);
}

async function chaptersBeside(indexKey: string): Promise<readonly (readonly [atS: number, title: string])[]> {
  const { body } = await store.getBuffer(objectKeys.chaptersBeside(indexKey));
  return parseVtt(body.toString('utf8')).map(({ fromS, text }) => [fromS, text]);
}

const isCut = (atUs: number): boolean => atUs >= CUT.fromUs && atUs < CUT.toUs;

describe('chapters', () => {
  it('lie beside the views from the last step of the muxer on, and beside those of an edition in its own time', async () => {
    const { recordingId } = recording;
    expect(await chaptersBeside(objectKeys.playIndex(recordingId))).toEqual([
      [0, '三年级 语文'],
      [20, '飞流直下'],
    ]);
    await viewerOf({ leftOut: [CUT] }, 6);
    expect(await chaptersBeside(objectKeys.editionIndex(recordingId, 6))).toEqual([
      [0, '三年级 语文'],
      [13.6, '飞流直下'],
    ]);
    await viewerOf({ leftOut: [CUT], chapters: [{ atUs: 0, title: '导入' }] }, 7);
    expect(await chaptersBeside(objectKeys.editionIndex(recordingId, 7))).toEqual([[0, '导入']]);
  });
});

describe('views of an edition', () => {
  it('hold of lecturer and board all, of the others neither picture nor sound', async () => {
    const viewer = await viewerOf({ people: 'lecturerAndBoard' });
    expect(viewer.index.views.map(({ view }) => view).toSorted()).toEqual(['board', 'lecturer']);
    expect(JSON.stringify(viewer.index)).not.toContain('pupil');
    const sound = await viewer.sound();
    const [lecturer, pupil] = [toneBySecond(sound, LECTURER_HZ), toneBySecond(sound, PUPIL_HZ)];
    expect(Math.min(...lecturer.slice(1, 43))).toBeGreaterThan(700);
    expect(Math.max(...pupil)).toBeLessThan(30);
    const whole = await Viewer.open(`play/${recording.recordingId}/index.json`);
    expect(Math.max(...toneBySecond(await whole.sound(), PUPIL_HZ))).toBeGreaterThan(700);
    // Where the pupil was not, the mix is the recording's own; where they were, nothing of it is.
    const uris = viewer.index.sound?.segments.map(({ uri }) => uri.startsWith('../../../play/'));
    expect(uris).toEqual([true, true, false, false, true]);
    expect(await viewer.pictures('lecturer')).toHaveLength(Math.round(((LESSON_US - LEAD_US) / 1e6) * FPS));
  });

  it('hold nothing of what was cut out, and every picture on both sides of it', async () => {
    const viewer = await viewerOf({ leftOut: [CUT] });
    expect(viewer.index.leftOut).toEqual([CUT]);
    for (const view of ['board', 'lecturer']) {
      const pictures = await viewer.pictures(view);
      expect(pictures.filter(({ atUs }) => isCut(atUs))).toEqual([]);
      const expected = Array.from({ length: Math.round(((LESSON_US - LEAD_US) / 1e6) * FPS) }, (_, n) => n).filter(
        (n) => !isCut(LEAD_US + (n * 1e6) / FPS),
      );
      // What is seen is what was sent at that instant: no picture of the cut hides under another time.
      const strange = pictures.filter(({ atUs, counter }) => {
        const frame = ((atUs - LEAD_US) / 1e6) * FPS;
        return Math.abs((((frame % CLIP_FRAMES) - counter + CLIP_FRAMES / 2) % CLIP_FRAMES) - CLIP_FRAMES / 2) > 0.6;
      });
      expect(strange).toEqual([]);
      expect(Math.abs(pictures.length - expected.length)).toBeLessThanOrEqual(1);
    }
    const tone = toneBySecond(await viewer.sound(), LECTURER_HZ);
    expect(Math.max(...tone.slice(12, 17))).toBeLessThan(5);
    expect(Math.min(...tone.slice(1, 11), ...tone.slice(18, 43))).toBeGreaterThan(700);
  });

  it('leave single tracks out, down to a recording without sound', async () => {
    const [camera, pupil] = [TrackId.parse('cam'), TrackId.parse('pupil-mic')];
    const viewer = await viewerOf({ leftOutTracks: [camera, pupil] });
    expect(viewer.index.views.map(({ view }) => view).toSorted()).toEqual(['board', 'person-seat-pupil']);
    expect(Math.max(...toneBySecond(await viewer.sound(), PUPIL_HZ))).toBeLessThan(30);
    const silent = await viewerOf({ leftOutTracks: [TrackId.parse('mic'), pupil] }, 2);
    expect(silent.index.sound).toBeUndefined();
  });

  it('have stills of their own, with nothing of what was cut out, and none of views that are no more', async () => {
    const slidesIn = async (version: number, ffmpeg = new FfmpegRunner({ log, niceness: 0 })) => {
      const { recordingId } = recording;
      const indexKey = objectKeys.editionIndex(recordingId, version);
      const { signal } = new AbortController();
      const work = join(folder, `slides-${version}`);
      const [made] = await Promise.allSettled([
        makeViewSlides({ store, ffmpeg, drawsInk: true, recordingId, indexKey, folder: work, signal }),
      ]);
      return { made, key: (uri: string) => resolveKey(indexKey, `slides/${uri}`) };
    };
    await viewerOf({ leftOut: [CUT] }, 3);
    const { made, key } = await slidesIn(3);
    if (made.status === 'rejected') throw made.reason;
    const slides = made.value.slides.filter(({ uri }) => uri !== null);
    expect(slides.length).toBeGreaterThan(3);
    expect(slides.filter(({ atUs }) => isCut(atUs))).toEqual([]);
    for (const { uri, atUs } of slides) {
      const { stdout } = await runPiped({
        program: 'ffmpeg',
        args: [
          ...['-v', 'error', '-i', join(folder, 'objects', key(uri ?? ''))],
          ...['-vf', 'crop=1200:720,scale=160:96,format=gray', '-f', 'rawvideo', 'pipe:1'],
        ],
      });
      const counter = readCounter(stdout, SIZE.width, SIZE.height);
      const frame = Math.round(((atUs - LEAD_US) / 1e6) * FPS) % CLIP_FRAMES;
      // What is seen is what was there at that instant, to within a look.
      expect([atUs, counter, Math.abs(counter - frame) <= FPS]).toEqual([atUs, counter, true]);
    }
    // Another edition counts before they are done.
    const { made: late } = await slidesIn(3, new OvertakenRunner());
    expect(late).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    const left: string[] = [];
    for await (const { key: each } of store.list(posix.dirname(key('x')))) left.push(each);
    expect(left).toEqual([]);
  });

  it('are named by their version, and those of the one before are gone', async () => {
    await viewerOf({ leftOut: [CUT] }, 9);
    await viewerOf({ leftOut: [CUT] }, 10);
    const folders = new Set<string>();
    for await (const { key } of store.list(`produced/${recording.recordingId}/edition/`)) {
      folders.add(key.split('/')[3] ?? '');
    }
    expect([...folders]).toEqual(['10']);
  });
});
