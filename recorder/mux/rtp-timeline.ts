import * as z from 'zod';

/** What the timeline needs to know of a packet, in sending order. */
export interface Stamped {
  readonly timestamp: number;
  readonly receivedUs: number;
}

/** Where the timeline stands; enough to go on after a restart. `unwrapped` never wraps and never steps back for long. */
export const TimelinePoint = z.object({ timestamp: z.number(), unwrapped: z.number(), receivedUs: z.number() });
export type TimelinePoint = z.infer<typeof TimelinePoint>;

/** RTP time and receive time that differ by so much between two packets may mean that the RTP clock has jumped. */
const SUSPICION_US = 500_000;
/** A jump is believed when every packet of this time agrees by at least `AGREEMENT_US`: a burst after a stall catches up sooner. */
const OBSERVATION_US = 1_000_000;
const AGREEMENT_US = 400_000;
const MAX_HELD_PACKETS = 4000;

/**
 * Unwraps RTP timestamps and heals jumps of the RTP clock: where receive time went on by 244 s and RTP time did not (or the other way round, or
 * backwards), the unwrapped time goes on as receive time did, so that a hole becomes a gap and never a cut.
 */
export class RtpTimeline<T extends Stamped> {
  readonly #ticksPerUs: number;
  readonly #emit: (item: T, unwrapped: number) => void;
  readonly #onHealed: () => void;
  readonly #held: T[] = [];
  #point: TimelinePoint | undefined;

  constructor(options: {
    readonly clockRate: number;
    readonly emit: (item: T, unwrapped: number) => void;
    readonly onHealed: () => void;
    readonly point?: TimelinePoint | undefined;
  }) {
    this.#ticksPerUs = options.clockRate / 1e6;
    this.#emit = options.emit;
    this.#onHealed = options.onHealed;
    this.#point = options.point;
  }

  held(): readonly T[] {
    return this.#held;
  }

  get point(): TimelinePoint | undefined {
    return this.#point;
  }

  push(item: T): void {
    if (this.#point === undefined) {
      this.#advance(item, item.timestamp);
      return;
    }
    if (this.#held.length === 0 && Math.abs(this.#mismatchUs(this.#point, item)) < SUSPICION_US) {
      this.#advance(item, this.#point.unwrapped + ticksBetween(this.#point.timestamp, item.timestamp));
      return;
    }
    this.#held.push(item);
    const first = this.#held[0] ?? item;
    if (item.receivedUs - first.receivedUs >= OBSERVATION_US || this.#held.length >= MAX_HELD_PACKETS) this.flush();
  }

  /** The unwrapped time of a timestamp beside the stream (a sender report's), undefined while a jump is being judged. */
  unwrap(timestamp: number): number | undefined {
    if (this.#point === undefined || this.#held.length > 0) return undefined;
    return this.#point.unwrapped + ticksBetween(this.#point.timestamp, timestamp);
  }

  /** Judges what is held with what is known by now. */
  flush(): void {
    const start = this.#point;
    if (start === undefined || this.#held.length === 0) return;
    const held = this.#held.splice(0);
    const healedTicks = this.#jumpUs(start, held) * this.#ticksPerUs;
    if (healedTicks !== 0) this.#onHealed();
    let shift = start.unwrapped + Math.round(healedTicks);
    let previous = start.timestamp;
    for (const item of held) {
      shift += ticksBetween(previous, item.timestamp);
      previous = item.timestamp;
      this.#advance(item, shift);
    }
  }

  #advance(item: T, unwrapped: number): void {
    this.#point = { timestamp: item.timestamp, unwrapped, receivedUs: item.receivedUs };
    this.#emit(item, unwrapped);
  }

  /** How much more time has passed on arrival than in the stream. */
  #mismatchUs(point: TimelinePoint, item: T): number {
    return item.receivedUs - point.receivedUs - ticksBetween(point.timestamp, item.timestamp) / this.#ticksPerUs;
  }

  #jumpUs(start: TimelinePoint, held: readonly T[]): number {
    let lowest = Number.POSITIVE_INFINITY;
    let highest = Number.NEGATIVE_INFINITY;
    for (const item of held) {
      const mismatch = this.#mismatchUs(start, item);
      lowest = Math.min(lowest, mismatch);
      highest = Math.max(highest, mismatch);
    }
    if (lowest > AGREEMENT_US) return lowest;
    return highest < -AGREEMENT_US ? highest : 0;
  }
}

/** Signed distance of two 32-bit timestamps. */
function ticksBetween(from: number, to: number): number {
  return (to - from) | 0;
}
