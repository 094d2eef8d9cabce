const CHECK_EVERY_MS = 1_000;

/**
 * Tells when work has made no progress for too long, whatever it waits for: an encoder, the store, a file. Time during which production yields to live work
 * does not count.
 */
export class StallWatch {
  readonly #timer: NodeJS.Timeout;
  #movedAtMs = performance.now();

  constructor(options: { readonly limitMs: number; readonly isYielding: () => boolean; readonly onStall: () => void }) {
    this.#timer = setInterval(() => {
      if (options.isYielding()) this.touch();
      if (performance.now() - this.#movedAtMs < options.limitMs) return;
      this.close();
      options.onStall();
    }, CHECK_EVERY_MS);
  }

  touch(): void {
    this.#movedAtMs = performance.now();
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }
}
