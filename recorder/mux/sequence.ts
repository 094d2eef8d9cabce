/** What the reorder buffer needs to know of a packet. */
export interface Sequenced {
  readonly sequence: number;
  readonly receivedUs: number;
}

/** What a released packet's place in the order of sending tells of it. */
export interface Placed {
  readonly extended: number;
  /** Packets before this one are missing for good, or it is the first of all. */
  readonly afterLoss: boolean;
  /** When it, or one that was sent after it, came first: by then it had been sent. One that was repaired came itself up to 2 s later. */
  readonly onItsWayUs: number;
}
export type ReleaseHandler<T> = (item: T, placed: Placed) => void;

/**
 * A packet that comes so long after those behind it is given up. A repair takes a round trip, and on a long line that loses packets the second and the third try take
 * theirs; nobody waits for a recording, and one packet that is given up costs the pictures up to the next keyframe.
 */
export const REPAIR_US = 2_000_000;
/** Before the first packet is let go: the true first one may still be under way. */
const START_WAIT_US = 100_000;
/** A sequence number so far behind cannot be late: the numbering has started anew. */
const RESTART_DISTANCE = 3000;
/** After a silence this long a lower number is not late either: so many packets were lost that the number has wrapped. */
const RESTART_SILENCE_US = 2_000_000;
/** Put between the numbers before and after a restart, so that both can be ordered. */
const RESTART_STEP = 65_536;

/**
 * Sorts packets by sequence number, drops duplicates and waits up to 2 s (of receive time) for late ones, also across the border of two
 * chunks. Sequence numbers are extended to integers that never wrap.
 */
export class SequenceBuffer<T extends Sequenced> {
  readonly #release: ReleaseHandler<T>;
  readonly #pending = new Map<number, T>();
  #expected: number | undefined;
  #highest: { readonly sequence: number; readonly extended: number } | undefined;
  #waitingSinceUs = 0;
  #receivedUs: number | undefined;

  /** @param expected extended number to go on from; whatever is lower is dropped. */
  constructor(release: ReleaseHandler<T>, expected?: number) {
    this.#release = release;
    this.#expected = expected;
    if (expected !== undefined) this.#highest = { sequence: (expected - 1) & 0xffff, extended: expected - 1 };
  }

  /** The next extended number to be released; undefined before the first. */
  get expected(): number | undefined {
    return this.#expected;
  }

  pending(): IterableIterator<T> {
    return this.#pending.values();
  }

  push(item: T): void {
    const extended = this.#extend(item);
    if (extended === this.#expected && this.#pending.size === 0) {
      this.#expected = extended + 1;
      this.#release(item, { extended, afterLoss: false, onItsWayUs: item.receivedUs });
      return;
    }
    if ((this.#expected !== undefined && extended < this.#expected) || this.#pending.has(extended)) return;
    if (this.#pending.size === 0) this.#waitingSinceUs = item.receivedUs;
    this.#pending.set(extended, item);
    this.#releaseRun(false);
    this.#giveUp(item.receivedUs);
  }

  /** Nothing more will come: everything is released. */
  flush(): void {
    while (this.#pending.size > 0) this.#skip();
  }

  #extend({ sequence, receivedUs }: Sequenced): number {
    const silenceUs = receivedUs - (this.#receivedUs ?? receivedUs);
    this.#receivedUs = receivedUs;
    if (this.#highest === undefined) {
      this.#highest = { sequence, extended: sequence };
      return sequence;
    }
    const distance = sequenceDistance(this.#highest.sequence, sequence);
    if (distance < -RESTART_DISTANCE || (distance < 0 && silenceUs > RESTART_SILENCE_US)) {
      this.flush();
      this.#highest = { sequence, extended: this.#highest.extended + RESTART_STEP };
      return this.#highest.extended;
    }
    const extended = this.#highest.extended + distance;
    if (distance > 0) this.#highest = { sequence, extended };
    return extended;
  }

  /** Everything from the expected packet on, up to the next hole. */
  #releaseRun(afterLoss: boolean): void {
    const first = this.#expected;
    if (first === undefined) return;
    const run: T[] = [];
    for (let item = this.#pending.get(first); item !== undefined; item = this.#pending.get(first + run.length)) {
      this.#pending.delete(first + run.length);
      run.push(item);
    }
    if (run.length === 0) return;
    this.#expected = first + run.length;
    this.#restartWaiting();
    const onItsWay = run.map(({ receivedUs }) => receivedUs);
    let earliestUs = this.#waitingSinceUs;
    for (let at = run.length - 1; at >= 0; at -= 1) {
      earliestUs = Math.min(earliestUs, onItsWay[at] ?? earliestUs);
      onItsWay[at] = earliestUs;
    }
    for (const [at, item] of run.entries()) {
      const onItsWayUs = onItsWay[at] ?? item.receivedUs;
      this.#release(item, { extended: first + at, afterLoss: afterLoss && at === 0, onItsWayUs });
    }
  }

  #giveUp(nowUs: number): void {
    const waitUs = this.#expected === undefined ? START_WAIT_US : REPAIR_US;
    while (this.#pending.size > 0 && nowUs - this.#waitingSinceUs > waitUs) this.#skip();
  }

  /** Goes on behind the hole. */
  #skip(): void {
    let lowest = Number.POSITIVE_INFINITY;
    for (const extended of this.#pending.keys()) lowest = Math.min(lowest, extended);
    this.#expected = lowest;
    this.#releaseRun(true);
  }

  /** The next hole has been known since the first packet behind it came. */
  #restartWaiting(): void {
    this.#waitingSinceUs = Number.POSITIVE_INFINITY;
    for (const { receivedUs } of this.#pending.values()) {
      this.#waitingSinceUs = Math.min(this.#waitingSinceUs, receivedUs);
    }
  }
}

/** How far the second of two 16-bit sequence numbers is ahead of the first, the shorter way round (RFC 1982): −32768 to 32767. */
export const sequenceDistance = (from: number, to: number): number => ((to - from) << 16) >> 16;
