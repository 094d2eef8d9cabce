import { createReadStream } from 'node:fs';
import type { Waveform } from '../../../signaling/protocol/waveform.ts';

const BIN_MS = 200;
const SAMPLE_BYTES = 2;
const FULL_SCALE = 32_768;
const MOST = 100;

/** The outline of raw mono samples (signed 16 bit, little endian) in a file. */
export async function waveformOf(path: string, sampleRate: number): Promise<Waveform> {
  const bin = new PeakBins((sampleRate * BIN_MS) / 1_000);
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    const whole = bytes.length - (bytes.length % SAMPLE_BYTES);
    for (let at = 0; at < whole; at += SAMPLE_BYTES) bin.add(bytes.readInt16LE(at));
    rest = bytes.subarray(whole);
  }
  return { version: 1, binMs: BIN_MS, peaks: bin.end() };
}

class PeakBins {
  readonly #samplesPerBin: number;
  readonly #peaks: number[] = [];
  #peak = 0;
  #count = 0;

  constructor(samplesPerBin: number) {
    this.#samplesPerBin = samplesPerBin;
  }

  add(sample: number): void {
    this.#peak = Math.max(this.#peak, Math.abs(sample));
    this.#count += 1;
    if (this.#count === this.#samplesPerBin) this.#close();
  }

  end(): number[] {
    if (this.#count > 0) this.#close();
    return this.#peaks;
  }

  #close(): void {
    this.#peaks.push(Math.round((this.#peak / FULL_SCALE) * MOST));
    this.#peak = 0;
    this.#count = 0;
  }
}
