import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, ERROR_CODES } from '../../../signaling/protocol/errors.ts';
import type { ObjectStore } from '../../../storage/ports.ts';

const TRIES = 5;
const RETRY_MS = 1_000;

/** Puts a local file into the store. A passing fault of the store is waited out for some seconds. */
export async function putFile(store: ObjectStore, key: string, path: string, signal: AbortSignal): Promise<void> {
  const bytes = (await stat(path)).size;
  await persevere(signal, () => store.put(key, createReadStream(path), { bytes }));
}

/** The other way round. @throws AppError `notFound`, and what is passing only when it lasts. */
export async function fetchFile(store: ObjectStore, key: string, path: string, signal: AbortSignal): Promise<void> {
  await persevere(signal, async () => {
    const { stream } = await store.get(key);
    await pipeline(stream, createWriteStream(path), { signal });
  });
}

/** Objects one after another as one file. @throws AppError as the store does. */
export async function fetchJoined(
  store: ObjectStore,
  keys: readonly string[],
  path: string,
  signal: AbortSignal,
): Promise<void> {
  // Inside the pipeline, so that the file and the stream being read are closed whatever goes wrong.
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for (const key of keys) yield* (await store.get(key)).stream;
  };
  await pipeline(pieces, createWriteStream(path), { signal });
}

async function persevere(signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      await work();
      return;
    } catch (error) {
      const isPassing = error instanceof AppError && ERROR_CODES[error.code].retryable;
      if (!isPassing || attempt === TRIES) throw error;
      await sleep(RETRY_MS * attempt, undefined, { signal });
    }
  }
}
