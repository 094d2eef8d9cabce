import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../signaling/protocol/errors.ts';
import { sniffVideo, SNIFF_BYTES } from '../../signaling/protocol/video-container.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { ImportJob, ImportProgress, MuxResult } from '../contract.ts';
import type { FfmpegRunner } from '../ffmpeg/run.ts';
import { failureOf } from '../produce/flow/failure.ts';
import { MAX_FILM_SECONDS, readFilmFacts, type FilmFacts } from './film-facts.ts';
import { canCopyPicture, filmJob, soundSegmentsJob } from './film-jobs.ts';
import { endOf, hasLongSegments, readSegments, type FilmSegments } from './film-segments.ts';
import { ImportPace } from './import-pace.ts';
import type { MadeFilm } from './made-film.ts';
import { publishFilm } from './publish-film.ts';
import { Refused } from './refused.ts';
import { joinParts, uploadedBytes, type UploadDigest } from './uploaded-parts.ts';

/** The file itself, what is made of it, and something for everybody else. */
const ROOM_FACTOR = 2.5;
const SPARE_BYTES = 1024 ** 3;
/** Longer stretches without a place to enter at make seeking slow. */
const MAX_COPIED_SEGMENT_US = 30_000_000;

export interface ImportDeps {
  readonly store: ObjectStore;
  readonly ffmpeg: FfmpegRunner;
  readonly log: Log;
  readonly workFolder: string;
}

export interface ImportRun {
  readonly job: ImportJob;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ImportProgress) => void;
}

/**
 * From an uploaded file to a recording that can be played and produced. The file is opened by the reader of what it is by its content, and by no
 * other. Another attempt writes the same over again; the index comes last.
 *
 * @throws Refused when the file is no film we take, AppError `storageFull`, `notFound`, `internal` (ffmpeg), and what the store throws.
 */
export async function importFilm(deps: ImportDeps, run: ImportRun): Promise<MuxResult> {
  const { job, signal } = run;
  const folder = join(deps.workFolder, `import-${job.recordingId}-${randomUUID()}`);
  const pace = new ImportPace(run.onProgress);
  try {
    await mkdir(folder, { recursive: true });
    await assertRoom(deps, run);
    const path = join(folder, 'original');
    const uploaded = await joinParts(deps.store, job.recordingId, path, {
      signal,
      onProgress: (fraction) => pace.set('fetch', fraction),
    });
    const sniffed = sniffVideo(await firstBytes(path));
    if ('refusal' in sniffed) throw new Refused(sniffed.refusal);
    const facts = await readFilmFacts(path, sniffed.container, signal);
    const { video, audio, durationUs } = facts;
    deps.log.info({ bytes: uploaded.bytes, container: facts.container, video, audio, durationUs }, 'film opened');
    const film = await makeFilm(deps, { folder, path, facts, uploaded, signal, pace });
    if (film.durationUs > MAX_FILM_SECONDS * 1e6) throw new Refused('tooLong');
    return await publishFilm(deps.store, job, film, signal, (fraction) => pace.set('store', fraction));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function assertRoom({ store, workFolder }: ImportDeps, { job }: ImportRun): Promise<void> {
  const bytes = await uploadedBytes(store, job.recordingId);
  const { bavail, bsize } = await statfs(workFolder);
  if (bavail * bsize < bytes * ROOM_FACTOR + SPARE_BYTES) {
    throw new AppError('storageFull', { message: 'no room to open an uploaded film' });
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

interface Making {
  readonly folder: string;
  readonly path: string;
  readonly facts: FilmFacts;
  readonly uploaded: UploadDigest;
  readonly signal: AbortSignal;
  readonly pace: ImportPace;
}

async function makeFilm(deps: ImportDeps, making: Making): Promise<MadeFilm> {
  const { folder, facts, uploaded, signal } = making;
  let isPictureCopied = canCopyPicture(facts);
  let picture = await makePicture(deps, making, isPictureCopied);
  if (isPictureCopied && hasLongSegments(picture, MAX_COPIED_SEGMENT_US)) {
    isPictureCopied = false;
    picture = await makePicture(deps, making, isPictureCopied);
  }
  let sound: FilmSegments | undefined;
  if (facts.audio !== undefined) {
    const soundFolder = join(folder, 'sound');
    await mkdir(soundFolder);
    await deps.ffmpeg.run(soundSegmentsJob(soundFileIn(folder), soundFolder), { label: 'sound of a film', signal });
    sound = await readSegments(soundFolder, 'film-sound');
  }
  const durationUs = Math.max(endOf(picture), sound === undefined ? 0 : endOf(sound));
  return { facts, uploaded, isPictureCopied, picture, sound, durationUs };
}

const soundFileIn = (folder: string): string => join(folder, 'sound.m4a');

async function makePicture(deps: ImportDeps, making: Making, isCopied: boolean): Promise<FilmSegments> {
  const { folder, path, facts, signal, pace } = making;
  const pictureFolder = join(folder, isCopied ? 'copied' : 'encoded');
  await mkdir(pictureFolder);
  const job = filmJob(path, facts, isCopied, { pictureFolder, soundFile: soundFileIn(folder) });
  const durationUs = facts.durationUs ?? Infinity;
  await deps.ffmpeg
    .run(job, {
      label: 'an uploaded film',
      signal,
      onProgress: ({ outTimeUs }) => pace.set('make', outTimeUs / durationUs),
    })
    .catch((error: unknown) => {
      signal.throwIfAborted();
      // What ffmpeg opened but cannot read to its end is the file's fault.
      deps.log.warn({ err: error }, 'a film cannot be read');
      throw failureOf(error) === 'encoderFailed' ? new Refused('damaged') : error;
    });
  return readSegments(pictureFolder, 'film');
}
