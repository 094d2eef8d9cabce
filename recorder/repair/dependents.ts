import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { SlideIndex } from '../../signaling/protocol/slide-index.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import type { PlayIndex, RecordingManifest } from '../../storage/objects/manifest.ts';
import { objectKeys, resolveKey } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { EDITION_NAME } from '../edition/edition-files.ts';
import { makeEditionViews } from '../edition/edition-views.ts';
import { hasDecoder } from '../ffmpeg/decoders.ts';
import { FfmpegRunner } from '../ffmpeg/run.ts';
import { SLIDES_FOLDER } from '../slides/make-slides.ts';
import { slidePieces } from '../slides/slide-sources.ts';
import { makeViewSlides } from '../slides/view-slides.ts';
import { bodyOf, checkComposed } from './derived-check.ts';
import { checkEdition, editionVersions, keysNamedBy, parsed, readEdition, readPlayIndex } from './edition-check.ts';

/** `none`: there were none to be kept. */
export type StillsState = 'none' | 'kept' | 'made';

export interface EditionOutcome {
  readonly version: number;
  /** `kept`: what it leaves out was not written down with it, but all that it names is there. `broken`: neither. */
  readonly views: 'made' | 'kept' | 'broken';
  readonly stills: StillsState;
}

/** `outdated`: made of other views than there are now. */
export type FilmState = 'none' | 'kept' | 'outdated' | 'damaged';

/** What was made of the views of a recording, after those have been made again. */
export interface DependentsReport {
  readonly stills: StillsState;
  readonly editions: readonly EditionOutcome[];
  readonly film: FilmState;
}

export interface DependentsOptions {
  readonly objects: ObjectStore;
  readonly log: Log;
  readonly recordingId: RecordingId;
  readonly ffmpegPath: string;
  readonly dataDir: string;
}

/** What there was before the views were made again. */
export interface ViewsBefore {
  readonly index: PlayIndex | undefined;
  readonly durationUs: number | undefined;
  readonly editions: ReadonlyMap<number, PlayIndex | undefined>;
}

export async function viewsBefore(objects: ObjectStore, manifest: RecordingManifest): Promise<ViewsBefore> {
  const { recordingId, renditions } = manifest;
  const editions = new Map<number, PlayIndex | undefined>();
  for (const version of await editionVersions(objects, recordingId)) {
    editions.set(version, await readPlayIndex(objects, objectKeys.editionIndex(recordingId, version)));
  }
  const views = renditions.find(({ kind }) => kind === 'views');
  const index = await readPlayIndex(objects, objectKeys.playIndex(recordingId));
  return { index, durationUs: views?.durationUs, editions };
}

/** Stills, editions and film follow the new views as far as they can without a database and without hours of work; answers also which objects they still need. */
export async function bringDependents(
  options: DependentsOptions,
  manifest: RecordingManifest,
  before: ViewsBefore,
): Promise<{ readonly report: DependentsReport; readonly needed: ReadonlySet<string> }> {
  const { objects, recordingId } = options;
  const indexKey = objectKeys.playIndex(recordingId);
  const needed = new Set<string>();
  const editions: EditionOutcome[] = [];
  for (const [version, index] of before.editions) {
    editions.push(await bringEdition(options, version, index));
    const key = objectKeys.editionIndex(recordingId, version);
    const now = await readPlayIndex(objects, key);
    if (now !== undefined) for (const named of keysNamedBy(key, now)) needed.add(named);
  }
  const stills = await bringStills(options, indexKey, before.index);
  for await (const { key } of objects.list(stillsPrefix(indexKey))) needed.add(key);
  const now = await readPlayIndex(objects, indexKey);
  const isChanged =
    before.index === undefined ? before.durationUs !== now?.durationUs : !isSame(before.index, now ?? null);
  return { report: { stills, editions, film: await filmState(objects, manifest, isChanged) }, needed };
}

