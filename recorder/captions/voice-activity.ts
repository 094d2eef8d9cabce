/** Finds where somebody may be speaking, so that a recogniser need not listen to silence. Errs towards listening. */
export const SPEECH_RATE = 16_000;

const FRAME = SPEECH_RATE / 50;
/** Full scale is 1. Below this nothing is speech (−60 dB), above that anything may be (−38 dB). */
const SILENT = 0.001;
const LOUD = 0.0126;
/** How far speech stands out of the noise of its room. */
const ABOVE_NOISE = 2.5;
/** The quietest tenth of what is there is the noise. */
const NOISE_QUANTILE = 0.1;
/** Pauses shorter than this belong to what is said. */
const MAX_PAUSE_FRAMES = 60;
/** Kept before and behind: soft beginnings and endings. */
const MARGIN_FRAMES = 15;
/** Shorter than this is a knock, not a word. */
const MIN_VOICED_FRAMES = 4;

/** Half-open, in samples. */
export interface SampleSpan {
  readonly from: number;
  readonly to: number;
}

function loudnessOf(sound: Int16Array): Float32Array {
  const frames = new Float32Array(Math.ceil(sound.length / FRAME));
  for (let frame = 0; frame < frames.length; frame += 1) {
    const part = sound.subarray(frame * FRAME, (frame + 1) * FRAME);
    let sum = 0;
    for (const sample of part) sum += sample * sample;
    frames[frame] = Math.sqrt(sum / Math.max(1, part.length)) / 32_768;
  }
  return frames;
}

function thresholdOf(loudness: Float32Array): number {
  const heard = loudness.filter((value) => value > SILENT).sort();
  const noise = heard[Math.floor(heard.length * NOISE_QUANTILE)] ?? 0;
  return Math.min(Math.max(noise * ABOVE_NOISE, SILENT), LOUD);
}

/** Spans of mono sound at 16 kHz that are worth listening to, in order, apart from each other. */
export function voicedSpans(sound: Int16Array): readonly SampleSpan[] {
  const loudness = loudnessOf(sound);
  const threshold = thresholdOf(loudness);
  const spans: { from: number; to: number; voiced: number }[] = [];
  for (const [frame, value] of loudness.entries()) {
    if (value < threshold) continue;
    const last = spans.at(-1);
    if (last !== undefined && frame - last.to <= MAX_PAUSE_FRAMES) {
      last.to = frame + 1;
      last.voiced += 1;
    } else {
      spans.push({ from: frame, to: frame + 1, voiced: 1 });
    }
  }
  return spans
    .filter(({ voiced }) => voiced >= MIN_VOICED_FRAMES)
    .map(({ from, to }) => ({
      from: Math.max(0, from - MARGIN_FRAMES) * FRAME,
      to: Math.min((to + MARGIN_FRAMES) * FRAME, sound.length),
    }));
}
