/** Several pictures of a camera in poor light. */
const STALLED_AFTER_MS = 350;
const AGAIN_AFTER_MS = 350;
/** A camera that leaves such gaps by itself has not stalled. */
const USUAL_GAPS = 3;
const FORGOTTEN_HALF_MS = 2_000;

/**
 * Tells when a camera that was flowing stops although nobody paused it: as likely as not its browser has given up the simulcast layer that is recorded, for want of
 * line or of processor, and goes on with a lower one. How long is too long follows the gaps that this camera had of late.
 */
export class StalledLayer {
  readonly #layers: number;
  #lastPacketMs: number | undefined;
  #usualGapMs = 0;
  #told = 0;

  /** @param layers simulcast layers of the stream; with one there is nothing to fall back on. */
  constructor(layers: number) {
    this.#layers = layers;
  }

  handlePacket(nowMs: number): void {
    const gapMs = nowMs - (this.#lastPacketMs ?? nowMs);
    this.#usualGapMs = Math.max(gapMs, this.#usualGapMs * 0.5 ** (gapMs / FORGOTTEN_HALF_MS));
    this.#lastPacketMs = nowMs;
    this.#told = 0;
  }

  /** Paused or resumed: silence is to be expected, and counts from the next packet. */
  forget(): void {
    this.#lastPacketMs = undefined;
    this.#usualGapMs = 0;
    this.#told = 0;
  }

  /** True when a lower layer is to be asked for now, once for each that there is; the caller then does so. */
  takeStall(nowMs: number): boolean {
    if (this.#lastPacketMs === undefined || this.#told >= this.#layers - 1) return false;
    const limitMs = Math.max(STALLED_AFTER_MS, USUAL_GAPS * this.#usualGapMs) + this.#told * AGAIN_AFTER_MS;
    if (nowMs - this.#lastPacketMs < limitMs) return false;
    this.#told += 1;
    return true;
  }
}
