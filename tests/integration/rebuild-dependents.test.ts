import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeEditionViews } from '../../recorder/edition/edition-views.ts';
import { FfmpegRunner } from '../../recorder/ffmpeg/run.ts';
import { createMuxer } from '../../recorder/mux/muxer.ts';
import { publish, upload } from '../../recorder/produce/publish/publish.ts';
import { rebuildRecording } from '../../recorder/repair/rebuild.ts';
import { rebuildText } from '../../recorder/repair/texts.ts';
import { verifyRecording } from '../../recorder/repair/verify.ts';
import { makeViewSlides } from '../../recorder/slides/view-slides.ts';
import { WHOLE_EDITION } from '../../signaling/protocol/edition.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { SlideIndex } from '../../signaling/protocol/slide-index.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import { objectKeys, resolveKey } from '../../storage/objects/object-keys.ts';
import { LoggedRecording, PAYLOAD_TYPES } from '../support/media/logged-recording.ts';
import { loadMediaClip } from '../support/rtp/media-clip.ts';
import { rtpTimeline } from '../support/rtp/rtp-timeline.ts';

const log = createLog('rebuild-test', 'silent');
const STARTED = 1_790_000_000_000_000;
const LESSON_US = 26_000_000;
const VERSION = 3;
const CUT = { fromUs: 21_300_000, toUs: 24_700_000 };
/** The board's chunk that turns up late holds these seconds of the lesson. */
const LATE = { fromUs: 11_500_000, toUs: 18_500_000 };
const LATE_CHUNK = 1;
const TIMEOUT_MS = 180_000;
const MICROPHONE = { track: 'mic', source: 'microphone' } as const;

let prepared: string;
let folder: string;
let store: DirectoryObjectStore;
let recordingId: RecordingId;
let playIndex: string;
let editionIndex: string;

/** Everything is made while a chunk of the board is missing, which is there afterwards: views, stills, an edition with stills of its own, and a film. */
beforeAll(async () => {
  prepared = await mkdtemp(join(tmpdir(), 'tongke-prepared-'));
  folder = prepared;
  store = await DirectoryObjectStore.create(join(folder, 'objects'));
  const recording = await logBoard();
  ({ recordingId } = recording);
  playIndex = objectKeys.playIndex(recordingId);
  editionIndex = objectKeys.editionIndex(recordingId, VERSION);
  await recording.storeUntil(undefined, { endedAtUs: LESSON_US });
  const manifests = new ManifestStore(store);
  const whole = await manifests.read(recordingId);
  if (whole === undefined) throw new Error('no manifest');
  const tracks = whole.tracks.map((track) => ({
    ...track,
    epochs: track.epochs.map((epoch) => ({
      ...epoch,
      chunks: epoch.chunks.filter(({ n }) => track.trackId !== 'board' || n !== LATE_CHUNK),
    })),
  }));
  await manifests.update(recordingId, () => ({ ...whole, tracks }));
  const muxer = createMuxer({ store, log });
  await muxer.step(recordingId, { final: true });
  await muxer.close();
  const edition = { version: VERSION, edition: { ...WHOLE_EDITION, leftOut: [CUT] } };
  await makeEditionViews({ objects: store, ffmpegPath: 'ffmpeg', recordingId, edition });
  for (const indexKey of [playIndex, editionIndex]) await makeStills(indexKey);
  await publishFilm();
  await manifests.update(recordingId, (stored) => stored && { ...stored, tracks: whole.tracks });
}, TIMEOUT_MS);
afterAll(() => rm(prepared, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-rebuild-'));
  await cp(prepared, folder, { recursive: true });
  store = await DirectoryObjectStore.create(join(folder, 'objects'));
  return () => rm(folder, { recursive: true, force: true });
});

async function logBoard(): Promise<LoggedRecording> {
  const size = { width: 160, height: 96, fps: 15, kilobitsPerSecond: 100 } as const;
  const [picture, sound] = await Promise.all([
    loadMediaClip({ codec: 'H264', ...size }),
    loadMediaClip({ codec: 'opus' }),
  ]);
  const recording = new LoggedRecording(store, STARTED);
  for (const [ssrc, clip] of [picture, sound].entries()) {
    const own = { ssrc, payloadType: PAYLOAD_TYPES[clip.codec], cname: 'test', durationUs: LESSON_US };
    const place = clip === picture ? ({ track: 'board', source: 'screen' } as const) : MICROPHONE;
    const packets = rtpTimeline({ clip, startUnixUs: STARTED, ...own });
    recording.add({ ...place, seat: 'lecturer', codec: clip.codec, ssrc, packets });
  }
  return recording;
}

