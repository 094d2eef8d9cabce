/// <reference lib="webworker" />
import { BAND_COUNT, bandFilters } from './sound-bands.ts';
import type { SoundLevels } from './sound-bands.ts';

/** What the audio thread gives; TypeScript's libraries do not know it. */
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const FRAMES_A_SECOND = 50;

/** Energy in bands of one sound. */
class Meter {
  readonly #filters = bandFilters(sampleRate);
  readonly #energy = new Float64Array(BAND_COUNT);
  #whole = 0;
  #peak = 0;

  add(samples: Float32Array): void {
    for (const sample of samples) {
      this.#whole += sample * sample;
      this.#peak = Math.max(this.#peak, Math.abs(sample));
    }
    for (const [band, filter] of this.#filters.entries()) {
      let energy = 0;
      for (const sample of samples) {
        const { b0, a1, a2 } = filter;
        // A band pass of the second order (RBJ); its middle coefficient is nothing, its last the first turned round.
        const out = b0 * (sample - filter.x2) - a1 * filter.y1 - a2 * filter.y2;
        filter.x2 = filter.x1;
        filter.x1 = sample;
        filter.y2 = filter.y1;
        filter.y1 = out;
        energy += out * out;
      }
      this.#energy[band] = (this.#energy[band] ?? 0) + energy;
    }
  }

  take(count: number): SoundLevels {
    const decibels = (energy: number): number => 10 * Math.log10(energy / count + 1e-12);
    const levels = { bands: Array.from(this.#energy, decibels), level: decibels(this.#whole), peak: this.#peak };
    this.#energy.fill(0);
    this.#whole = 0;
    this.#peak = 0;
    return levels;
  }
}

/**
 * Levels of several sounds in equal steps of one clock, on the audio thread, so that they go on evenly behind another window and
 * on a busy page. Sounds stay here; only levels leave.
 */
class SoundLevelsProcessor extends AudioWorkletProcessor {
  readonly #meters: Meter[] = [];
  #count = 0;

  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const length = inputs.find((input) => input[0] !== undefined)?.[0]?.length ?? 128;
    const silence = new Float32Array(length);
    for (const [index, input] of inputs.entries()) {
      const meter = (this.#meters[index] ??= new Meter());
      meter.add(input[0] ?? silence);
    }
    this.#count += length;
    if (this.#count * FRAMES_A_SECOND >= sampleRate) {
      this.port.postMessage(this.#meters.map((meter) => meter.take(this.#count)));
      this.#count = 0;
    }
    return true;
  }
}

registerProcessor('sound-levels', SoundLevelsProcessor);
