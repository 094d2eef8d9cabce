import type { TimeRange } from './playback.ts';

/** Sound is judged in steps of this length. */
export const LEVEL_STEP_S = 0.05;
/** What is shorter is a breath, and part of the speech. */
const SHORTEST_S = 1.5;
/** Kept on either side of speech, so that no consonant is cut. */
const MARGIN_S = 0.25;
/** A single louder step (a chair, a cough far away) does not end a silence. */
const BLIP_S = 0.12;
const NOTHING_DB = -100;
/** The limit between speech and silence stays within these, whatever the room is like. */
const LOWEST_LIMIT_DB = -60;
const HIGHEST_LIMIT_DB = -38;
/** Above the noise of the room, and well below those who speak. */
const ABOVE_NOISE_DB = 6;
const BELOW_SPEECH_DB = 20;
const NOISE_PART = 0.1;
const SPEECH_PART = 0.9;

/** Loudness of a piece of sound from its beginning on: one value per `LEVEL_STEP_S`, dB of full scale. */
export interface SoundLevels {
  readonly startS: number;
  readonly levels: readonly number[];
}

export function levelsOf(samples: Float32Array, sampleRate: number): readonly number[] {
  const size = Math.max(1, Math.round(sampleRate * LEVEL_STEP_S));
  const levels: number[] = [];
  for (let from = 0; from + size <= samples.length; from += size) {
    let sum = 0;
    for (const sample of samples.subarray(from, from + size)) sum += sample * sample;
    const power = sum / size;
    levels.push(power === 0 ? NOTHING_DB : Math.max(NOTHING_DB, 10 * Math.log10(power)));
  }
  return levels;
}

/** What counts as silence in this very room; a lesson that is nearly all silence or all speech is judged by the fixed limits. */
export function silenceLimitDb(pieces: readonly SoundLevels[]): number {
  const sorted = pieces.flatMap(({ levels }) => levels).toSorted((one, other) => one - other);
  const at = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? NOTHING_DB;
  const limit = Math.min(at(NOISE_PART) + ABOVE_NOISE_DB, at(SPEECH_PART) - BELOW_SPEECH_DB);
  return Math.max(LOWEST_LIMIT_DB, Math.min(HIGHEST_LIMIT_DB, limit));
}

/** Where nobody says anything for long enough to be passed over, without the margins around speech. Pieces in order of time. */
export function findSilences(pieces: readonly SoundLevels[]): readonly TimeRange[] {
  const limit = silenceLimitDb(pieces);
  const quiet: { fromS: number; toS: number }[] = [];
  for (const { startS, levels } of pieces) {
    for (const [at, level] of levels.entries()) {
      if (level > limit) continue;
      const fromS = startS + at * LEVEL_STEP_S;
      const last = quiet.at(-1);
      if (last !== undefined && fromS - last.toS <= BLIP_S) last.toS = fromS + LEVEL_STEP_S;
      else quiet.push({ fromS, toS: fromS + LEVEL_STEP_S });
    }
  }
  return quiet
    .filter(({ fromS, toS }) => toS - fromS >= SHORTEST_S)
    .map(({ fromS, toS }) => ({ fromS: fromS + MARGIN_S, toS: toS - MARGIN_S }));
}
