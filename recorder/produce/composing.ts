import { createHash } from 'node:crypto';
import { rename, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { composeJob } from './compose.ts';
import type { Cut, EditList } from './edit-list.ts';
import { LADDER, type Rung } from './ladder.ts';
import type { ProductionContext } from './production-context.ts';
import type { PreparedRecording } from './recording-source.ts';
import { encodeSoundJob, gainOf, mixJob } from './sound.ts';
import { runPool } from './work-pool.ts';

/** Part of a cut's name: to be changed with anything that changes what a cut looks like. */
const COMPOSE_VERSION = 1;
/** Of the sound's two passes the first decodes and mixes. */
const MIX_SHARE = 0.7;
const HASH_CHARS = 24;

export interface ComposedLesson {
  /** Of each rung the cuts' files, in order. */
  readonly cutPaths: ReadonlyMap<Rung, readonly string[]>;
  readonly sound: string;
}

/** Picture cut by cut, side by side, and the sound of the whole lesson beside them. */
export async function composeLesson(
  context: ProductionContext,
  recording: PreparedRecording,
  editList: EditList,
): Promise<ComposedLesson> {
  const totalFrames = editList.cuts.reduce((sum, cut) => sum + cut.frames, 0);
  const doneFrames = editList.cuts.map(() => 0);
  const report = (): void => {
    const fraction = doneFrames.reduce((sum, frames) => sum + frames, 0) / totalFrames;
    context.progress.set('compose', fraction, fraction < 1 ? 'compose' : 'audio');
  };
  const sound = join(context.folders.attempt, 'sound.m4a');
  const tasks = [
    (signal: AbortSignal) => makeSound(context, recording, editList, sound, signal),
    ...editList.cuts.map((cut, index) => async (signal: AbortSignal) => {
      await composeCut(context, recording, cut, signal, (frames) => {
        doneFrames[index] = Math.max(doneFrames[index] ?? 0, Math.min(frames, cut.frames));
        report();
      });
    }),
  ];
  await runPool(tasks, context.deps.parallelCuts, context.signal);
  const cutPaths = new Map(
    LADDER.map((rung) => [rung, editList.cuts.map((cut) => cutPath(context, recording, cut, rung))]),
  );
  return { cutPaths, sound };
}

async function composeCut(
  context: ProductionContext,
  recording: PreparedRecording,
  cut: Cut,
  signal: AbortSignal,
  onFrames: (frames: number) => void,
): Promise<void> {
  const finished = (rung: Rung): string => cutPath(context, recording, cut, rung);
  const unfinished = (rung: Rung): string => join(context.folders.attempt, basename(finished(rung)));
  if ((await Promise.all(LADDER.map((rung) => isThere(finished(rung))))).every(Boolean)) {
    onFrames(cut.frames);
    return;
  }
  const job = composeJob(cut, {
    title: context.job.title,
    tracks: recording.tracks,
    rungs: LADDER,
    lettering: context.lettering,
    targetOf: unfinished,
  });
  await context.deps.ffmpeg.run(job, {
    label: `cut at ${cut.outputStartUs} us`,
    signal,
    onProgress: ({ frame }) => onFrames(frame),
  });
  for (const rung of LADDER) await rename(unfinished(rung), finished(rung));
  onFrames(cut.frames);
}

/** Named by everything a cut is made of, so that a cut found under this name is this cut, whole. */
function cutPath(context: ProductionContext, recording: PreparedRecording, cut: Cut, rung: Rung): string {
  const shown = new Set(cut.scene.tiles.map((tile) => tile.trackId));
  const files = recording.tracks
    .filter((track) => shown.has(track.trackId))
    .map((track) => [track.trackId, track.files.map((file) => [file.startUs, file.endUs, file.width, file.height])]);
  const made = [COMPOSE_VERSION, LADDER, context.job.title, context.lettering?.font.option, cut, files];
  const hash = createHash('sha256').update(JSON.stringify(made)).digest('hex').slice(0, HASH_CHARS);
  return join(context.folders.cuts, `${hash}-${rung.name}.mp4`);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function makeSound(
  context: ProductionContext,
  recording: PreparedRecording,
  editList: EditList,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const { ffmpeg } = context.deps;
  const { timeline } = editList;
  const mix = join(context.folders.attempt, 'mix.flac');
  const report = (from: number, share: number) => (progress: { readonly outTimeUs: number }) =>
    context.progress.set('audio', from + (share * progress.outTimeUs) / timeline.durationUs, 'compose');
  const mixing = mixJob(recording.tracks, timeline, mix);
  const stderr = await ffmpeg.run(mixing, { label: 'sound, first pass', signal, onProgress: report(0, MIX_SHARE) });
  const encoding = encodeSoundJob(mix, gainOf(stderr), timeline.durationUs, target);
  await ffmpeg.run(encoding, { label: 'sound, second pass', signal, onProgress: report(MIX_SHARE, 1 - MIX_SHARE) });
  context.progress.set('audio', 1, 'compose');
}
