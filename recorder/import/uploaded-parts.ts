import { open } from 'node:fs/promises';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { objectKeys, parseRawUploadPart } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';

/**
 * Brings an upload's parts together into one file, and answers its size.
 *
 * @throws AppError `notFound` when there is nothing, `internal` when a part is missing, and what the store throws.
 */
export async function joinParts(
  store: ObjectStore,
  recordingId: RecordingId,
  path: string,
  options: { readonly signal: AbortSignal; readonly onProgress: (fraction: number) => void },
): Promise<number> {
  const parts = await partsOf(store, recordingId);
  const totalBytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const file = await open(path, 'w');
  try {
    let at = 0;
    for (const { key, offset, bytes } of parts) {
      options.signal.throwIfAborted();
      if (offset !== at) throw new AppError('internal', { message: 'a part of an upload is missing' });
      const { body } = await store.getBuffer(key);
      await file.write(body);
      at += bytes;
      options.onProgress(at / totalBytes);
    }
    return at;
  } finally {
    await file.close();
  }
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
