import type { ObjectStore, RecordingStore, RemovedRecording, Stores } from '../../storage/ports.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { RecordingId } from '../protocol/ids.ts';
import type { Log } from '../runtime/log.ts';

const FIRST_MS = 20_000;
const EVERY_MS = 600_000;
const BATCH = 100;

/** The recorder's jobs, as far as something that goes must not be made at the same time. */
export interface KeptQueue {
  cancelProduce(recordingId: RecordingId): Promise<void>;
  produceState(recordingId: RecordingId): Promise<{ readonly state: string }>;
}

/** What is made beside them: stills of the board, the export for other systems. */
export interface KeptDerived {
  callOff(recordingId: RecordingId): Promise<void>;
  isMaking(recordingId: RecordingId): Promise<boolean>;
}

/** Files of pages that recordings show; see `CoursewareSweep`. */
export interface KeptCourseware {
  round(): Promise<void>;
  letGo(): Promise<void>;
}

export interface KeeperOptions {
  readonly stores: Pick<Stores, 'recordings' | 'atomically'>;
  readonly objects: Pick<ObjectStore, 'delete' | 'deletePrefix'>;
  readonly queue: KeptQueue;
  readonly derived: KeptDerived;
  readonly courseware: KeptCourseware;
  readonly log: Log;
  readonly nowMs: () => number;
}

/**
 * Lets recordings go: those whose school keeps them no longer, and those that people have deleted. Being removed is one step in the database;
 * the objects follow, then the row. So whatever ends in between is gone on with by the next round, and rounds of several processes at once do
 * no harm: of two that remove, one does, and objects that are gone are gone.
 */
export class RecordingKeeper {
  readonly #recordings: RecordingStore;
  readonly #options: KeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#recordings = options.stores.recordings;
  }

  start(): void {
    this.#plan(FIRST_MS);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** One round: what has expired is removed, what was removed loses its media, and pages that only they showed go with them. */
  async round(): Promise<void> {
    await this.#removeExpired();
    for (const { recordingId, hasOwnMedia } of await this.#recordings.listRemoved(BATCH)) {
      if (this.#isClosed) return;
      await this.#quietly(recordingId, () => this.#clear(recordingId, hasOwnMedia));
    }
    await this.#options.courseware.round();
  }

  /** Clears what a person has just removed; what cannot go yet goes in a later round. */
  async clearNow(recordingId: RecordingId): Promise<void> {
    const removed = await this.#recordings.listRemoved(BATCH);
    const found = removed.find((each) => each.recordingId === recordingId);
    if (found === undefined) return;
    await this.#quietly(recordingId, async () => {
      await this.#clear(recordingId, found.hasOwnMedia);
      await this.#options.courseware.letGo();
    });
  }

  async #removeExpired(): Promise<void> {
    const nowMs = this.#options.nowMs();
    for (const recordingId of await this.#recordings.listExpired(nowMs, BATCH)) {
      if (this.#isClosed) return;
      await this.#quietly(recordingId, () => this.#expire(recordingId, nowMs));
    }
  }

  /** The audit log knows of it exactly when it has happened. */
  async #expire(recordingId: RecordingId, atMs: number): Promise<void> {
    const removed = await this.#options.stores.atomically(async (stores): Promise<RemovedRecording[]> => {
      const gone = await stores.recordings.remove(recordingId, 'expired', atMs);
      for (const { recordingId: targetId, schoolId } of gone) {
        const details = targetId === recordingId ? {} : { originId: recordingId };
        const entry = { atMs, actor: { kind: 'system' } as const, action: 'recording.expired', targetId, schoolId };
        await stores.audit.append({ ...entry, address: null, details });
      }
      return gone;
    });
    if (removed.length > 0) this.#options.log.info({ recordingId, removed: removed.length }, 'recording expired');
  }

  async #clear(recordingId: RecordingId, hasOwnMedia: boolean): Promise<void> {
    if (hasOwnMedia) {
      const { objects, queue, derived } = this.#options;
      await queue.cancelProduce(recordingId);
      await derived.callOff(recordingId);
      // A worker that has not heard of it yet would write what nobody would ever delete.
      if ((await queue.produceState(recordingId)).state === 'running') return;
      if (await derived.isMaking(recordingId)) return;
      await objects.deletePrefix(objectKeys.producedPrefix(recordingId));
      await objects.deletePrefix(objectKeys.partsPrefix(recordingId));
      await objects.deletePrefix(objectKeys.captionsPrefix(recordingId));
      await objects.deletePrefix(objectKeys.playPrefix(recordingId));
      await objects.deletePrefix(objectKeys.packagesPrefix(recordingId));
      await objects.deletePrefix(objectKeys.rawPrefix(recordingId));
      await objects.delete(objectKeys.manifest(recordingId));
    }
    await this.#recordings.delete(recordingId);
  }

  async #quietly(recordingId: RecordingId, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#options.log.warn({ err: error, recordingId }, 'a recording could not be let go, trying again later');
    }
  }

  #plan(inMs: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#round = this.round()
        .catch((error: unknown) => this.#options.log.warn({ err: error }, 'recordings could not be looked after'))
        .finally(() => this.#plan(EVERY_MS));
    }, inMs);
    this.#timer.unref();
  }
}
