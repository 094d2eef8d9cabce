import { coverageAt, type PlannedSegment } from './play-plan.ts';
import type { SegmentFeed } from './segment-feed.ts';

/** Sound ends this much before its last segment's end is reported, so that the element never runs dry first. */
const END_MARGIN_S = 0.03;

/**
 * Session time as the viewer experiences it. Where there is sound, the sound is the clock, for ears notice a stutter that eyes do not; where there is
 * none the time just passes.
 */
export class SoundClock {
  readonly #audio: HTMLAudioElement;
  readonly #feed: SegmentFeed;
  readonly #onRefused: () => void;
  #mode: 'sound' | 'timer' = 'timer';
  #isRunning = false;
  #rate = 1;
  #timerBaseS = 0;
  #timerAtMs = 0;
  #hasSound = true;

  /** `onRefused`: the browser allows no sound before a tap. */
  constructor(audio: HTMLAudioElement, feed: SegmentFeed, onRefused: () => void) {
    this.#audio = audio;
    this.#feed = feed;
    this.#onRefused = onRefused;
  }

  get positionS(): number {
    if (this.#mode === 'sound') return this.#audio.currentTime;
    if (!this.#isRunning) return this.#timerBaseS;
    return this.#timerBaseS + ((performance.now() - this.#timerAtMs) / 1000) * this.#rate;
  }

  /** Whether time really passes: sound that has to be loaded first stands still. */
  get isAdvancing(): boolean {
    if (!this.#isRunning) return false;
    if (this.#mode === 'timer') return true;
    return !this.#audio.seeking && !this.#audio.paused && this.#audio.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  /** What is needed to go on from here is there. */
  get isReady(): boolean {
    if (this.#mode === 'timer') return true;
    return !this.#audio.seeking && this.#feed.isBufferedAt(this.#audio.currentTime);
  }

  setRunning(isRunning: boolean): void {
    if (isRunning === this.#isRunning) return;
    this.#setTimer(this.positionS);
    this.#isRunning = isRunning;
    this.#drive();
  }

  setRate(rate: number): void {
    this.#setTimer(this.positionS);
    this.#rate = rate;
    this.#audio.playbackRate = rate;
  }

  seek(positionS: number): void {
    this.#setTimer(positionS);
    this.#enter(this.#soundAt(positionS) === undefined ? 'timer' : 'sound', positionS);
  }

  /** Sound that cannot be had (a browser without AAC) is no clock. */
  giveUpSound(): void {
    const at = this.positionS;
    this.#hasSound = false;
    this.#enter('timer', at);
  }

  /** Changes between sound and timer where sound begins or ends. */
  tick(): void {
    const at = this.positionS;
    const sound = this.#soundAt(at);
    if (this.#mode === 'timer' && sound !== undefined) this.#enter('sound', at);
    else if (this.#mode === 'sound' && sound === undefined) this.#enter('timer', at);
    else this.#drive();
  }

  #soundAt(positionS: number): PlannedSegment | undefined {
    if (!this.#hasSound) return undefined;
    const here = coverageAt(this.#feed.segments, positionS + END_MARGIN_S);
    return here.kind === 'segment' ? here.segment : undefined;
  }

  #setTimer(positionS: number): void {
    this.#timerBaseS = positionS;
    this.#timerAtMs = performance.now();
  }

  #enter(mode: 'sound' | 'timer', positionS: number): void {
    this.#mode = mode;
    this.#setTimer(positionS);
    if (mode === 'sound' && Math.abs(this.#audio.currentTime - positionS) > Number.EPSILON) {
      this.#audio.currentTime = positionS;
    }
    this.#drive();
  }

  #drive(): void {
    const shouldSound = this.#isRunning && this.#mode === 'sound';
    if (!shouldSound) {
      if (!this.#audio.paused) this.#audio.pause();
      return;
    }
    if (!this.#audio.paused) return;
    this.#audio.playbackRate = this.#rate;
    this.#audio.play().catch((error: unknown) => {
      if (error instanceof Error && error.name === 'NotAllowedError') this.#onRefused();
    });
  }
}
