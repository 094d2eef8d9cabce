import { CaptionTimes, type LeftOutMs } from '../protocol/captions.ts';

type Span = readonly [fromMs: number, toMs: number];

/**
 * Between play time of the whole recording (without its pauses, with all that editions leave out), in which everything is stored that people say of
 * instants and watch, and play time of one edition, which its viewers see. Milliseconds.
 */
export class EditionTimes {
  readonly #times: CaptionTimes;

  /** What the edition leaves out, in play time of the whole. */
  constructor(cuts: readonly LeftOutMs[]) {
    this.#times = new CaptionTimes(cuts);
  }

  /** @param ranges what is left out, in session time. */
  static of(ranges: readonly LeftOutMs[], pauses: readonly LeftOutMs[]): EditionTimes {
    const whole = new CaptionTimes(pauses);
    return new EditionTimes(
      ranges.map(({ fromMs, toMs }) => ({ fromMs: whole.toFilmMs(fromMs), toMs: whole.toFilmMs(toMs) })),
    );
  }

  /** What is cut out lies where play goes on. */
  toShownMs(wholeMs: number): number {
    return this.#times.toFilmMs(wholeMs);
  }

  /** At a joint: what comes behind it. */
  toWholeMs(shownMs: number): number {
    return this.#times.toSessionMs(shownMs);
  }

  isCutOut(wholeMs: number): boolean {
    return this.#times.leftOut.some(({ fromMs, toMs }) => wholeMs >= fromMs && wholeMs < toMs);
  }

  /** A stretch that was played, in order, without what is cut out of it. */
  toWholeSpans([fromMs, toMs]: Span): readonly Span[] {
    return this.keptOf([this.toWholeMs(fromMs), this.#times.toSessionMs(toMs, 'ends')]);
  }

  /** What of a stretch of the whole is shown. */
  keptOf([fromMs, toMs]: Span): readonly Span[] {
    const kept: Span[] = [];
    let atMs = fromMs;
    for (const cut of this.#times.leftOut) {
      if (cut.toMs <= atMs) continue;
      if (cut.fromMs >= toMs) break;
      if (cut.fromMs > atMs) kept.push([atMs, cut.fromMs]);
      atMs = cut.toMs;
    }
    if (atMs < toMs) kept.push([atMs, toMs]);
    return kept;
  }
}
