import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaptionCue } from '../../signaling/protocol/captions.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { CaptionCommand } from './caption-command.ts';
import { RecognisedCaptions, type CaptionJob, type CaptionResult } from '../jobs/caption-jobs.ts';
import { tidyCues } from './recognised-text.ts';
import { prepareSpeech, type SpokenTrack } from './recorded-speech.ts';
import { RecognitionError } from './recognition-error.ts';

/** Loading a large model takes its time, however little there is to be recognised. */
const START_LIMIT_MS = 120_000;
/** Of the progress, what bringing the sound here takes. */
const PREPARED = 0.1;

export interface RecognitionDeps {
  readonly store: ObjectStore;
  readonly command: CaptionCommand;
  /** Each attempt has a folder of its own in it. */
  readonly workFolder: string;
  readonly niceness: number;
  /** How many times longer than the speech itself recognising it may take. */
  readonly timeoutRatio: number;
  readonly log: Log;
}

export interface RecognitionRun {
  readonly job: CaptionJob;
  /** See `attemptName`. */
  readonly attempt: string;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
}

/**
 * Recognises what is said in a recording, speaker by speaker, and leaves it in the object store in session time. One attempt, which leaves everything or
 * nothing.
 *
 * @throws RecognitionError when there is nothing to be had of it, what the store throws, the signal's reason when aborted.
 */
export async function recognise(deps: RecognitionDeps, run: RecognitionRun): Promise<CaptionResult> {
  const { store, niceness } = deps;
  const { job, attempt, signal } = run;
  const own = `${job.recordingId}-${job.language}-`;
  await discardDead(deps.workFolder, own);
  const folder = join(deps.workFolder, own + attempt);
  await mkdir(folder);
  try {
    const tracks = await prepareSpeech({ store, recordingId: job.recordingId, folder, niceness, signal });
    if (tracks.length === 0) throw new RecognitionError('noSpeech');
    run.onProgress(PREPARED);
    const cues = await recogniseTracks(deps, run, folder, tracks);
    if (cues.length === 0) throw new RecognitionError('noSpeech');
    const key = objectKeys.recognised(job.recordingId, job.language, attempt);
    const body = RecognisedCaptions.parse({ cues });
    signal.throwIfAborted();
    await store.put(key, Buffer.from(JSON.stringify(body)));
    return { ...job, attempt, key };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What attempts before this one have left when they were killed is people's voices. */
async function discardDead(workFolder: string, prefix: string): Promise<void> {
  const dead = (await readdir(workFolder)).filter((name) => name.startsWith(prefix));
  for (const name of dead) await rm(join(workFolder, name), { recursive: true, force: true });
}

async function recogniseTracks(
  deps: RecognitionDeps,
  { job, signal, onProgress }: RecognitionRun,
  folder: string,
  tracks: readonly SpokenTrack[],
): Promise<readonly CaptionCue[]> {
  const totalS = tracks.reduce((sum, { speech }) => sum + speech.seconds, 0);
  let doneS = 0;
  const cues: CaptionCue[] = [];
  for (const { speaker, track, speech } of tracks) {
    const limitMs = START_LIMIT_MS + speech.seconds * 1000 * deps.timeoutRatio;
    const input = { wav: speech.path, language: job.language };
    const texts = await deps.command.run({ input, folder, limitMs, signal });
    for (const { fromS, toS, text } of texts) {
      const at = speech.toSession(fromS, toS);
      if (at === undefined) continue;
      const times = { fromMs: Math.round(at.fromUs / 1000), toMs: Math.round(at.toUs / 1000) };
      cues.push({ ...times, voice: speaker, text, track });
    }
    doneS += speech.seconds;
    onProgress(PREPARED + (1 - PREPARED) * (doneS / totalS));
    deps.log.info({ speechS: Math.round(speech.seconds), texts: texts.length }, 'a speaker is recognised');
  }
  return tidyCues(cues);
}
