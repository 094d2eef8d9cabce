import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import type { ProduceResult } from '../../contract.ts';
import { makeFilmSlides } from '../../slides/film-slides.ts';
import { SLIDES_FOLDER } from '../../slides/make-slides.ts';
import { AUDIO_FOLDER } from './join.ts';
import { LADDER } from '../plan/ladder.ts';
import { JOIN_FROM, joinLesson, makePictures, OUTPUT_NAMES, type FetchedParts } from './packaging.ts';
import { PartStore, partsOf, pictureFile, SOUND_FILES } from '../parts/part-store.ts';
import type { ProductionPlan } from '../plan/plan.ts';
import type { ProductionDeps } from '../production-context.ts';
import { deleteAttempt, publish, upload } from './publish.ts';
import { inWorkFolder } from '../work-folder.ts';

export interface FinishRun {
  readonly plan: ProductionPlan;
  /** See `attemptName`. */
  readonly attempt: string;
  readonly signal: AbortSignal;
  readonly onProgress: (stage: 'join' | 'pictures' | 'upload', fraction: number) => void;
}

/** One attempt at putting a film together. */
export interface Finishing extends FinishRun {
  readonly deps: ProductionDeps;
  readonly folders: {
    readonly attempt: string;
    readonly parts: string;
    /** What is uploaded. */
    readonly out: string;
    readonly hls: string;
  };
}

/**
 * Makes the finished lesson out of its parts, all of which are in the store: MP4, HLS ladder, poster, thumbnails, chapters, waveform. Publishes everything
 * or nothing, then deletes the parts that this film is not made of.
 *
 * @throws AppError `notFound` (the recording is gone, or a part), `conflict` (a newer attempt was published), `internal` (ffmpeg), and what
 *   the store throws; the signal's reason when aborted.
 */
export async function finishProduction(deps: ProductionDeps, run: FinishRun): Promise<ProduceResult> {
  const { recordingId } = run.plan.job;
  return inWorkFolder(deps.workFolder, `${recordingId}-${run.attempt}`, async (attempt) => {
    const out = join(attempt, 'out');
    const finishing = { ...run, deps, folders: { attempt, parts: join(attempt, 'parts'), out, hls: join(out, 'hls') } };
    try {
      await createFolders(finishing);
      await joinLesson(finishing, await fetchParts(finishing));
      await makePictures(finishing);
      await makeStills(finishing);
      return await uploadAndPublish(finishing);
    } catch (error) {
      await deleteAttempt(deps.store, recordingId, run.attempt).catch((cleanupError: unknown) => {
        deps.log.warn({ err: cleanupError, attempt: run.attempt }, 'leftovers of an attempt stay in the store');
      });
      throw error;
    }
  });
}

async function createFolders({ folders }: Finishing): Promise<void> {
  const hls = [...LADDER.map((rung) => rung.name), AUDIO_FOLDER].map((name) => join(folders.hls, name));
  for (const folder of [folders.parts, ...hls]) await mkdir(folder, { recursive: true });
}

/** For poor lines. A film without them is better than none: it plays wherever the line carries it. */
async function makeStills(finishing: Finishing): Promise<void> {
  const { deps, plan, folders, signal } = finishing;
  const { out } = folders;
  try {
    await makeFilmSlides({
      ffmpeg: deps.ffmpeg,
      mp4: join(out, OUTPUT_NAMES.mp4),
      durationUs: plan.timeline.durationUs,
      out,
      signal,
      // Of a long film on a busy machine it takes minutes: whoever watches over the job must see that it gets on.
      onProgress: () => finishing.onProgress('pictures', 1),
    });
  } catch (error) {
    signal.throwIfAborted();
    deps.log.warn({ err: error, attempt: finishing.attempt }, 'a film goes without stills');
    await rm(join(out, SLIDES_FOLDER), { recursive: true, force: true });
  }
}

async function fetchParts(finishing: Finishing): Promise<FetchedParts> {
  const { deps, plan, folders, signal } = finishing;
  const store = new PartStore(deps.store, plan.job.recordingId);
  const parts = partsOf(plan);
  const pathOf = (part: string, file: string): string => join(folders.parts, `${part}-${file}`);
  let fetched = 0;
  for (const part of parts) {
    for (const file of part.files) await store.fetch(part.name, file, pathOf(part.name, file), signal);
    fetched += 1;
    finishing.onProgress('join', (JOIN_FROM * fetched) / parts.length);
  }
  return {
    cutPaths: new Map(LADDER.map((rung) => [rung, plan.cuts.map((cut) => pathOf(cut.part, pictureFile(rung)))])),
    sound: pathOf(plan.sound, SOUND_FILES.sound),
    waveform: pathOf(plan.sound, SOUND_FILES.waveform),
  };
}

async function uploadAndPublish(finishing: Finishing): Promise<ProduceResult> {
  const { deps, plan, attempt, folders, signal } = finishing;
  const { recordingId } = plan.job;
  await upload({
    store: deps.store,
    recordingId,
    attempt,
    folder: folders.out,
    signal,
    onUploaded: (fraction) => finishing.onProgress('upload', fraction),
  });
  const result = resultOf(finishing, (await stat(join(folders.out, OUTPUT_NAMES.mp4))).size);
  // The last moment at which a cancelled or superseded attempt can leave without a trace.
  signal.throwIfAborted();
  const { recordingId: _recording, editionVersion: _version, ...files } = result;
  await publish(deps.store, recordingId, { kind: 'composed', ...files, createdAtUnixMs: Date.now() });
  await new PartStore(deps.store, recordingId).collect(partsOf(plan)).catch((error: unknown) => {
    deps.log.warn({ err: error, attempt }, 'parts that no film needs stay in the store');
  });
  return result;
}

function resultOf({ plan, attempt }: Finishing, mp4Bytes: number): ProduceResult {
  const { recordingId, edition } = plan.job;
  const key = (name: string): string => objectKeys.produced(recordingId, attempt, name);
  return {
    recordingId,
    attempt,
    durationUs: plan.timeline.durationUs,
    mp4Bytes,
    master: key(OUTPUT_NAMES.master),
    mp4: key(OUTPUT_NAMES.mp4),
    poster: key(OUTPUT_NAMES.poster),
    thumbnails: key(OUTPUT_NAMES.thumbnails),
    waveform: key(OUTPUT_NAMES.waveform),
    editionVersion: edition?.version ?? 0,
    ...(plan.chapters.length > 0 ? { chapters: key(OUTPUT_NAMES.chapters) } : {}),
  };
}
