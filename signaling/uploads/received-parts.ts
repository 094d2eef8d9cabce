import { objectKeys, parseRawUploadPart } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { AppError } from '../protocol/errors.ts';
import type { RecordingId } from '../protocol/ids.ts';
import { sniffVideo, SNIFF_BYTES } from '../protocol/video-container.ts';

/** What an upload holds in memory at most, and what a broken line can cost at most. */
const PART_BYTES = 8 * 1024 * 1024;

export interface ReceivedPartsOptions {
  readonly objects: ObjectStore;
  /** Room that uploads leave to everything else of the disk. */
  readonly reserveBytes: number;
}

/** The last one, as long as it may grow. */
interface Tail {
  readonly offset: number;
  readonly body: Buffer;
  readonly etag: string;
}

/**
 * What has arrived of uploads, as objects that lie one behind the other, each under a name that says where it begins. Only the last one may be
 * smaller than `PART_BYTES`: what comes next is put behind it, so that there are never more objects than whole parts and one, however small the
 * pieces that are sent. A part is created, or replaced as it was read: two that write at the same place cannot mix, and any process can go
 * on where another stopped.
 */
export class ReceivedParts {
  readonly #objects: ObjectStore;
  readonly #reserveBytes: number;

  constructor(options: ReceivedPartsOptions) {
    this.#objects = options.objects;
    this.#reserveBytes = options.reserveBytes;
  }

  /** How far it lies without a hole. */
  async received(uploadId: RecordingId): Promise<number> {
    const last = await this.#lastPart(uploadId);
    return last.offset + last.bytes;
  }

  /**
   * Stores what comes, from `offset` on, and answers how far it reaches. When the line breaks, what had come is stored too.
   *
   * @throws AppError `unsupportedMedia` (with `refusal`) when the file begins like no video, `conflict` when somebody else
   *   has written there, `storageFull`, and whatever breaks the stream.
   */
  async append(
    uploadId: RecordingId,
    totalBytes: number,
    offset: number,
    body: AsyncIterable<Buffer>,
  ): Promise<number> {
    let tail = await this.#tail(uploadId, offset);
    let at = tail?.offset ?? offset;
    let waiting: Buffer[] = [];
    let waitingBytes = 0;
    const store = async (): Promise<void> => {
      if (waitingBytes === 0) return;
      const part = Buffer.concat([...(tail === undefined ? [] : [tail.body]), ...waiting]);
      waiting = [];
      waitingBytes = 0;
      if (at === 0 && (part.length >= SNIFF_BYTES || part.length === totalBytes)) assertVideo(part);
      await this.#assertRoom(part.length);
      const condition = tail === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: tail.etag };
      await this.#objects.put(objectKeys.rawUploadPart(uploadId, at), part, condition);
      at += part.length;
      tail = undefined;
    };
    try {
      for await (const chunk of body) {
        waiting.push(chunk);
        waitingBytes += chunk.length;
        if ((tail?.body.length ?? 0) + waitingBytes >= PART_BYTES) await store();
      }
    } catch (error) {
      await store().catch(() => undefined);
      throw error;
    }
    await store();
    return at + (tail?.body.length ?? 0);
  }

  async delete(uploadId: RecordingId): Promise<void> {
    await this.#objects.deletePrefix(objectKeys.rawUploadPrefix(uploadId));
  }

  /** What stands before `offset` and is to be stored anew with what comes. @throws AppError `conflict` when that is not where it goes on. */
  async #tail(uploadId: RecordingId, offset: number): Promise<Tail | undefined> {
    const last = await this.#lastPart(uploadId);
    if (last.offset + last.bytes !== offset) throw new AppError('conflict');
    if (last.bytes === 0 || last.bytes >= PART_BYTES) return undefined;
    const { body, etag } = await this.#objects.getBuffer(objectKeys.rawUploadPart(uploadId, last.offset));
    // Somebody else has put something behind it since it was listed.
    if (body.length !== last.bytes) throw new AppError('conflict');
    return { offset: last.offset, body, etag };
  }

  async #lastPart(uploadId: RecordingId): Promise<{ readonly offset: number; readonly bytes: number }> {
    let last = { offset: 0, bytes: 0 };
    for await (const { key, bytes } of this.#objects.list(objectKeys.rawUploadPrefix(uploadId))) {
      const offset = last.offset + last.bytes;
      if (parseRawUploadPart(key) === offset) last = { offset, bytes };
    }
    return last;
  }

  /** Whether so much more fits. @throws AppError `storageFull` */
  async #assertRoom(bytes: number): Promise<void> {
    const freeBytes = await this.#objects.freeBytes();
    if (freeBytes !== undefined && freeBytes - bytes < this.#reserveBytes) throw new AppError('storageFull');
  }
}

/** Refused as early as it can be seen; the recorder looks closely, when all is there. */
function assertVideo(bytes: Buffer): void {
  const sniffed = sniffVideo(bytes);
  if ('refusal' in sniffed) throw new AppError('unsupportedMedia', { details: { refusal: sniffed.refusal } });
}
