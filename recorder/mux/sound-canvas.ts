/** One decoded packet: `count` samples per channel from `offset` of the decoded sound, captured over `[from, to)` in samples of session time. */
export interface PlacedSound {
  readonly offset: number;
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** Half-open range in samples of session time. */
export interface SampleRange {
  readonly from: number;
  readonly to: number;
}

const CHANNELS = 2;
/** Two packets nearer than this follow each other. */
const JOINT_SAMPLES = 1.5;
/** At the edges of sound that begins or ends in the middle of things: 3 ms. */
const FADE_SAMPLES = 144;
/** The limiter looks at blocks of this size, aligned to session time, so that neighbouring windows come to the same gain. */
const LIMIT_BLOCK = 64;
/** Blocks to each side over which the gain is lowered and smoothed: 10.7 ms. */
const LIMIT_REACH = 8;
const LIMIT = 0.95 * 32_767;

/**
 * A stretch of session time on which sounds are placed with sub-sample accuracy and summed. Everything it does at one instant depends on its nearer
 * surroundings alone, never on what came long before: two canvases that overlap agree where they overlap, so windows of a mix can be rendered
 * independently and joined.
 */
export class SoundCanvas {
  readonly #from: number;
  readonly #left: Float32Array;
  readonly #right: Float32Array;
  #isSilent = true;

  /** `from` is a multiple of 64. */
  constructor({ from, to }: SampleRange) {
    this.#from = from;
    this.#left = new Float32Array(to - from);
    this.#right = new Float32Array(to - from);
  }

  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Adds one track: interleaved stereo and where its packets belong, in order of time. */
  add(sound: Int16Array, packets: readonly PlacedSound[]): void {
    for (const [index, packet] of packets.entries()) {
      const before = packets[index - 1];
      const after = packets[index + 1];
      const joinsBefore = before !== undefined && packet.from - before.to < JOINT_SAMPLES;
      const joinsAfter = after !== undefined && after.from - packet.to < JOINT_SAMPLES;
      this.#place(sound, packet, joinsBefore, joinsAfter);
    }
  }

  silence(range: SampleRange): void {
    const from = Math.max(0, range.from - this.#from);
    const to = Math.min(this.#left.length, range.to - this.#from);
    if (to <= from) return;
    this.#left.fill(0, from, to);
    this.#right.fill(0, from, to);
    this.#isSilent ||= from === 0 && to === this.#left.length;
  }

  /** Limited to 95 % of full scale, interleaved. */
  render(): Int16Array {
    const gains = this.#gains();
    const output = new Int16Array(this.#left.length * CHANNELS);
    for (let index = 0; index < this.#left.length; index += 1) {
      const gain = gainAt(gains, index);
      output[index * 2] = Math.round((this.#left[index] ?? 0) * gain);
      output[index * 2 + 1] = Math.round((this.#right[index] ?? 0) * gain);
    }
    return output;
  }

  #place(sound: Int16Array, packet: PlacedSound, joinsBefore: boolean, joinsAfter: boolean): void {
    const { offset, count, from, to } = packet;
    const step = count / (to - from);
    const first = Math.max(Math.ceil(from), this.#from);
    const last = Math.min(Math.ceil(to), this.#from + this.#left.length);
    const lowest = joinsBefore ? offset - count : offset;
    const highest = Math.min(joinsAfter ? offset + 2 * count : offset + count, sound.length / CHANNELS) - 1;
    for (let at = first; at < last; at += 1) {
      const position = offset + (at - from) * step;
      const fade = Math.min(joinsBefore ? 1 : (at - from) / FADE_SAMPLES, joinsAfter ? 1 : (to - at) / FADE_SAMPLES, 1);
      const left = interpolate(sound, 0, position, Math.max(lowest, 0), highest) * fade;
      const right = interpolate(sound, 1, position, Math.max(lowest, 0), highest) * fade;
      if (left !== 0 || right !== 0) this.#isSilent = false;
      const target = at - this.#from;
      this.#left[target] = (this.#left[target] ?? 0) + left;
      this.#right[target] = (this.#right[target] ?? 0) + right;
    }
  }

  /** Gain at the middle of each block: the lowest that its neighbourhood needs, smoothed. */
  #gains(): Float32Array {
    const blocks = Math.ceil(this.#left.length / LIMIT_BLOCK);
    const needed = new Float32Array(blocks).fill(1);
    for (let index = 0; index < this.#left.length; index += 1) {
      const peak = Math.max(Math.abs(this.#left[index] ?? 0), Math.abs(this.#right[index] ?? 0));
      if (peak <= LIMIT) continue;
      const block = Math.floor(index / LIMIT_BLOCK);
      needed[block] = Math.min(needed[block] ?? 1, LIMIT / peak);
    }
    const lowest = slide(needed, (part) => part.reduce((a, b) => Math.min(a, b), 1));
    return slide(lowest, (part) => part.reduce((a, b) => a + b, 0) / part.length);
  }
}

function slide(values: Float32Array, combine: (part: Float32Array) => number): Float32Array {
  if (values.every((value) => value === 1)) return values;
  return values.map((_, index) => combine(values.subarray(Math.max(0, index - LIMIT_REACH + 1), index + LIMIT_REACH)));
}

/** Linear between the middles of the blocks. */
function gainAt(gains: Float32Array, index: number): number {
  const position = index / LIMIT_BLOCK - 0.5;
  const block = Math.floor(position);
  const one = gains[Math.max(block, 0)] ?? 1;
  const next = gains[Math.min(block + 1, gains.length - 1)] ?? 1;
  return one + (next - one) * (position - block);
}

/** Cubic Hermite (Catmull-Rom) between samples; beyond the ends the last sample is repeated. */
function interpolate(sound: Int16Array, channel: number, position: number, lowest: number, highest: number): number {
  const base = Math.floor(position);
  const t = position - base;
  const sample = (index: number): number => sound[Math.min(Math.max(index, lowest), highest) * CHANNELS + channel] ?? 0;
  const current = sample(base);
  if (t < 1e-6) return current;
  const before = sample(base - 1);
  const next = sample(base + 1);
  const after = sample(base + 2);
  const a = (3 * (current - next) + after - before) / 2;
  const b = before - 2.5 * current + 2 * next - after / 2;
  return ((a * t + b) * t + (next - before) / 2) * t + current;
}
