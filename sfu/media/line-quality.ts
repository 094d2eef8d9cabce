const REPORT_INTERVAL_MS = 1_000;

export interface LineScores {
  /** Of what arrives from the seat; null when it sends nothing. */
  readonly up: number | null;
  /** Of what arrives at the seat; null when it receives nothing. */
  readonly down: number | null;
}

/** Reports a seat's line when it has changed, at most once a second: the first change at once, later ones together. */
export class LineQuality {
  readonly #measure: () => LineScores;
  readonly #report: (scores: LineScores) => void;
  #reported: LineScores = { up: null, down: null };
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(measure: () => LineScores, report: (scores: LineScores) => void) {
    this.#measure = measure;
    this.#report = report;
  }

  /** A score may have changed. */
  handleChange(): void {
    if (this.#timer === undefined && !this.#isClosed) {
      this.#reportIfChanged();
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #reportIfChanged(): void {
    const scores = this.#measure();
    if (scores.up === this.#reported.up && scores.down === this.#reported.down) {
      return;
    }
    this.#reported = scores;
    this.#report(scores);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#reportIfChanged();
    }, REPORT_INTERVAL_MS);
  }
}
