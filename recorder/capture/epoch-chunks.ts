import type { TrackId } from '../../signaling/protocol/ids.ts';

/**
 * Counts what is still on its way to the store, by epoch: an epoch is closed in the manifest, and a recording finished, only when nothing is.
 */
export class EpochChunks {
  readonly #onEpochStored: (trackId: TrackId, epoch: number) => void;
  readonly #epochs = new Map<
    string,
    { readonly trackId: TrackId; readonly epoch: number; waiting: number; hasEnded: boolean }
  >();
  readonly #idle = new Set<() => void>();
  #waiting = 0;

  constructor(onEpochStored: (trackId: TrackId, epoch: number) => void) {
    this.#onEpochStored = onEpochStored;
  }

  add(trackId: TrackId, epoch: number): void {
    this.#epochOf(trackId, epoch).waiting += 1;
    this.#waiting += 1;
  }

  /** Stored, or given up. */
  settle(trackId: TrackId, epoch: number): void {
    const entry = this.#epochOf(trackId, epoch);
    entry.waiting -= 1;
    this.#look(entry);
    this.settleOther();
  }

  end(trackId: TrackId, epoch: number): void {
    const entry = this.#epochOf(trackId, epoch);
    entry.hasEnded = true;
    this.#look(entry);
  }

  /** Files that belong to no epoch (events). */
  addOther(): void {
    this.#waiting += 1;
  }

  settleOther(): void {
    this.#waiting -= 1;
    if (this.#waiting > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    if (this.#waiting === 0) return;
    await new Promise<void>((resolve) => this.#idle.add(resolve));
  }

  #epochOf(trackId: TrackId, epoch: number) {
    const key = `${trackId}/${epoch}`;
    const entry = this.#epochs.get(key) ?? { trackId, epoch, waiting: 0, hasEnded: false };
    this.#epochs.set(key, entry);
    return entry;
  }

  #look(entry: { trackId: TrackId; epoch: number; waiting: number; hasEnded: boolean }): void {
    if (!entry.hasEnded || entry.waiting > 0) return;
    this.#epochs.delete(`${entry.trackId}/${entry.epoch}`);
    this.#onEpochStored(entry.trackId, entry.epoch);
  }
}
