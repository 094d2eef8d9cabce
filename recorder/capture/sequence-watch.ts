/** After so long a hole is called a loss, and a keyframe asked for (DESIGN §6.1); what is sent again later still fills it in the recording. */
export const REPAIR_LIMIT_MS = 300;
/** A jump over more packets is one hole, not a list of packets to wait for. */
const MAX_AWAITED = 512;
const HALF_RANGE = 0x80_00;
const RANGE = 0x1_00_00;

export interface LostRun {
  /** 16-bit sequence number of the first missing packet. */
  readonly firstSequence: number;
  readonly packets: number;
}

/**
 * Follows the sequence numbers of one SSRC (RFC 3550): which packets are missing, and since when. A packet that comes late, because it was sent again, fills its hole.
 */
export class SequenceWatch {
  #highest: number | undefined;
  /** Missing number → when it was skipped, oldest first. */
  readonly #missing = new Map<number, number>();
  #jumps: LostRun[] = [];

  handlePacket(sequence: number, nowMs: number): void {
    if (this.#highest === undefined) {
      this.#highest = sequence;
      return;
    }
    const ahead = (sequence - this.#highest + RANGE) % RANGE;
    if (ahead === 0) return;
    if (ahead >= HALF_RANGE) {
      this.#missing.delete(sequence);
      return;
    }
    const first = (this.#highest + 1) % RANGE;
    this.#highest = sequence;
    if (ahead - 1 > MAX_AWAITED) {
      this.#jumps.push({ firstSequence: first, packets: ahead - 1 });
      return;
    }
    for (let skipped = 0; skipped < ahead - 1; skipped += 1) this.#missing.set((first + skipped) % RANGE, nowMs);
  }

  /** Holes that are beyond repair since the last call, as runs. */
  takeLost(nowMs: number): readonly LostRun[] {
    const runs = this.#jumps;
    this.#jumps = [];
    let run: LostRun | undefined;
    for (const [sequence, sinceMs] of this.#missing) {
      if (nowMs - sinceMs < REPAIR_LIMIT_MS) break;
      this.#missing.delete(sequence);
      if (run !== undefined && (run.firstSequence + run.packets) % RANGE === sequence) {
        run = { firstSequence: run.firstSequence, packets: run.packets + 1 };
        runs[runs.length - 1] = run;
      } else {
        run = { firstSequence: sequence, packets: 1 };
        runs.push(run);
      }
    }
    return runs;
  }
}
