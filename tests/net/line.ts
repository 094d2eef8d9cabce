import { seededRandom } from './seeded-random.ts';

/** Bits of a byte over milliseconds of a second. */
const BITS_PER_BYTE_MS = 8 * 1000;

/** Loss in bursts after Gilbert and Elliott: a line that is good or bad, and changes between the two from packet to packet. */
export interface BurstLoss {
  /** Chance that a packet turns a good line bad, and a bad one good again: bursts are `1 / recover` packets long in the mean. */
  readonly enter: number;
  readonly recover: number;
  /** Share of packets lost while the line is bad; 1 by default. */
  readonly lossWhileBad?: number;
}

/** What one direction of a line does to datagrams; an empty one does nothing. Shares are 0 … 1. */
export interface LineConditions {
  /** Packets lost one by one. */
  readonly loss?: number;
  readonly burstLoss?: BurstLoss;
  readonly delayMs?: number;
  /** Each packet takes up to so much longer; the order stays. */
  readonly jitterMs?: number;
  /** So many packets come later than those that were sent up to `byMs` after them. */
  readonly reorder?: { readonly share: number; readonly byMs: number };
  /** Packets wait in a queue for their turn; what does not fit into it is lost. */
  readonly rate?: { readonly bitsPerSecond: number; readonly queueBytes: number };
  /** Nothing comes through. */
  readonly isCut?: boolean;
}

export type LossCause = 'loss' | 'burst' | 'queue' | 'cut';
export type Fate = { readonly arrivesAtMs: number } | { readonly lostBy: LossCause };

export interface LineCounters {
  readonly sent: number;
  readonly sentBytes: number;
  readonly arrived: number;
  readonly arrivedBytes: number;
  readonly late: number;
  readonly lost: Readonly<Record<LossCause, number>>;
}

export function lostOf({ lost }: Pick<LineCounters, 'lost'>): number {
  return lost.loss + lost.burst + lost.queue + lost.cut;
}

export function sumOf(all: readonly LineCounters[]): LineCounters {
  const zero = new Line(0).counters;
  return all.reduce((sum, each) => {
    const { loss, burst, queue, cut } = sum.lost;
    return {
      sent: sum.sent + each.sent,
      sentBytes: sum.sentBytes + each.sentBytes,
      arrived: sum.arrived + each.arrived,
      arrivedBytes: sum.arrivedBytes + each.arrivedBytes,
      late: sum.late + each.late,
      lost: {
        loss: loss + each.lost.loss,
        burst: burst + each.lost.burst,
        queue: queue + each.lost.queue,
        cut: cut + each.lost.cut,
      },
    };
  }, zero);
}

/**
 * One direction of a line as a pure model: it says of every packet whether and when it arrives, on whatever clock it is asked with, so that the same line serves sockets
 * and simulated hours. The same seed and the same packets meet the same fate. Each fault draws from numbers of its own: one more fault does not move the others.
 */
export class Line {
  readonly #loss: () => number;
  readonly #burst: () => number;
  readonly #jitter: () => number;
  readonly #reorder: () => number;
  #conditions: LineConditions;
  #isBad = false;
  #freeAtMs = Number.NEGATIVE_INFINITY;
  #lastArrivalMs = Number.NEGATIVE_INFINITY;
  #sent = 0;
  #sentBytes = 0;
  #arrived = 0;
  #arrivedBytes = 0;
  #late = 0;
  readonly #lost: Record<LossCause, number> = { loss: 0, burst: 0, queue: 0, cut: 0 };

  constructor(seed: number, conditions: LineConditions = {}) {
    [this.#loss, this.#burst, this.#jitter, this.#reorder] = [1, 2, 3, 4].map((salt) =>
      seededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b)),
    ) as [() => number, () => number, () => number, () => number];
    this.#conditions = conditions;
  }

  get counters(): LineCounters {
    return {
      sent: this.#sent,
      sentBytes: this.#sentBytes,
      arrived: this.#arrived,
      arrivedBytes: this.#arrivedBytes,
      late: this.#late,
      lost: { ...this.#lost },
    };
  }

  change(conditions: LineConditions): void {
    this.#conditions = conditions;
  }

  /** @param nowMs never lower than in the call before. */
  send(nowMs: number, bytes: number): Fate {
    this.#sent += 1;
    this.#sentBytes += bytes;
    const lostBy = this.#lossOf() ?? this.#queueLossOf(nowMs, bytes);
    if (lostBy !== undefined) {
      this.#lost[lostBy] += 1;
      return { lostBy };
    }
    this.#arrived += 1;
    this.#arrivedBytes += bytes;
    return { arrivesAtMs: this.#arrivalOf(this.#leave(nowMs, bytes)) };
  }

  #lossOf(): LossCause | undefined {
    const { isCut = false, loss = 0, burstLoss } = this.#conditions;
    if (isCut) return 'cut';
    if (loss > 0 && this.#loss() < loss) return 'loss';
    if (burstLoss === undefined) return undefined;
    this.#isBad = this.#burst() < (this.#isBad ? 1 - burstLoss.recover : burstLoss.enter);
    return this.#isBad && this.#burst() < (burstLoss.lossWhileBad ?? 1) ? 'burst' : undefined;
  }

  #queueLossOf(nowMs: number, bytes: number): LossCause | undefined {
    const { rate } = this.#conditions;
    if (rate === undefined) return undefined;
    const waitingBytes = (Math.max(0, this.#freeAtMs - nowMs) * rate.bitsPerSecond) / BITS_PER_BYTE_MS;
    return waitingBytes + bytes > rate.queueBytes ? 'queue' : undefined;
  }

  /** When the packet has left the queue. */
  #leave(nowMs: number, bytes: number): number {
    const { rate } = this.#conditions;
    if (rate === undefined) return nowMs;
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + (bytes * BITS_PER_BYTE_MS) / rate.bitsPerSecond;
    return this.#freeAtMs;
  }

  #arrivalOf(leftAtMs: number): number {
    const { delayMs = 0, jitterMs = 0, reorder } = this.#conditions;
    const arrivesAtMs = leftAtMs + delayMs + (jitterMs > 0 ? this.#jitter() * jitterMs : 0);
    if (reorder !== undefined && this.#reorder() < reorder.share) {
      this.#late += 1;
      return arrivesAtMs + reorder.byMs;
    }
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, arrivesAtMs);
    return this.#lastArrivalMs;
  }
}
