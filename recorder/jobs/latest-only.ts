/** Writes the latest of many values, at most one in so long, never two at a time, and nobody waits for it. */
export class LatestOnly<T> {
  readonly #everyMs: number;
  readonly #write: (value: T) => Promise<unknown>;
  #latest: { readonly value: T } | undefined;
  #lastAtMs = 0;
  #isWriting = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(everyMs: number, write: (value: T) => Promise<unknown>) {
    this.#everyMs = everyMs;
    this.#write = write;
  }

  put(value: T): void {
    this.#latest = { value };
    this.#timer ??= setTimeout(() => this.#writeNow(), Math.max(0, this.#lastAtMs + this.#everyMs - Date.now()));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#latest = undefined;
  }

  #writeNow(): void {
    this.#timer = undefined;
    if (this.#latest === undefined || this.#isWriting) return;
    this.#lastAtMs = Date.now();
    this.#isWriting = true;
    void this.#write(this.#latest.value)
      .catch(() => undefined)
      .finally(() => {
        this.#isWriting = false;
      });
  }
}
