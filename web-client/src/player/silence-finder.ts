import { planSound, type PlannedSegment } from './play-plan.ts';
import type { PlaySource } from './play-source.ts';
import type { TimeRange } from './playback.ts';
import { SessionTimeline } from './session-timeline.ts';
import { findSilences, levelsOf, type SoundLevels } from './silence.ts';

/** Far enough in front that a jump lands on known ground. */
const AHEAD_S = 90;
/** Pauses are heard well enough at the rate of a telephone. */
const SAMPLE_RATE = 8_000;
const RELOAD_MS = 10_000;
const MAX_FAILURES = 3;

/**
 * Listens to the sound ahead of the playhead, as it is muxed for playing, and says where there is none. The sound that was analysed is the sound that is
 * played, and its bytes come from the browser's cache. Positions are play time, so that it serves the two views and the film alike.
 */
export class SilenceFinder {
  readonly #source: PlaySource;
  readonly #closing = new AbortController();
  #timeline = new SessionTimeline(0);
  #segments: readonly PlannedSegment[] = [];
  readonly #heard = new Map<string, SoundLevels>();
  #silences: readonly TimeRange[] = [];
  #isComplete = false;
  #loadedAtMs = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #isBusy = false;

  constructor(source: PlaySource) {
    this.#source = source;
  }

  static isPossible(): boolean {
    return typeof OfflineAudioContext !== 'undefined';
  }

  /** The silence that an instant lies in, as far as it is known by now. */
  silenceAt(positionS: number): TimeRange | undefined {
    return this.#silences.find(({ fromS, toS }) => positionS >= fromS && positionS < toS);
  }

  /** Call it again and again while playing. */
  lookAhead(positionS: number): void {
    if (this.#isBusy || this.#closing.signal.aborted || this.#failures >= MAX_FAILURES) return;
    this.#isBusy = true;
    void this.#listen(positionS).finally(() => {
      this.#isBusy = false;
    });
  }

  close(): void {
    this.#closing.abort();
  }

  async #listen(positionS: number): Promise<void> {
    try {
      await this.#reload(positionS);
      const atS = this.#timeline.toSessionS(positionS);
      const next = this.#segments.find(
        ({ uri, startS, endS }) => endS > atS && startS < atS + AHEAD_S && !this.#heard.has(uri),
      );
      if (next === undefined) return;
      this.#heard.set(next.uri, await this.#levels(next));
      this.#failures = 0;
      this.#judge();
    } catch {
      // Nothing is passed over where nothing is known; the lesson plays on at its own speed.
      this.#failures += 1;
    }
  }

  async #reload(positionS: number): Promise<void> {
    const isEnough = this.#isComplete || this.#timeline.durationS > positionS + AHEAD_S;
    if (isEnough || performance.now() - this.#loadedAtMs < RELOAD_MS) return;
    this.#loadedAtMs = performance.now();
    const index = await this.#source.index(this.#closing.signal);
    this.#timeline = new SessionTimeline(index.durationUs, index.leftOut);
    this.#segments = planSound(index);
    this.#isComplete = index.complete;
  }

  async #levels({ init, uri, startS, endS }: PlannedSegment): Promise<SoundLevels> {
    const { signal } = this.#closing;
    const [head, body] = await Promise.all([this.#source.bytes(init, signal), this.#source.bytes(uri, signal)]);
    const whole = new Uint8Array(head.byteLength + body.byteLength);
    whole.set(new Uint8Array(head));
    whole.set(new Uint8Array(body), head.byteLength);
    const decoded = await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(whole.buffer);
    const samples = decoded.getChannelData(0).subarray(0, Math.round((endS - startS) * SAMPLE_RATE));
    return { startS, levels: levelsOf(samples, SAMPLE_RATE) };
  }

  #judge(): void {
    const pieces = Array.from(this.#heard.values()).toSorted((one, other) => one.startS - other.startS);
    this.#silences = findSilences(pieces).map(({ fromS, toS }) => ({
      fromS: this.#timeline.toPlayS(fromS),
      toS: this.#timeline.toPlayS(toS),
    }));
  }
}
