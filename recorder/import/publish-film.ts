import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RoomId, SeatId, TrackId, type RecordingId } from '../../signaling/protocol/ids.ts';
import type { ManifestTrack, RecordingManifest } from '../../storage/objects/manifest.ts';
import { MANIFEST_VERSION } from '../../storage/objects/manifest.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import { sealJson } from '../../storage/objects/sealed-json.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { ImportJob, MuxResult } from '../contract.ts';
import { SOUND_MIME_TYPE } from '../mux/aac-mix.ts';
import { TrackClock } from '../mux/clock.ts';
import { emptyMuxState, type EpochState, type MuxState, type StoredRun, type StoredSegment } from '../mux/mux-state.ts';
import { composePlayFiles } from '../mux/playlists.ts';
import { pictureMimeType, type FilmSegments } from './film-segments.ts';
import type { MadeFilm } from './made-film.ts';

/**
 * A film has one picture, the board, and one sound. Nobody sits in it: a lecturer without a camera would get a name card beside the
 * picture.
 */
const SEAT_ID = SeatId.parse('film');
const SEAT = 'film';
const PICTURE = TrackId.parse('film');
const SOUND = TrackId.parse('film-sound');
/** No RTP is ever timed by it. */
const UNUSED_CLOCK_RATE = 90_000;

/**
 * Puts a film into the store as the muxer leaves a lesson: segments, state, playlists, index, manifest. Nothing behind here needs to know
 * that it was uploaded.
 */
export async function publishFilm(
  store: ObjectStore,
  job: ImportJob,
  film: MadeFilm,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Promise<MuxResult> {
  const { recordingId } = job;
  const { picture, sound, durationUs } = film;
  const all = [picture, ...(sound === undefined ? [] : [sound])];
  const totalBytes = all.flatMap(({ segments }) => segments).reduce((sum, { bytes }) => sum + bytes, 0);
  let doneBytes = 0;
  for (const each of all) {
    await putSegments(store, recordingId, each, signal, (bytes) => onProgress((doneBytes += bytes) / totalBytes));
  }
  const mimeType = pictureMimeType(await readFile(join(picture.folder, picture.init.file)));
  const state = stateOf(recordingId, film, mimeType);
  const manifest = manifestOf(job, film);
  const { index, texts } = composePlayFiles({ manifest, state, durationUs, isComplete: true });
  const put = (name: string, body: Buffer) => store.put(objectKeys.play(recordingId, name), body);
  await put('state.json', sealJson(state));
  for (const [name, text] of texts) await put(name, Buffer.from(text));
  // The last moment at which a cancelled import can leave without having been seen.
  signal.throwIfAborted();
  await put('index.json', sealJson(index));
  const indexKey = objectKeys.playIndex(recordingId);
  const views = { kind: 'views' as const, index: indexKey, durationUs, createdAtUnixMs: Date.now() };
  await new ManifestStore(store).update(recordingId, (stored) => ({
    ...manifest,
    renditions: [...(stored?.renditions ?? []).filter(({ kind }) => kind !== 'views'), views],
  }));
  return { recordingId, final: true, durationUs, index: indexKey };
}

async function putSegments(
  store: ObjectStore,
  recordingId: RecordingId,
  { folder, init, segments }: FilmSegments,
  signal: AbortSignal,
  onPut: (bytes: number) => void,
): Promise<void> {
  await store.put(objectKeys.play(recordingId, init.uri), await readFile(join(folder, init.file)));
  for (const { file, uri, bytes } of segments) {
    signal.throwIfAborted();
    await store.put(objectKeys.play(recordingId, uri), createReadStream(join(folder, file)), { bytes });
    onPut(bytes);
  }
}

const stored = ({ segments }: FilmSegments): StoredSegment[] =>
  segments.map(({ uri, startUs, endUs, bytes }) => ({ uri, startUs, endUs, bytes }));

function stateOf(
  recordingId: RecordingId,
  { facts, isPictureCopied, picture, sound }: MadeFilm,
  mimeType: string,
): MuxState {
  const { width, height } = facts.video;
  const run: StoredRun = {
    container: 'fmp4',
    mimeType,
    init: picture.init.uri,
    // Of a picture that was encoded anew nobody needs to know the size: it is fitted wherever it is shown.
    ...(isPictureCopied ? { width, height } : {}),
    segments: stored(picture),
  };
  const state = { ...emptyMuxState(recordingId), epochs: [epochOf(PICTURE, 'video', run)], isFinished: true };
  if (sound === undefined) return state;
  const heard: StoredRun = {
    container: 'fmp4',
    mimeType: SOUND_MIME_TYPE,
    init: sound.init.uri,
    segments: stored(sound),
  };
  return {
    ...state,
    epochs: [...state.epochs, epochOf(SOUND, 'audio', heard)],
    sound: { init: sound.init.uri, windows: stored(sound) },
  };
}

/** An epoch of which everything has been read. */
function epochOf(trackId: TrackId, kind: 'audio' | 'video', run: StoredRun): EpochState {
  return {
    trackId,
    epoch: 1,
    kind,
    nextChunk: 0,
    resume: { chunk: 0, sequence: null, point: null, clockOffsetUs: 0 },
    clock: new TrackClock(UNUSED_CLOCK_RATE).state,
    receivedUs: 0,
    isEnded: true,
    runs: [run],
  };
}

function manifestOf(
  job: ImportJob,
  { facts, uploaded, isPictureCopied, sound, durationUs }: MadeFilm,
): RecordingManifest {
  const { recordingId, lessonId, title, fileName, displayName, schoolName, startedAtUnixUs } = job;
  const who = { seatId: SEAT_ID, seat: SEAT, displayName, schoolName, epochs: [] };
  const tracks: ManifestTrack[] = [{ ...who, trackId: PICTURE, kind: 'video', source: 'screen' }];
  if (sound !== undefined) tracks.push({ ...who, trackId: SOUND, kind: 'audio', source: 'microphone' });
  return {
    version: MANIFEST_VERSION,
    recordingId,
    lessonId,
    roomId: RoomId.parse(lessonId),
    title,
    fence: 0,
    startedAtUnixUs,
    endedAtUs: durationUs,
    state: 'captured',
    tracks,
    events: { chunks: [] },
    gaps: [],
    renditions: [],
    upload: {
      fileName,
      ...uploaded,
      container: facts.container,
      videoCodec: facts.video.codec,
      audioCodec: facts.audio?.codec ?? null,
      isPictureCopied,
    },
  };
}
