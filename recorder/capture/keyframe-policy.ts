import type { TrackSource } from '../../storage/objects/manifest.ts';

const REQUEST_INTERVAL_MS = 1_000;
const CAMERA_INTERVAL_MS = 10_000;
const SCREEN_INTERVAL_MS = 20_000;
/** A sender that sends nothing (a paused camera, a screen that stands still) has no keyframe to give. */
const FLOWING_WITHIN_MS = 1_000;

export type KeyFrameCause = 'start' | 'loss' | 'interval' | 'resumed';

/**
 * When to ask a sender for a keyframe (DESIGN §6.1): at the start, after an unrepaired loss, when none came for 10 s (camera) or 20 s (screen); again every second until
 * one comes, and never more often.
 */
export class KeyFramePolicy {
  readonly #intervalMs: number;
  #wanted: KeyFrameCause | undefined = 'start';
  #lastKeyFrameMs: number;
  #lastRequestMs = Number.NEGATIVE_INFINITY;
  #lastPacketMs = Number.NEGATIVE_INFINITY;

  constructor(source: TrackSource, nowMs: number) {
    this.#intervalMs = source === 'screen' ? SCREEN_INTERVAL_MS : CAMERA_INTERVAL_MS;
    this.#lastKeyFrameMs = nowMs;
  }

  handlePacket(isKeyFrame: boolean, nowMs: number): void {
    this.#lastPacketMs = nowMs;
    if (!isKeyFrame) return;
    this.#lastKeyFrameMs = nowMs;
    this.#wanted = undefined;
  }

  want(cause: KeyFrameCause): void {
    this.#wanted ??= cause;
  }

  /** The cause when a keyframe is to be asked for now; the caller then does so. */
  takeRequest(nowMs: number): KeyFrameCause | undefined {
    const isFlowing = nowMs - this.#lastPacketMs < FLOWING_WITHIN_MS;
    if (this.#wanted === undefined && isFlowing && nowMs - this.#lastKeyFrameMs >= this.#intervalMs) {
      this.#wanted = 'interval';
    }
    const isDue = this.#wanted !== undefined && (isFlowing || this.#wanted === 'start');
    if (!isDue || nowMs - this.#lastRequestMs < REQUEST_INTERVAL_MS) return undefined;
    this.#lastRequestMs = nowMs;
    return this.#wanted;
  }
}
