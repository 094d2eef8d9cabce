import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { PlayIndex } from '../../signaling/protocol/play-index.ts';
import type { SlideIndex } from '../../signaling/protocol/slide-index.ts';
import { objectKeys, resolveKey } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { FfmpegRunner } from '../ffmpeg/run.ts';
import { PlayFiles } from '../package/play-files.ts';
import { makeSlides, SLIDE_INDEX_NAME, SLIDES_FOLDER, type SlideSource } from './make-slides.ts';
import { slidePieces } from './slide-sources.ts';

const STEP_US = 1_000_000;

export interface ViewSlidesOptions {
  readonly store: ObjectStore;
  readonly ffmpeg: FfmpegRunner;
  readonly recordingId: RecordingId;
  /** Of the views; absent: of the whole recording. */
  readonly indexKey?: string;
  /** Of this job alone; gone afterwards. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Stills of a recording's board beside its views, `play/{recording}/slides/`, or beside those of an edition: pictures first, then the index that names them. What an earlier time has left is replaced.
 *
 * @throws AppError `notFound` when there is nothing to play, `unavailable` when the views were made anew meanwhile, and what the store and ffmpeg throw.
 */
export async function makeViewSlides(options: ViewSlidesOptions): Promise<SlideIndex> {
  const { store, folder, signal } = options;
  try {
    await mkdir(folder, { recursive: true });
    const body = await readIndex(options);
    const pieces = slidePieces(PlayIndex.parse(JSON.parse(body.toString('utf8'))));
    const files = new PlayFiles(store, indexKeyOf(options), signal);
    const sources: SlideSource[] = [];
    for (const [number, piece] of pieces.entries()) {
      const path = join(folder, `${number}.${piece.container === 'webm' ? 'webm' : 'mp4'}`);
      await files.write(piece.segments, path);
      const { startUs, endUs, isFilmed } = piece;
      sources.push({ path, startUs, endUs, isFilmed, stepUs: STEP_US, onlyKeyframes: false });
    }
    const out = join(folder, SLIDES_FOLDER);
    const index = await makeSlides({ ffmpeg: options.ffmpeg, sources, clock: 'session', folder: out, signal });
    await putSlides(options, out);
    await refuseOutdated(options, body);
    return index;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Somebody may have been erased from the views, or another edition may count, since they were read: no still of them may be left then. */
async function refuseOutdated(options: ViewSlidesOptions, read: Buffer): Promise<void> {
  const now = await readIndex(options).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'notFound') return undefined;
    throw error;
  });
  if (now?.equals(read) === true) return;
  await options.store.deletePrefix(resolveKey(indexKeyOf(options), `${SLIDES_FOLDER}/`));
  throw new AppError('unavailable', { message: 'the views were made anew meanwhile' });
}

async function readIndex(options: ViewSlidesOptions): Promise<Buffer> {
  return (await options.store.getBuffer(indexKeyOf(options))).body;
}

const indexKeyOf = ({ indexKey, recordingId }: ViewSlidesOptions): string =>
  indexKey ?? objectKeys.playIndex(recordingId);

async function putSlides(options: ViewSlidesOptions, folder: string): Promise<void> {
  const { store, signal } = options;
  const names = (await readdir(folder)).toSorted(
    // The index comes last: it names the others.
    (one, other) => Number(one === SLIDE_INDEX_NAME) - Number(other === SLIDE_INDEX_NAME),
  );
  for (const name of names) {
    signal.throwIfAborted();
    const path = join(folder, name);
    const key = resolveKey(indexKeyOf(options), `${SLIDES_FOLDER}/${name}`);
    await store.put(key, createReadStream(path), { bytes: (await stat(path)).size });
  }
}