async function makeStills(indexKey: string): Promise<void> {
  const ffmpeg = new FfmpegRunner({ log, niceness: 0 });
  const { signal } = new AbortController();
  await makeViewSlides({
    store,
    ffmpeg,
    drawsInk: true,
    recordingId,
    indexKey,
    folder: join(folder, 'slides'),
    signal,
  });
}

async function publishFilm(): Promise<void> {
  const film = join(folder, 'film');
  await mkdir(film);
  const names = ['master.m3u8', 'film.mp4', 'poster.jpg', 'thumbnails.vtt'] as const;
  for (const name of names) await writeFile(join(film, name), name === 'master.m3u8' ? '#EXTM3U\n' : 'a film');
  const { signal } = new AbortController();
  await upload({ store, recordingId, attempt: '0001', folder: film, signal, onUploaded: () => undefined });
  const [master, mp4, poster, thumbnails] = names.map((name) => objectKeys.produced(recordingId, '0001', name));
  if (master === undefined || mp4 === undefined || poster === undefined || thumbnails === undefined) return;
  await publish(store, recordingId, {
    ...{ kind: 'composed', attempt: '0001', durationUs: 1, mp4Bytes: 6, createdAtUnixMs: 1 },
    ...{ master, mp4, poster, thumbnails },
  });
}

const rebuild = () =>
  rebuildRecording({
    ...{ objects: store, log, recordingId, dataDir: folder },
    ...{ ffmpegPath: 'ffmpeg', isUnfinished: false },
  });

async function stillsOf(indexKey: string): Promise<SlideIndex['slides']> {
  const key = objectKeys.slidesBeside(indexKey);
  const { slides } = SlideIndex.parse(JSON.parse((await store.getBuffer(key)).body.toString('utf8')));
  for (const { uri } of slides) if (uri !== null) await store.getBuffer(resolveKey(key, uri));
  return slides;
}

const isLate = ({ atUs, uri }: { atUs: number; uri: string | null }): boolean =>
  uri !== null && atUs > LATE.fromUs && atUs < LATE.toUs;

describe('rebuild of a recording of which more had been made', { timeout: TIMEOUT_MS }, () => {
  it('makes stills and the views of its edition again, says that the film is outdated, and leaves all sound', async () => {
    for (const indexKey of [playIndex, editionIndex]) expect((await stillsOf(indexKey)).filter(isLate)).toEqual([]);
    const report = await rebuild();
    expect(report).toMatchObject({
      stills: 'made',
      editions: [{ version: VERSION, views: 'made', stills: 'made' }],
      film: 'outdated',
    });
    expect(report.removed).toBeGreaterThan(0);
    expect(rebuildText(report)).toContain('have it made anew with “Compose again”');
    const { findings } = await verifyRecording(store, recordingId);
    expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
    for (const indexKey of [playIndex, editionIndex]) expect((await stillsOf(indexKey)).some(isLate)).toBe(true);
    const inCut = (await stillsOf(editionIndex)).filter(
      ({ uri, atUs }) => uri !== null && atUs > CUT.fromUs && atUs < CUT.toUs,
    );
    expect(inCut).toEqual([]);

    const before = await keysUnder(objectKeys.playPrefix(recordingId));
    expect(await rebuild()).toMatchObject({
      stills: 'kept',
      editions: [{ version: VERSION, views: 'made', stills: 'kept' }],
      removed: 0,
    });
    expect(await keysUnder(objectKeys.playPrefix(recordingId))).toEqual(before);
  });

  it('makes stills again of which a picture is damaged', async () => {
    await rebuild();
    const [still] = (await stillsOf(playIndex)).filter(({ uri }) => uri !== null);
    await store.put(resolveKey(objectKeys.slidesBeside(playIndex), still?.uri ?? ''), Buffer.from('damaged'));
    expect(await rebuild()).toMatchObject({ stills: 'made', editions: [{ stills: 'kept' }] });
    expect((await stillsOf(playIndex)).find(({ uri }) => uri === still?.uri)?.bytes).toBe(still?.bytes);
  });

  it('keeps what an edition names of which nobody wrote down what it leaves out, or says how to get it anew', async () => {
    await store.delete(objectKeys.edition(recordingId, VERSION, 'edition.json'));
    expect(await rebuild()).toMatchObject({ editions: [{ views: 'kept' }] });
    const { findings } = await verifyRecording(store, recordingId);
    expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
    const own = await keysUnder(objectKeys.edition(recordingId, VERSION, ''));
    await store.delete(own.find((key) => key.endsWith('.m4s')) ?? '');
    expect((await verifyRecording(store, recordingId)).isSound).toBe(false);
    const report = await rebuild();
    expect(report).toMatchObject({ editions: [{ views: 'broken' }] });
    expect(rebuildText(report)).toContain('save the edition once more in the editor');
  });
});

async function keysUnder(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}
