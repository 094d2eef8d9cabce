import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { namesIn } from '../../signaling/protocol/play-index.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import { PlayIndex, type RecordingManifest, type UploadedFilm } from '../../storage/objects/manifest.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { MuxResult } from '../contract.ts';
import { FfmpegRunner } from '../ffmpeg/run.ts';
import { importFilm } from '../import/import-film.ts';
import { Refused } from '../import/refused.ts';
import { digestParts } from '../import/uploaded-parts.ts';
import { MuxState } from '../mux/mux-state.ts';
import { Rolling } from '../mux/rolling.ts';
import { bringDependents, viewsBefore, type DependentsReport } from './dependents.ts';

export interface RebuildOptions {
  readonly objects: ObjectStore;
  readonly log: Log;
  readonly recordingId: RecordingId;
  /** Where capture processes of this machine keep what is not in the store yet. */
  readonly dataDir: string;
  readonly ffmpegPath: string;
  /** Also a recording whose end was never stored, since its capture is lost for good. */
  readonly isUnfinished: boolean;
}

export interface RebuildReport extends DependentsReport {
  readonly recordingId: RecordingId;
  readonly durationUs: number;
  readonly views: readonly string[];
  readonly objects: number;
  /** Of an earlier derivation, and of no use any more. */
  readonly removed: number;
}

/**
 * Derives views, sound and playlists of a recording again from its packet logs, as if nothing had been muxed; what is there can be played until the new index takes its place. The
 * same logs and events, ffmpeg and version of Tongke give the same bytes, also those that the rolling mux left, unless that met its chunks in another order (a late epoch, a
 * missing chunk that turned up) or had to begin again in the middle before the first sender report. Of an uploaded film its import is done again: the same file, ffmpeg and version
 * of Tongke give the same bytes. The views of editions are made again from the new ones, and stills unless they are still right; whether the film is, the report says.
 *
 * @throws AppError `notFound`, `conflict` when a capture holds the recording or a muxer works on it, `internal` when ffmpeg fails, and what the store throws.
 */
export async function rebuildRecording(options: RebuildOptions): Promise<RebuildReport> {
  const { objects, recordingId } = options;
  const manifest = await new ManifestStore(objects).read(recordingId);
  if (manifest === undefined) throw new AppError('notFound', { message: 'there is no such recording' });
  const before = await viewsBefore(objects, manifest);
  if (manifest.upload === undefined) await refuseHeld(options, manifest);
  const { durationUs, index } =
    manifest.upload === undefined ? await muxAgain(options) : await importAgain(options, manifest, manifest.upload);
  const { views, keys } = await playableKeys(objects, recordingId, index);
  // Before anything is removed: views of an edition name what lies under `play/`.
  const { report, needed } = await bringDependents(options, manifest, before);
  const removed = await removeOthers(objects, recordingId, new Set([...keys, ...needed]));
  return { recordingId, durationUs, views, objects: keys.size, removed, ...report };
}

/** The same for who knows that nobody holds the recording, and has removed what was made of the views; nothing of the old ones is left, stills neither. */
export async function deriveAnew(options: MuxAgainOptions): Promise<void> {
  const { objects, recordingId } = options;
  const { index } = await muxAgain(options);
  const { keys } = await playableKeys(objects, recordingId, index);
  await removeOthers(objects, recordingId, keys);
}

type MuxAgainOptions = Pick<RebuildOptions, 'objects' | 'log' | 'recordingId' | 'ffmpegPath'>;

async function muxAgain({ objects, log, recordingId, ffmpegPath }: MuxAgainOptions): Promise<MuxResult> {
  const rolling = await Rolling.createAnew({ store: objects, log, ffmpegPath }, recordingId);
  return rolling.step(true);
}

/** Imports the uploaded film once more, unless it is damaged: what was made of it when it was whole is worth more then. */
async function importAgain(
  { objects, log, dataDir, recordingId }: RebuildOptions,
  { lessonId, title, startedAtUnixUs, tracks }: RecordingManifest,
  { bytes, sha256, fileName }: UploadedFilm,
): Promise<MuxResult> {
  const found = await digestParts(objects, recordingId);
  if (found.bytes !== bytes || (sha256 !== undefined && found.sha256 !== sha256)) {
    throw new AppError('internal', { message: 'the uploaded film is damaged: what was made of it stays as it is' });
  }
  const { displayName = '', schoolName = '' } = tracks[0] ?? {};
  const job = { recordingId, lessonId, title, fileName, displayName, schoolName, startedAtUnixUs };
  const deps = { store: objects, ffmpeg: new FfmpegRunner({ log, niceness: 0 }), log, workFolder: dataDir };
  const { signal } = new AbortController();
  try {
    return await importFilm(deps, { job, signal, onProgress: () => undefined });
  } catch (error) {
    if (error instanceof Refused) throw new AppError('internal', { message: error.message, cause: error });
    throw error;
  }
}

async function refuseHeld(
  { recordingId, dataDir, isUnfinished }: RebuildOptions,
  manifest: RecordingManifest,
): Promise<void> {
  const folder = await findHeldFolder(dataDir, recordingId);
  if (folder !== undefined) {
    const message = `a capture of this machine still holds parts of it in ${folder}: start Tongke and let it bring them out`;
    throw new AppError('conflict', { message });
  }
  if (manifest.state === 'captured' || isUnfinished) return;
  const message =
    'a capture holds it: it has not ended. If that capture is lost for good, say --unfinished to derive what there is';
  throw new AppError('conflict', { message });
}

/** Every capture process has a numbered folder with one for each recording of which something is left. */
async function findHeldFolder(dataDir: string, recordingId: RecordingId): Promise<string | undefined> {
  const root = join(dataDir, 'capture');
  for (const claimed of await readdir(root).catch((): string[] => [])) {
    const recordings = await readdir(join(root, claimed)).catch((): string[] => []);
    if (recordings.includes(recordingId)) return join(root, claimed, recordingId);
  }
  return undefined;
}

async function playableKeys(
  objects: ObjectStore,
  recordingId: RecordingId,
  indexKey: string,
): Promise<{ readonly views: string[]; readonly keys: ReadonlySet<string> }> {
  const index = PlayIndex.parse(JSON.parse((await objects.getBuffer(indexKey)).body.toString('utf8')));
  const stateKey = objectKeys.play(recordingId, 'state.json');
  const state = MuxState.parse(JSON.parse((await objects.getBuffer(stateKey)).body.toString('utf8')));
  const runs = state.epochs.flatMap((epoch) => epoch.runs);
  const views = index.views.map(({ view }) => view);
  const names = [
    ...runs.flatMap(({ init, segments }) => [init, ...segments.map(({ uri }) => uri)]),
    ...(state.sound === undefined ? [] : [state.sound.init, ...state.sound.windows.map(({ uri }) => uri)]),
    ...namesIn(index),
  ];
  return {
    views,
    keys: new Set([
      indexKey,
      stateKey,
      objectKeys.chaptersBeside(indexKey),
      ...names.map((name) => objectKeys.play(recordingId, name)),
    ]),
  };
}

async function removeOthers(
  objects: ObjectStore,
  recordingId: RecordingId,
  keys: ReadonlySet<string>,
): Promise<number> {
  const others: string[] = [];
  for await (const { key } of objects.list(objectKeys.playPrefix(recordingId))) if (!keys.has(key)) others.push(key);
  for (const key of others) await objects.delete(key);
  return others.length;
}
