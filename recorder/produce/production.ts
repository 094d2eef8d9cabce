import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WHOLE_EDITION } from '../../signaling/protocol/edition.ts';
import { AppError } from '../../signaling/protocol/errors.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ProduceJob, ProduceProgress, ProduceResult } from '../contract.ts';
import type { Lettering } from './card.ts';
import { chaptersOf } from './chapters.ts';
import { composeLesson } from './composing.ts';
import { editListOf } from './edit-list.ts';
import { makeFilmSlides } from '../slides/film-slides.ts';
import type { CardFont } from './font.ts';
import { AUDIO_FOLDER } from './join.ts';
import { LADDER } from './ladder.ts';
import { joinLesson, makePictures, OUTPUT_NAMES } from './packaging.ts';
import type { ProductionContext, ProductionDeps, ProductionFolders } from './production-context.ts';
import { StageProgress } from './progress.ts';
import { deleteAttempt, publish, upload } from './publish.ts';
import type { PreparedRecording } from './recording-source.ts';

export interface ProductionRun {
  readonly job: ProduceJob;
  /** See `attemptName`. */
  readonly attempt: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ProduceProgress) => void;
}

/**
 * Makes the finished lesson out of a recording: MP4, HLS ladder, poster, thumbnails, chapters. One attempt, which publishes everything
 * or nothing. Finished cuts stay on the disk for the next attempt until one succeeds.
 *
 * @throws AppError `notFound` (no such recording), `gone` (nothing in it), `conflict` (a newer attempt was published), `internal` (ffmpeg), and what
 *   the store throws; the signal's reason when aborted.
 */
export async function produce(deps: ProductionDeps, run: ProductionRun): Promise<ProduceResult> {
  const context = contextOf(deps, run);
  const { folders, signal } = context;
  try {
    await createFolders(folders);
    const { edition } = run.job.edition ?? { edition: WHOLE_EDITION };
    const recording = await deps.source.prepare({
      recordingId: run.job.recordingId,
      edition,
      folder: folders.tracks,
      signal,
      onProgress: (fraction) => context.progress.set('prepare', fraction),
    });
    const editList = editListOf(recording.tracks, recording.events, sessionEndUs(recording), edition);
    if (editList.cuts.length === 0) throw new AppError('gone', { message: 'the recording is empty' });
    const { durationUs } = editList.timeline;
    deps.log.info({ attempt: run.attempt, cuts: editList.cuts.length, durationUs }, 'composing');
    const chapters = chaptersOf(recording.events, editList.timeline, run.job.title, edition.chapters);
    await joinLesson(context, await composeLesson(context, recording, editList), chapters, durationUs);
    await makePictures(context, durationUs);
    await makeFilmSlides({
      ffmpeg: deps.ffmpeg,
      mp4: join(folders.out, OUTPUT_NAMES.mp4),
      durationUs,
      out: folders.out,
      signal,
    });
    const result = await uploadAndPublish(context, durationUs, chapters.length > 0);
    await rm(folders.recording, { recursive: true, force: true });
    return result;
  } catch (error) {
    await deleteAttempt(deps.store, run.job.recordingId, run.attempt).catch((cleanupError: unknown) => {
      deps.log.warn({ err: cleanupError, attempt: run.attempt }, 'leftovers of an attempt stay in the store');
    });
    throw error;
  } finally {
    await rm(folders.attempt, { recursive: true, force: true });
  }
}

function contextOf(deps: ProductionDeps, run: ProductionRun): ProductionContext {
  const recording = join(deps.workFolder, run.job.recordingId);
  const attempt = join(recording, run.attempt);
  const out = join(attempt, 'out');
  return {
    deps,
    job: run.job,
    attempt: run.attempt,
    signal: run.signal,
    progress: new StageProgress(run.onProgress),
    folders: {
      recording,
      cuts: join(recording, 'cuts'),
      attempt,
      tracks: join(attempt, 'tracks'),
      out,
      hls: join(out, 'hls'),
    },
    lettering: deps.font === undefined ? undefined : letteringIn(join(attempt, 'text'), deps.font),
  };
}

/** A few short names per lesson: each is written once, when a filter first needs it. */
function letteringIn(folder: string, font: CardFont): Lettering {
  const written = new Set<string>();
  return {
    font,
    fileOf: (text) => {
      const path = join(folder, `${createHash('sha256').update(text).digest('hex').slice(0, 16)}.txt`);
      if (!written.has(path)) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(path, text.replaceAll(/\s+/g, ' '));
        written.add(path);
      }
      return path;
    },
  };
}

async function createFolders(folders: ProductionFolders): Promise<void> {
  const hls = [...LADDER.map((rung) => rung.name), AUDIO_FOLDER].map((name) => join(folders.hls, name));
  for (const folder of [folders.cuts, folders.tracks, ...hls]) await mkdir(folder, { recursive: true });
}

/** Until the end that was announced; of a recording that never got one, until the last picture or sound. */
function sessionEndUs(recording: PreparedRecording): number {
  const lastUs = Math.max(0, ...recording.tracks.flatMap((track) => track.files.map((file) => file.endUs)));
  return recording.manifest.endedAtUs ?? lastUs;
}

async function uploadAndPublish(
  context: ProductionContext,
  durationUs: number,
  hasChapters: boolean,
): Promise<ProduceResult> {
  const { deps, job, attempt, folders, signal } = context;
  const key = (name: string): string => objectKeys.produced(job.recordingId, attempt, name);
  await upload({
    store: deps.store,
    recordingId: job.recordingId,
    attempt,
    folder: folders.out,
    signal,
    onUploaded: (fraction) => context.progress.set('upload', fraction),
  });
  const result: ProduceResult = {
    recordingId: job.recordingId,
    attempt,
    durationUs,
    mp4Bytes: (await stat(join(folders.out, OUTPUT_NAMES.mp4))).size,
    master: key(OUTPUT_NAMES.master),
    mp4: key(OUTPUT_NAMES.mp4),
    poster: key(OUTPUT_NAMES.poster),
    thumbnails: key(OUTPUT_NAMES.thumbnails),
    editionVersion: job.edition?.version ?? 0,
    ...(hasChapters ? { chapters: key(OUTPUT_NAMES.chapters) } : {}),
  };
  // The last moment at which a cancelled or superseded attempt can leave without a trace.
  signal.throwIfAborted();
  const { recordingId, editionVersion: _version, ...files } = result;
  await publish(deps.store, recordingId, { kind: 'composed', ...files, createdAtUnixMs: Date.now() });
  return result;
}
