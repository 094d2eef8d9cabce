/** Several pictures of a camera in poor light. */
const STALLED_AFTER_MS = 350;
/** A camera that leaves such gaps by itself has not stalled. */
const USUAL_GAPS = 3;
const FORGOTTEN_HALF_MS = 2_000;
/** Who was kept from looking for so long was kept from receiving too: what came meanwhile is still to be read. */
const HELD_UP_MS = 250;

/**
 * Tells when a camera that was flowing stops although nobody paused it: its browser may have given up the simulcast layer that is recorded, for want of line or of
 * processor, and go on with a lower one. How long is too long follows the gaps that this camera had of late.
 */
export class StalledLayer {
  #lastPacketMs: number | undefined;
  #lastLookMs = Number.NEGATIVE_INFINITY;
  #usualGapMs = 0;
  #isTold = false;

  handlePacket(nowMs: number): void {
    const gapMs = nowMs - (this.#lastPacketMs ?? nowMs);
    this.#usualGapMs = Math.max(gapMs, this.#usualGapMs * 0.5 ** (gapMs / FORGOTTEN_HALF_MS));
    this.#lastPacketMs = nowMs;
    this.#isTold = false;
  }

  /** Paused or resumed: silence is to be expected, and counts from the next packet. */
  forget(): void {
    this.#lastPacketMs = undefined;
    this.#usualGapMs = 0;
    this.#isTold = false;
  }

  /** True once for each stop; the caller then asks for a lower layer. To be asked a few times per second. */
  takeStall(nowMs: number): boolean {
    const wasHeldUp = nowMs - this.#lastLookMs > HELD_UP_MS;
    this.#lastLookMs = nowMs;
    if (wasHeldUp || this.#isTold || this.#lastPacketMs === undefined) return false;
    this.#isTold = nowMs - this.#lastPacketMs >= Math.max(STALLED_AFTER_MS, USUAL_GAPS * this.#usualGapMs);
    return this.#isTold;
  }
}
