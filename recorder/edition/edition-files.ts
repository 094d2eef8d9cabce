import { createHash } from 'node:crypto';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { SoundFiles } from '../mux/sound-track.ts';

/** What of the recording the views leave out, so that they can be made again where there is no database. */
export const EDITION_NAME = 'edition.json';

const NAME_HASH_CHARS = 16;
/** From the folder of an edition's views to `play/`, below one signed base. */
const PLAY_FROM_EDITION = '../../../play/';

/** An object under `play/` as the index of an edition names it. */
export function playUri(name: string): string {
  return PLAY_FROM_EDITION + name;
}

/** The folder of one edition's views: what is like the recording's own is only named, what differs is kept here. */
export class EditionFiles implements SoundFiles {
  readonly #objects: ObjectStore;
  readonly #recordingId: RecordingId;
  readonly #version: number;

  constructor(objects: ObjectStore, recordingId: RecordingId, version: number) {
    this.#objects = objects;
    this.#recordingId = recordingId;
    this.#version = version;
  }

  /** Reads the recording's own media, by its name under `play/`. */
  async readObject(name: string): Promise<Buffer> {
    return (await this.#objects.getBuffer(objectKeys.play(this.#recordingId, name))).body;
  }

  async putNamed(stem: string, extension: string, body: Buffer): Promise<string> {
    const hash = createHash('sha256').update(body).digest('hex').slice(0, NAME_HASH_CHARS);
    const name = `${stem}-${hash}.${extension}`;
    await this.#objects.put(this.#key(name), body);
    return name;
  }

  async putText(name: string, text: string): Promise<void> {
    await this.#objects.put(this.#key(name), Buffer.from(text));
  }

  /** Views of earlier editions: nobody is given their address any more. */
  async deleteEarlier(): Promise<void> {
    const prefix = objectKeys.editionsPrefix(this.#recordingId);
    const earlier = new Set<string>();
    for await (const { key } of this.#objects.list(prefix)) {
      const version = key.slice(prefix.length).split('/', 1)[0] ?? '';
      if (/^\d+$/.test(version) && Number(version) < this.#version) earlier.add(version);
    }
    for (const version of earlier) await this.#objects.deletePrefix(`${prefix}${version}/`);
  }

  #key(name: string): string {
    return objectKeys.edition(this.#recordingId, this.#version, name);
  }
}