async function bringEdition(
  options: DependentsOptions,
  version: number,
  before: PlayIndex | undefined,
): Promise<EditionOutcome> {
  const { objects, recordingId, ffmpegPath } = options;
  const indexKey = objectKeys.editionIndex(recordingId, version);
  const edition = await readEdition(objects, recordingId, version);
  if (edition === undefined) {
    const isBroken = before === undefined || (await checkEdition(objects, indexKey, before)).length > 0;
    return { version, views: isBroken ? 'broken' : 'kept', stills: 'none' };
  }
  await makeEditionViews({ objects, ffmpegPath, recordingId, edition });
  const stills = await bringStills(options, indexKey, before);
  await removeUnnamed(objects, recordingId, version);
  return { version, views: 'made', stills };
}

/** Pieces of an edition that its new index does not name. */
async function removeUnnamed(objects: ObjectStore, recordingId: RecordingId, version: number): Promise<void> {
  const indexKey = objectKeys.editionIndex(recordingId, version);
  const index = await readPlayIndex(objects, indexKey);
  if (index === undefined) return;
  const own = [indexKey, objectKeys.chaptersBeside(indexKey), objectKeys.edition(recordingId, version, EDITION_NAME)];
  const named = new Set([...own, ...keysNamedBy(indexKey, index)]);
  for await (const { key } of objects.list(objectKeys.edition(recordingId, version, ''))) {
    if (!named.has(key) && !key.startsWith(stillsPrefix(indexKey))) await objects.delete(key);
  }
}

/**
 * Stills are right as long as the pictures that they were taken from are the same; segments are named by their content. Otherwise they are made again: for a line that
 * carries nothing else they are the board.
 */
async function bringStills(
  { objects, log, recordingId, dataDir }: DependentsOptions,
  indexKey: string,
  before: PlayIndex | undefined,
): Promise<StillsState> {
  const keys: string[] = [];
  for await (const { key } of objects.list(stillsPrefix(indexKey))) keys.push(key);
  if (keys.length === 0 && before !== undefined) return 'none';
  const now = await readPlayIndex(objects, indexKey);
  const isSamePicture = before !== undefined && now !== undefined && isSame(slidePieces(before), slidePieces(now));
  if (isSamePicture && (await areWhole(objects, indexKey))) return 'kept';
  await objects.deletePrefix(stillsPrefix(indexKey));
  await makeViewSlides({
    store: objects,
    ffmpeg: new FfmpegRunner({ log, niceness: 0 }),
    drawsInk: await hasDecoder('librsvg'),
    recordingId,
    indexKey,
    folder: join(dataDir, `rebuild-${recordingId}`),
    signal: new AbortController().signal,
  });
  return 'made';
}

async function areWhole(objects: ObjectStore, indexKey: string): Promise<boolean> {
  const index = parsed(await bodyOf(objects, objectKeys.slidesBeside(indexKey)), SlideIndex);
  if (index === undefined) return false;
  for (const { uri } of index.slides) {
    if (uri === null) continue;
    const picture = await bodyOf(objects, resolveKey(objectKeys.slidesBeside(indexKey), uri));
    // Pictures are named by the beginning of their hash.
    const hash = picture === undefined ? '' : createHash('sha256').update(picture).digest('hex');
    if (!hash.startsWith(uri.split('.', 1)[0] ?? '-')) return false;
  }
  return true;
}

async function filmState(objects: ObjectStore, manifest: RecordingManifest, isChanged: boolean): Promise<FilmState> {
  const film = manifest.renditions.findLast((rendition) => rendition.kind === 'composed');
  if (film === undefined) return 'none';
  if ((await checkComposed(objects, manifest, film)).length > 0) return 'damaged';
  return isChanged ? 'outdated' : 'kept';
}

const stillsPrefix = (indexKey: string): string => resolveKey(indexKey, `${SLIDES_FOLDER}/`);

const isSame = (one: object | null, other: object | null): boolean => JSON.stringify(one) === JSON.stringify(other);
