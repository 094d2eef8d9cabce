import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { objectKeys, parseRawUploadPart } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';

/** What can be said of an upload as a whole. */
export interface UploadDigest {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Brings an upload's parts together into one file.
 *
 * @throws AppError `notFound` when there is nothing, `internal` when a part is missing, and what the store throws.
 */
export async function joinParts(
  store: ObjectStore,
  recordingId: RecordingId,
  path: string,
  options: { readonly signal: AbortSignal; readonly onProgress: (fraction: number) => void },
): Promise<UploadDigest> {
  const totalBytes = await uploadedBytes(store, recordingId);
  const file = await open(path, 'w');
  try {
    return await digestParts(store, recordingId, async (body, doneBytes) => {
      options.signal.throwIfAborted();
      await file.writeFile(body);
      options.onProgress(doneBytes / totalBytes);
    });
  } finally {
    await file.close();
  }
}

/**
 * Reads an upload's parts, one after the other.
 *
 * @throws AppError `notFound` when there is nothing, `internal` when a part is missing, and what the store throws.
 */
export async function digestParts(
  store: ObjectStore,
  recordingId: RecordingId,
  onPart: (body: Buffer, doneBytes: number) => Promise<void> = async () => undefined,
): Promise<UploadDigest> {
  const hash = createHash('sha256');
  let at = 0;
  for (const { key, offset } of await partsOf(store, recordingId)) {
    if (offset !== at) throw new AppError('internal', { message: 'a part of an upload is missing' });
    const { body } = await store.getBuffer(key);
    hash.update(body);
    at += body.length;
    await onPart(body, at);
  }
  return { bytes: at, sha256: hash.digest('hex') };
}

interface Part {
  readonly key: string;
  readonly offset: number;
  readonly bytes: number;
}

async function partsOf(store: ObjectStore, recordingId: RecordingId): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for await (const { key, bytes } of store.list(objectKeys.rawUploadPrefix(recordingId))) {
    const offset = parseRawUploadPart(key);
    if (offset !== undefined) parts.push({ key, offset, bytes });
  }
  if (parts.length === 0) throw new AppError('notFound', { message: 'nothing of the upload is there' });
  return parts;
}

export async function uploadedBytes(store: ObjectStore, recordingId: RecordingId): Promise<number> {
  return (await partsOf(store, recordingId)).reduce((sum, part) => sum + part.bytes, 0);
}
