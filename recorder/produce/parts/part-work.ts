import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { FfmpegProgress } from '../../ffmpeg/progress.ts';
import { WrittenInk } from '../../board/board-ink.ts';
import { pageKey } from '../../board/board-pages.ts';
import { PageFiles } from '../../board/page-files.ts';
import { composeJob } from './compose.ts';
import { LADDER } from '../plan/ladder.ts';
import { letteringIn } from './lettering.ts';
import { PartStore, pictureFile, SOUND_FILES, type Part } from './part-store.ts';
import { spanOf, tracksOf, type PlannedCut, type ProductionPlan } from '../plan/plan.ts';
import type { ProductionDeps } from '../production-context.ts';
import { encodeSoundJob, gainOf, measureJob, OUTLINE_RATE } from './sound.ts';
import { mixedSound } from './sound-mix.ts';
import type { SourceTrack, TrackFile, TrackPiece } from '../source/source-track.ts';
import { waveformOf } from './waveform.ts';
import { inWorkFolder } from '../work-folder.ts';

/** Shares of a part's time. */
const FETCH_SHARE = 0.05;
const MADE_SHARE = 0.95;
/** Of the sound's two passes the first decodes and mixes. */
const MIX_SHARE = 0.7;

export interface PartRun {
  readonly plan: ProductionPlan;
  readonly part: Part;
  readonly signal: AbortSignal;
  /** 0–1, also while files are fetched and put. */
  readonly onProgress: (fraction: number) => void;
}

/** A part that is being made, in a folder of its own. */
interface Making extends PartRun {
  readonly deps: ProductionDeps;
  readonly folder: string;
}

/**
 * Makes one part of a film on this machine and puts it into the store: the picture of one cut in all rungs, or the sound of the whole lesson. It fetches
 * nothing but the segments that it shows or sounds.
 *
 * @throws what the store throws, AppError `internal` (ffmpeg), the signal's reason when aborted.
 */
export async function makePart(deps: ProductionDeps, run: PartRun): Promise<void> {
  await inWorkFolder(deps.workFolder, `${run.plan.job.recordingId}-${run.part.name}`, async (folder) => {
    const making = { ...run, deps, folder };
    await (run.part.cut === undefined ? makeSound(making) : makeCut(making, run.part.cut));
    const parts = new PartStore(deps.store, run.plan.job.recordingId);
    await parts.put(run.part, folder, run.signal);
    run.onProgress(1);
  });
}

async function makeCut(making: Making, cut: PlannedCut): Promise<void> {
  const { deps, plan, folder, signal } = making;
  const tracks = await fetchTracks(making, tracksOf(cut, plan.tracks), spanOf(cut));
  const job = composeJob(cut, {
    title: { title: plan.job.title, card: plan.job.card },
    tracks,
    pages: await fetchPages(making, cut),
    rungs: LADDER,
    lettering: deps.font === undefined ? undefined : letteringIn(join(folder, 'text'), deps.font),
    targetOf: (rung) => join(folder, pictureFile(rung)),
  });
  await deps.ffmpeg.run(job, {
    label: `cut at ${cut.outputStartUs} us`,
    signal,
    onProgress: ({ frame }) => making.onProgress(madeShare(frame / cut.frames)),
  });
}

/** The pictures of the pages that a cut shows, and over them what is written; what is gone from the store is not shown. */
async function fetchPages(making: Making, cut: PlannedCut): Promise<ReadonlyMap<string, readonly string[]>> {
  const { deps, folder, plan, signal } = making;
  const pages = new PageFiles({ store: deps.store, drawsInk: deps.drawsInk, folder, signal });
  const files = new Map<string, readonly string[]>();
  for (const { page } of cut.scene.tiles) {
    if (page === undefined) continue;
    files.set(pageKey(page), await pages.of(page, async () => (await inkOf(deps, plan)).strokesOf(page)));
  }
  return files;
}

const inks = new WeakMap<ProductionPlan, Promise<WrittenInk>>();

/** Read once for all cuts that this process makes of a plan. */
function inkOf({ source }: ProductionDeps, plan: ProductionPlan): Promise<WrittenInk> {
  const known = inks.get(plan) ?? source.read(plan.job.recordingId).then(({ events }) => new WrittenInk(events));
  inks.set(plan, known);
  known.catch(() => inks.delete(plan));
  return known;
}

async function makeSound(making: Making): Promise<void> {
  const { deps, plan, folder, signal } = making;
  const heard = plan.tracks.filter((track) => track.kind === 'audio');
  const tracks = await fetchTracks(making, heard, undefined);
  const { durationUs, ranges } = plan.timeline;
  const report =
    (from: number, share: number) =>
    ({ outTimeUs }: FfmpegProgress) =>
      making.onProgress(madeShare(from + (share * outTimeUs) / durationUs));
  const mix = join(folder, 'mix.flac');
  const pieces = tracks.flatMap(({ files }) => files);
  const mixing = new AbortController();
  const { niceness } = deps.ffmpeg;
  const mixed = Readable.from(
    mixedSound({ pieces, ranges, niceness, signal: AbortSignal.any([signal, mixing.signal]) }),
  );
  let stderr: string;
  try {
    const onProgress = report(0, MIX_SHARE);
    stderr = await deps.ffmpeg.run(measureJob(mixed, durationUs, mix), {
      label: 'sound, first pass',
      signal,
      onProgress,
    });
  } finally {
    // A decoder that gives nothing would be waited for.
    mixing.abort();
    mixed.destroy();
  }
  const samples = join(folder, 'outline.pcm');
  const encoding = encodeSoundJob(mix, gainOf(stderr), durationUs, { sound: join(folder, SOUND_FILES.sound), samples });
  const onProgress = report(MIX_SHARE, 1 - MIX_SHARE);
  await deps.ffmpeg.run(encoding, { label: 'sound, second pass', signal, onProgress });
  await writeFile(join(folder, SOUND_FILES.waveform), JSON.stringify(await waveformOf(samples, OUTLINE_RATE)));
}

async function fetchTracks(
  making: Making,
  tracks: readonly SourceTrack<TrackPiece>[],
  span: { readonly fromUs: number; readonly toUs: number } | undefined,
): Promise<readonly SourceTrack<TrackFile>[]> {
  const folder = join(making.folder, 'tracks');
  await mkdir(folder, { recursive: true });
  return making.deps.source.fetch({
    recordingId: making.plan.job.recordingId,
    tracks,
    ...(span === undefined ? {} : { span }),
    folder,
    signal: making.signal,
    onProgress: (fraction) => making.onProgress(FETCH_SHARE * fraction),
  });
}

function madeShare(fraction: number): number {
  return FETCH_SHARE + (MADE_SHARE - FETCH_SHARE) * Math.min(1, fraction);
}
