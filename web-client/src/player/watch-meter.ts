import type { PlayedSpan } from '../../../signaling/protocol/rest/watching.ts';
import type { Playback } from './playback.ts';

/** Faster than this between two looks is a jump. */
const JUMP_RATE = 8;
const JUMP_SLACK_S = 0.5;
/** A page that was asleep between two looks played nothing that anybody knows of. */
const MAX_LOOK_MS = 2_000;

interface Surroundings {
  readonly nowMs: () => number;
  /** Nobody watches a page that is not shown. */
  readonly isVisible: () => boolean;
}

/** Counts what is really played: neither jumps nor waiting, nor what a hidden page goes on playing. */
export class WatchMeter {
  readonly #playback: Pick<Playback, 'state'>;
  readonly #around: Surroundings;
  #spans: PlayedSpan[] = [];
  #isOpen = false;
  #lastS = 0;
  #lastAtMs = 0;

  constructor(playback: Pick<Playback, 'state'>, around: Surroundings) {
    this.#playback = playback;
    this.#around = around;
  }

  /** Look several times a second. */
  look(): void {
    const { positionS, isPlaying, isWaiting, phase } = this.#playback.state;
    const nowMs = this.#around.nowMs();
    const tookMs = nowMs - this.#lastAtMs;
    const playedS = positionS - this.#lastS;
    const isRunning = isPlaying && !isWaiting && phase === 'ready' && this.#around.isVisible();
    const isOneStretch = playedS > 0 && tookMs <= MAX_LOOK_MS && playedS <= (tookMs / 1000) * JUMP_RATE + JUMP_SLACK_S;
    if (this.#isOpen && isOneStretch) this.#extend(positionS, tookMs);
    this.#isOpen = isRunning;
    this.#lastS = positionS;
    this.#lastAtMs = nowMs;
  }

  /** What has been played since it was taken last. */
  take(): readonly PlayedSpan[] {
    const taken = this.#spans.filter(({ fromMs, toMs }) => toMs > fromMs);
    this.#spans = [];
    return taken;
  }

  #extend(positionS: number, tookMs: number): void {
    const fromMs = Math.round(this.#lastS * 1000);
    const toMs = Math.round(positionS * 1000);
    const last = this.#spans.at(-1);
    if (last !== undefined && last.toMs === fromMs) {
      this.#spans[this.#spans.length - 1] = { fromMs: last.fromMs, toMs, tookMs: last.tookMs + Math.round(tookMs) };
    } else {
      this.#spans.push({ fromMs, toMs, tookMs: Math.round(tookMs) });
    }
  }
}
