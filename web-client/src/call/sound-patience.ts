/** How often what was heard is looked at. */
export const LOOK_EVERY_MS = 2_000;
/** Made up of all that was played: more than that is heard as a poor line. */
const HEARD_SHARE = 0.01;
/** On top of a round trip: until a gap is noticed, and until what was sent again is decoded. */
const NOTICING_MS = 100;
const STEP_MS = 100;
/** Longer than that, people begin to speak at the same time. */
const LONGEST_MS = 600;
const FIRST_HOLD_MS = 60_000;
const LONGEST_HOLD_MS = 600_000;

/** Counters of a sound in the browser's `inbound-rtp` statistics (webrtc-stats), and the round trip of the path. */
export interface HeardSoFar {
  readonly totalSamplesReceived: number;
  readonly concealedSamples: number;
  readonly silentConcealedSamples: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  /** Packets asked for once more. */
  readonly nackCount: number;
  readonly roundTripMs: number;
}

/**
 * How long received sound is to wait for what was lost and is sent again, in ms; null leaves it to the browser. A browser keeps sound as short as it
 * can and asks for a lost packet only if it can still come in time: on a far line it never can, and every loss is heard. So a line that is heard to
 * lose waits for a round trip, and longer while that does not do; once nothing was lost for a while it is tried without.
 */
export class SoundPatience {
  #last: HeardSoFar | null = null;
  #lookedAtMs = 0;
  #targetMs: number | null = null;
  #poorLooks = 0;
  #holdMs = FIRST_HOLD_MS;
  #quietSinceMs = 0;
  #releasedAtMs = Number.NEGATIVE_INFINITY;

  get targetMs(): number | null {
    return this.#targetMs;
  }

  /** @param nowMs any clock that does not jump */
  look(now: HeardSoFar, nowMs: number): number | null {
    const last = this.#last;
    const sinceMs = nowMs - this.#lookedAtMs;
    this.#last = now;
    this.#lookedAtMs = nowMs;
    const played = last === null ? 0 : now.totalSamplesReceived - last.totalSamplesReceived;
    if (last === null || played <= 0 || now.packetsReceived <= last.packetsReceived) {
      // Who is muted says nothing about the line.
      this.#quietSinceMs += sinceMs;
      return this.#targetMs;
    }
    const concealed = now.concealedSamples - last.concealedSamples;
    const silent = now.silentConcealedSamples - last.silentConcealedSamples;
    // What is made up while the voice of one who is muted fades out was never lost.
    const wasLost = now.packetsLost > last.packetsLost || now.nackCount > last.nackCount;
    if (wasLost && (concealed - silent) / played > HEARD_SHARE) this.#handlePoor(now.roundTripMs, nowMs);
    else this.#handleGood(nowMs);
    return this.#targetMs;
  }

  #handlePoor(roundTripMs: number, nowMs: number): void {
    this.#quietSinceMs = nowMs;
    this.#poorLooks += 1;
    // One click is no poor line, and what was just changed has not shown yet.
    if (this.#poorLooks < 2) return;
    this.#poorLooks = 0;
    if (this.#targetMs === null && nowMs - this.#releasedAtMs < this.#holdMs) {
      this.#holdMs = Math.min(this.#holdMs * 2, LONGEST_HOLD_MS);
    }
    const next = Math.max(roundTripMs + NOTICING_MS, (this.#targetMs ?? 0) + STEP_MS);
    this.#targetMs = Math.round(Math.min(next, LONGEST_MS));
  }

  #handleGood(nowMs: number): void {
    this.#poorLooks = Math.max(0, this.#poorLooks - 1);
    if (this.#targetMs === null || nowMs - this.#quietSinceMs < this.#holdMs) return;
    this.#targetMs = null;
    this.#releasedAtMs = nowMs;
  }
}
