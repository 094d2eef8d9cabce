/** How far down the microphone is turned: what comes back is then lost in the noise of any room. −40 dB. */
export const DUCKED = 0.01;
/** Mean squares of full scale. Below the first nothing is heard from the loudspeakers; above the second it is, however even it is. */
const QUIET = 10 ** (-50 / 10);
const LOUD = 10 ** (-30 / 10);
/** A voice stands this far above the noise of its own room, which sounds all the time and must not keep anybody down. 10 dB. */
const ABOVE_NOISE = 10;
const SMOOTHED_S = 0.01;
/** Noise is the quietest moment of the last seconds: between words it is heard alone. */
const NOISE_PART_S = 0.5;
const NOISE_PARTS = 8;
/** What was played goes on sounding: a loudspeaker's own delay, then the room. */
const RINGS_S = 0.6;
/** Down before a sound has crossed the room, and up again without a click. */
const DOWN_S = 0.01;
const UP_S = 0.1;

/** How loud a microphone is while something is played beside it. */
export class DuckingGain {
  readonly #sampleRate: number;
  #gain = 1;
  /** Frames for which it stays down. */
  #left = 0;
  #level = 0;
  /** The quietest moment of each part, the present one last. */
  #quietest: number[] = [0];
  #partFrames = 0;

  /** @param sampleRate frames a second */
  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  /** Writes `gains` (0–1) for the frames in which `played`, channel by channel, is on its way to the loudspeakers. */
  write(played: readonly Float32Array[], gains: Float32Array): void {
    this.#measure(Math.max(0, ...played.map(meanSquare)), gains.length);
    const noise = Math.min(...this.#quietest);
    if (this.#level > Math.min(LOUD, Math.max(QUIET, noise * ABOVE_NOISE))) {
      this.#left = Math.round(RINGS_S * this.#sampleRate);
    }
    for (let frame = 0; frame < gains.length; frame += 1) {
      const isDown = this.#left > 0;
      if (isDown) this.#left -= 1;
      const step = (1 - DUCKED) / ((isDown ? DOWN_S : UP_S) * this.#sampleRate);
      this.#gain = isDown ? Math.max(DUCKED, this.#gain - step) : Math.min(1, this.#gain + step);
      gains[frame] = this.#gain;
    }
  }

  #measure(energy: number, frames: number): void {
    this.#level += (energy - this.#level) * Math.min(1, frames / (SMOOTHED_S * this.#sampleRate));
    this.#quietest.push(Math.min(this.#quietest.pop() ?? this.#level, this.#level));
    this.#partFrames += frames;
    if (this.#partFrames < NOISE_PART_S * this.#sampleRate) return;
    this.#partFrames = 0;
    this.#quietest = [...this.#quietest, this.#level].slice(-NOISE_PARTS);
  }
}

function meanSquare(samples: Float32Array): number {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return energy / samples.length;
}
