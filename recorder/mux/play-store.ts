import { createHash } from 'node:crypto';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { PlayIndex } from '../../storage/objects/manifest.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import { sealJson } from '../../storage/objects/sealed-json.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { emptyMuxState, MuxState } from './mux-state.ts';

const STATE_NAME = 'state.json';
const NAME_HASH_CHARS = 16;

export interface VersionedState {
  readonly state: MuxState;
  /** Undefined: nothing is stored yet. */
  readonly etag: string | undefined;
}

/** What lies under `play/{recording}/`. Names are relative to it. */
export class PlayStore {
  readonly #objects: ObjectStore;
  readonly #recordingId: RecordingId;
  /** Names that this process has stored, or is storing: every segment names the same initialisation again. */
  readonly #stored = new Map<string, Promise<unknown>>();

  constructor(objects: ObjectStore, recordingId: RecordingId) {
    this.#objects = objects;
    this.#recordingId = recordingId;
  }

  /** @throws AppError `internal` when what is stored is no state. */
  async readState(): Promise<VersionedState> {
    const stored = await this.#read(STATE_NAME);
    if (stored === undefined) return { state: emptyMuxState(this.#recordingId), etag: undefined };
    try {
      return { state: MuxState.parse(JSON.parse(stored.body.toString('utf8'))), etag: stored.etag };
    } catch (cause) {
      throw new AppError('internal', { message: 'the state of a recording cannot be read', cause });
    }
  }

  /** Of what is stored, readable or not; undefined when nothing is. */
  async stateEtag(): Promise<string | undefined> {
    return (await this.#objects.stat(objectKeys.play(this.#recordingId, STATE_NAME)))?.etag;
  }

  /** @throws AppError `conflict` when another process has gone on in the meantime. */
  async writeState({ state, etag }: VersionedState): Promise<string> {
    const condition = etag === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: etag };
    const written = await this.#objects.put(objectKeys.play(this.#recordingId, STATE_NAME), sealJson(state), condition);
    return written.etag;
  }

  /** Stores an object that never changes under a name made of what is in it, and answers the name. */
  async putNamed(stem: string, extension: string, body: Buffer): Promise<string> {
    const name = `${stem}-${hashOf(body)}.${extension}`;
    const storing = this.#stored.get(name) ?? this.#objects.put(objectKeys.play(this.#recordingId, name), body);
    this.#stored.set(name, storing);
    try {
      await storing;
    } catch (error) {
      this.#stored.delete(name);
      throw error;
    }
    return name;
  }

  async putText(name: string, text: string): Promise<void> {
    await this.#objects.put(objectKeys.play(this.#recordingId, name), Buffer.from(text));
  }

  async putIndex(index: PlayIndex): Promise<void> {
    await this.#objects.put(objectKeys.playIndex(this.#recordingId), sealJson(index));
  }

  /** Idempotent. */
  async remove(name: string): Promise<void> {
    this.#stored.delete(name);
    await this.#objects.delete(objectKeys.play(this.#recordingId, name));
  }

  async readObject(name: string): Promise<Buffer> {
    return (await this.#objects.getBuffer(objectKeys.play(this.#recordingId, name))).body;
  }

  async #read(name: string): Promise<{ readonly body: Buffer; readonly etag: string } | undefined> {
    try {
      return await this.#objects.getBuffer(objectKeys.play(this.#recordingId, name));
    } catch (error) {
      if (error instanceof AppError && error.code === 'notFound') return undefined;
      throw error;
    }
  }
}

/** Whether an object whose name was made of its content still is what it was then; undefined when its name tells nothing. */
export function isAsNamed(name: string, body: Buffer): boolean | undefined {
  const hash = new RegExp(`-([0-9a-f]{${NAME_HASH_CHARS}})\\.[a-z0-9]+$`).exec(name)?.[1];
  return hash === undefined ? undefined : hash === hashOf(body);
}

function hashOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex').slice(0, NAME_HASH_CHARS);
}
