import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { PlayIndex } from '../../signaling/protocol/play-index.ts';
import type { SlideIndex } from '../../signaling/protocol/slide-index.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import type { RecordingManifest } from '../../storage/objects/manifest.ts';
import { objectKeys, resolveKey } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { FfmpegRunner } from '../ffmpeg/run.ts';
import type { RecordingEvent } from '../contract.ts';
import { PlayFiles } from '../package/play-files.ts';
import { readEvents } from '../produce/source/stored-recording.ts';
import { makeSlides, SLIDE_INDEX_NAME, SLIDES_FOLDER, type SlideSource } from './make-slides.ts';
import { pageStills } from './page-stills.ts';
import { slidePieces } from './slide-sources.ts';

const STEP_US = 1_000_000;

export interface ViewSlidesOptions {
  readonly store: ObjectStore;
  readonly ffmpeg: FfmpegRunner;
  /** Whether this ffmpeg reads SVG, as which what is written on pages is drawn. */
  readonly drawsInk: boolean;
  readonly recordingId: RecordingId;
  /** Of the views; absent: of the whole recording. */
  readonly indexKey?: string;
  /** Of this job alone; gone afterwards. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Stills of a recording's board, of its pages too, beside its views, `play/{recording}/slides/`, or beside those of an edition: pictures first, then the index that names them. What an earlier time has left is replaced.
 *
 * @throws AppError `notFound` when there is nothing to play, `unavailable` when the views were made anew meanwhile, and what the store and ffmpeg throw.
 */
export async function makeViewSlides(options: ViewSlidesOptions): Promise<SlideIndex> {
  const { store, folder, signal } = options;
  try {
    await mkdir(folder, { recursive: true });
    const read = await readSources(options);
    const { index, events } = read;
    const pages = await pageStills({ ...options, events, index, folder: join(folder, 'pages') });
    const sources: SlideSource[] = [];
    const files = new PlayFiles(store, indexKeyOf(options), signal);
    const shown = pages.map((page) => page.shown);
    for (const [number, piece] of slidePieces(index, shown).entries()) {
      const path = join(folder, `${number}.${piece.container === 'webm' ? 'webm' : 'mp4'}`);
      await files.write(piece.segments, path);
      const { startUs, endUs, isFilmed } = piece;
      sources.push({ path, startUs, endUs, isFilmed, stepUs: STEP_US, onlyKeyframes: false });
    }
    const out = join(folder, SLIDES_FOLDER);
    const { durationUs: endUs } = index;
    const { ffmpeg } = options;
    const made = await makeSlides({ ffmpeg, sources, pages, endUs, clock: 'session', folder: out, signal });
    await putSlides(options, out);
    await refuseOutdated(options, read);
    return made;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the stills are made of. */
interface Sources {
  readonly body: Buffer;
  readonly index: PlayIndex;
  /** Which events these are: whose ink is erased may be in no view. */
  readonly chunks: string;
  readonly events: readonly RecordingEvent[];
}

/** Somebody may have been erased from views or events, or another edition may count, since they were read: no still of them may be left then. */
async function refuseOutdated(options: ViewSlidesOptions, read: Sources): Promise<void> {
  const body = await readIndex(options).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'notFound') return undefined;
    throw error;
  });
  const isSame = body?.equals(read.body) === true && chunksIn(await readManifest(options)) === read.chunks;
  if (isSame) return;
  await options.store.deletePrefix(resolveKey(indexKeyOf(options), `${SLIDES_FOLDER}/`));
  throw new AppError('unavailable', { message: 'the views were made anew meanwhile' });
}

async function readSources(options: ViewSlidesOptions): Promise<Sources> {
  const { store, drawsInk, signal } = options;
  const body = await readIndex(options);
  signal.throwIfAborted();
  const manifest = await readManifest(options);
  const events = manifest === undefined ? [] : await readEvents(store, manifest);
  return {
    body,
    index: PlayIndex.parse(JSON.parse(body.toString('utf8'))),
    chunks: chunksIn(manifest),
    events: drawsInk ? events : events.filter(({ type }) => type !== 'ink'),
  };
}

async function readIndex(options: ViewSlidesOptions): Promise<Buffer> {
  return (await options.store.getBuffer(indexKeyOf(options))).body;
}

const readManifest = ({ store, recordingId }: ViewSlidesOptions): Promise<RecordingManifest | undefined> =>
  new ManifestStore(store).read(recordingId);

const chunksIn = (manifest: RecordingManifest | undefined): string => JSON.stringify(manifest?.events ?? null);

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
