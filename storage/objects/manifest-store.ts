import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { RecordingManifest } from './manifest.ts';
import { objectKeys } from './object-keys.ts';
import type { ObjectStore } from './object-store.ts';
import { sealJson } from './sealed-json.ts';

/** A handful of writers with seconds between their writes: so many refusals in a row mean a defect. */
const MAX_ATTEMPTS = 40;
const RETRY_MAX_MS = 40;

/** Recordings' manifests, changed by read–modify–conditional put, so that no writer undoes another's change. */
export class ManifestStore {
  readonly #objects: ObjectStore;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  /** Undefined when the recording has none. @throws AppError `internal` when what is stored is no manifest. */
  async read(recordingId: RecordingId): Promise<RecordingManifest | undefined> {
    return (await this.#readVersion(recordingId))?.manifest;
  }

  /**
   * Changes or creates a manifest. `change` gets what is stored (undefined: nothing yet) and gives what shall be, or
   * undefined when nothing is to be changed; it may be called several times and must not change its argument.
   *
   * @returns what is stored now, undefined when there was nothing and `change` made nothing.
   * @throws AppError `staleFence` when the new manifest has a lower fence than the stored one, `conflict` when others
   *   were always faster, and what the object store throws.
   */
  async update(
    recordingId: RecordingId,
    change: (manifest: RecordingManifest | undefined) => RecordingManifest | undefined,
  ): Promise<RecordingManifest | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const stored = await this.#readVersion(recordingId);
      const changed = change(stored?.manifest);
      if (changed === undefined) return stored?.manifest;
      if (stored !== undefined && changed.fence < stored.manifest.fence) throw new AppError('staleFence');
      try {
        await this.#write(recordingId, changed, stored?.etag);
        return changed;
      } catch (error) {
        const isRetried = error instanceof AppError && error.code === 'conflict' && attempt < MAX_ATTEMPTS;
        if (!isRetried) throw error;
        await sleep(randomInt(RETRY_MAX_MS));
      }
    }
  }

  async #readVersion(recordingId: RecordingId): Promise<{ manifest: RecordingManifest; etag: string } | undefined> {
    try {
      const { body, etag } = await this.#objects.getBuffer(objectKeys.manifest(recordingId));
      return { manifest: parseManifest(body.toString('utf8')), etag };
    } catch (error) {
      if (error instanceof AppError && error.code === 'notFound') return undefined;
      throw error;
    }
  }

  async #write(recordingId: RecordingId, manifest: RecordingManifest, etag: string | undefined): Promise<void> {
    const body = sealJson(RecordingManifest.parse(manifest));
    const condition = etag === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: etag };
    await this.#objects.put(objectKeys.manifest(recordingId), body, condition);
  }
}

function parseManifest(text: string): RecordingManifest {
  try {
    return RecordingManifest.parse(JSON.parse(text));
  } catch (error) {
    throw new AppError('internal', { message: 'a manifest cannot be read', cause: error });
  }
}
