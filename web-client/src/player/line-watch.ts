/** One look at how play goes, several times a second. */
export interface PlayLook {
  readonly nowMs: number;
  /** The viewer wants it to play. */
  readonly isPlaying: boolean;
  /** It does not: sound or a picture is not here yet. */
  readonly isStarved: boolean;
}

/** One answer of the server, as the browser saw it come in. */
export interface Transfer {
  readonly atMs: number;
  readonly bytes: number;
  readonly tookMs: number;
}

const WINDOW_MS = 30_000;
/** Of the window; beginning to play and jumping take less on a line that is good enough. */
const STARVED_MS = 6_000;
/** A page that was asleep between two looks says nothing about the line. */
const MAX_LOOK_MS = 2_000;
/** Smaller ones are over before a line shows what it can. */
const MIN_BYTES = 16_384;
const MIN_TRANSFERS = 3;
const TRANSFER_AGE_MS = 90_000;
/** After pictures have been tried again in vain it is left alone for longer each time. */
const FIRST_REST_MS = 20_000;
const MAX_REST_MS = 600_000;

/**
 * Whether a line carries moving pictures: starving again and again says no; transfers that came in fast enough, some time later, say yes again. Knows nothing of
 * how either is shown.
 */
export class LineWatch {
  #looks: { readonly atMs: number; readonly starvedMs: number }[] = [];
  #lastMs: number | undefined;
  #wasStarved = false;
  #transfers: readonly Transfer[] = [];
  #savingSinceMs: number | undefined;
  #restMs = FIRST_REST_MS;

  /** Whether to go over to stills now. */
  look({ nowMs, isPlaying, isStarved }: PlayLook): boolean {
    const passedMs = nowMs - (this.#lastMs ?? nowMs);
    const starvedMs = this.#wasStarved && passedMs <= MAX_LOOK_MS ? passedMs : 0;
    this.#lastMs = nowMs;
    this.#wasStarved = isPlaying && isStarved;
    this.#looks = [...this.#looks.filter(({ atMs }) => nowMs - atMs < WINDOW_MS), { atMs: nowMs, starvedMs }];
    return this.#looks.reduce((sum, look) => sum + look.starvedMs, 0) >= STARVED_MS;
  }

  /** Stills are shown from now on. */
  startSaving(nowMs: number): void {
    this.#savingSinceMs = nowMs;
    this.forget();
  }

  /** Pictures are tried again; where it is in vain, the next try is later. */
  stopSaving(): void {
    this.#savingSinceMs = undefined;
    this.#restMs = Math.min(MAX_REST_MS, this.#restMs * 3);
    this.forget();
  }

  /** What was seen of the line so far was about something else. */
  forget(): void {
    this.#looks = [];
    this.#transfers = [];
    this.#wasStarved = false;
  }

  note(transfer: Transfer): void {
    if (transfer.bytes < MIN_BYTES) return;
    this.#transfers = [...this.#transfers.slice(1 - MIN_TRANSFERS), transfer];
  }

  /** Whether the line now carries so much. */
  carries(neededBps: number, nowMs: number): boolean {
    if (this.#savingSinceMs !== undefined && nowMs - this.#savingSinceMs < this.#restMs) return false;
    const recent = this.#transfers.filter(({ atMs }) => nowMs - atMs < TRANSFER_AGE_MS);
    const slowest = Math.min(...recent.map(({ bytes, tookMs }) => (bytes * 8_000) / Math.max(tookMs, 1)));
    return recent.length >= MIN_TRANSFERS && slowest >= neededBps;
  }
}

interface ConnectionGlobal {
  readonly connection?: { readonly saveData?: boolean; readonly effectiveType?: string };
}

/** What the browser says of the line, where it says anything. */
export function wantsToSave(browser: ConnectionGlobal): boolean {
  const { saveData, effectiveType } = browser.connection ?? {};
  return saveData === true || effectiveType === 'slow-2g' || effectiveType === '2g';
}

/** Tells of every answer of the signed media route as it comes in. @returns how to stop. */
export function watchTransfers(onTransfer: (transfer: Transfer) => void): () => void {
  if (typeof PerformanceObserver === 'undefined') return () => undefined;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      // What came from the browser's own cache has no transfer.
      const isTold = entry instanceof PerformanceResourceTiming && entry.transferSize > 0;
      if (!isTold || !new URL(entry.name).pathname.startsWith('/media/')) continue;
      const { responseEnd, requestStart, transferSize } = entry;
      onTransfer({ atMs: responseEnd, bytes: transferSize, tookMs: responseEnd - requestStart });
    }
  });
  observer.observe({ type: 'resource', buffered: false });
  return () => observer.disconnect();
}
