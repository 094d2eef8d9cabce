import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ManifestStore } from '../../storage/objects/manifest-store.ts';
import type { RecordingGoal } from '../contract.ts';
import { applyNotes, type ManifestNote } from './manifest-notes.ts';

/** The chunks of all tracks are rolled together: their uploads end within moments of each other and make one write. */
const GATHER_MS = 400;
const FIRST_RETRY_MS = 250;
const RETRY_CAP_MS = 5_000;

export interface ManifestWriterOptions {
  readonly manifests: ManifestStore;
  readonly goal: () => RecordingGoal;
  readonly log: Log;
  readonly onWritten: (notes: readonly ManifestNote[]) => void;
  readonly onAway: () => void;
  /** A capture with a higher fence has written: this one must stop. */
  readonly onSuperseded: () => void;
}

interface PendingNote {
  readonly note: ManifestNote;
  readonly after: (() => void) | undefined;
}

/** Works notes into a recording's manifest, gathered and in order, again and again while the store is away. */
export class ManifestWriter {
  readonly #options: ManifestWriterOptions;
  readonly #stop = new AbortController();
  #pending: PendingNote[] = [];
  #writing: Promise<void> | undefined;
  #hurry = new AbortController();

  constructor(options: ManifestWriterOptions) {
    this.#options = options;
  }

  /** `after` is called once the note is in the stored manifest. */
  note(note: ManifestNote, after?: () => void): void {
    if (this.#stop.signal.aborted) return;
    this.#pending.push({ note, after });
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves when everything noted so far is written, or the writer was closed. */
  async flush(): Promise<void> {
    this.#hurry.abort();
    await this.#writing;
  }

  /** What is not written is lost here, and found again on disk at the next start. */
  close(): void {
    this.#stop.abort();
    this.#hurry.abort();
  }

  async #writeAll(): Promise<void> {
    await sleep(GATHER_MS, undefined, { signal: this.#hurry.signal }).catch(() => undefined);
    while (this.#pending.length > 0 && !this.#stop.signal.aborted) {
      const batch = this.#pending;
      this.#pending = [];
      await this.#write(batch);
    }
    if (!this.#stop.signal.aborted) this.#hurry = new AbortController();
  }

  async #write(batch: readonly PendingNote[]): Promise<void> {
    const { manifests, goal, log, onWritten, onAway, onSuperseded } = this.#options;
    const notes = batch.map(({ note }) => note);
    for (let failures = 0; !this.#stop.signal.aborted; failures += 1) {
      try {
        const written = await manifests.update(goal().recordingId, (stored) => applyNotes(stored, goal(), notes));
        for (const { after } of batch) after?.();
        onWritten(notes);
        if (written !== undefined && written.fence > goal().fence) onSuperseded();
        return;
      } catch (error) {
        if (failures === 0) {
          log.warn({ err: error }, 'manifest cannot be written');
          onAway();
        }
        const delayMs = Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures, 10), RETRY_CAP_MS);
        await sleep(delayMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
  }
}
