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

/**
 * What has arrived of uploads, as objects that lie one behind the other. Each is created and never written again, under a name that
 * says where it begins: two that write at the same place cannot mix, and any process can go on where another stopped.
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
    let at = 0;
    for await (const { key, bytes } of this.#objects.list(objectKeys.rawUploadPrefix(uploadId))) {
      if (parseRawUploadPart(key) === at) at += bytes;
    }
    return at;
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
    let at = offset;
    let waiting: Buffer[] = [];
    let waitingBytes = 0;
    const store = async (): Promise<void> => {
      if (waitingBytes === 0) return;
      const part = Buffer.concat(waiting, waitingBytes);
      waiting = [];
      waitingBytes = 0;
      if (at === 0 && (part.length >= SNIFF_BYTES || part.length === totalBytes)) assertVideo(part);
      await this.#assertRoom(part.length);
      await this.#objects.put(objectKeys.rawUploadPart(uploadId, at), part, { ifNoneMatch: '*' });
      at += part.length;
    };
    try {
      for await (const chunk of body) {
        waiting.push(chunk);
        waitingBytes += chunk.length;
        if (waitingBytes >= PART_BYTES) await store();
      }
    } catch (error) {
      await store().catch(() => undefined);
      throw error;
    }
    await store();
    return at;
  }

  async delete(uploadId: RecordingId): Promise<void> {
    await this.#objects.deletePrefix(objectKeys.rawUploadPrefix(uploadId));
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
