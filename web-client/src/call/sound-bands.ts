/** Where a voice differs from another: formants and consonants, in steps of about a third of an octave. */
const LOWEST_HZ = 250;
const HIGHEST_HZ = 4_000;
export const BAND_COUNT = 12;
const SHARPNESS = 3.5;

/** Levels of one step in dB of full scale; `peak` is 1 where the sound is overdriven. */
export interface SoundLevels {
  readonly bands: readonly number[];
  readonly level: number;
  readonly peak: number;
}

export interface BandFilter {
  readonly b0: number;
  readonly a1: number;
  readonly a2: number;
  x1: number;
  x2: number;
  y1: number;
  y2: number;
}

/** Band passes of constant peak gain (R. Bristow-Johnson's cookbook). */
export function bandFilters(sampleRate: number): BandFilter[] {
  return Array.from({ length: BAND_COUNT }, (_unused, band) => {
    const hz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (band / (BAND_COUNT - 1));
    const w = (2 * Math.PI * hz) / sampleRate;
    const alpha = Math.sin(w) / (2 * SHARPNESS);
    return {
      b0: alpha / (1 + alpha),
      a1: (-2 * Math.cos(w)) / (1 + alpha),
      a2: (1 - alpha) / (1 + alpha),
      ...{ x1: 0, x2: 0, y1: 0, y2: 0 },
    };
  });
}
