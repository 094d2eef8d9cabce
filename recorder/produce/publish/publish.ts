import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { AppError } from '../../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import type { Rendition } from '../../../storage/objects/manifest.ts';
import { ManifestStore } from '../../../storage/objects/manifest-store.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../../storage/ports.ts';
import { isNewerAttempt, isOrderedBefore } from './attempt.ts';
import { writeChecksums } from './checksums.ts';
import { putFile } from '../source/stored-files.ts';

const PARALLEL_PUTS = 4;

type Composed = Extract<Rendition, { kind: 'composed' }>;

export interface UploadOptions {
  readonly store: ObjectStore;
  readonly recordingId: RecordingId;
  readonly attempt: string;
  /** Everything in it is uploaded under its relative name. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onUploaded: (fraction: number) => void;
}

interface LocalFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
}

/**
 * Puts a finished production into the store in an order in which nothing ever names what is not there: segments and pictures, then media playlists, then the master.
 */
export async function upload(options: UploadOptions): Promise<void> {
  await writeChecksums(options.folder);
  const files = await filesIn(options.folder);
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let doneBytes = 0;
  for (const group of [0, 1, 2]) {
    const waiting = files.filter((file) => groupOf(file.name) === group);
    const putNext = async (): Promise<void> => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        const key = objectKeys.produced(options.recordingId, options.attempt, file.name);
        await putFile(options.store, key, file.path, options.signal);
        doneBytes += file.bytes;
        options.onUploaded(totalBytes === 0 ? 1 : doneBytes / totalBytes);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_PUTS }, putNext));
  }
}

function groupOf(name: string): number {
  if (!name.endsWith('.m3u8')) return 0;
  return name.endsWith('master.m3u8') ? 2 : 1;
}

async function filesIn(folder: string): Promise<readonly LocalFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.sort().map(async (path) => ({ path, name: relative(folder, path), bytes: (await stat(path)).size })),
  );
}

/**
 * Makes an uploaded attempt the recording's composed rendition, by one conditional put.
 *
 * @throws AppError `conflict` when a newer attempt has been published or tracks have been erased meanwhile, `notFound` when the recording is gone.
 */
export async function publish(store: ObjectStore, recordingId: RecordingId, rendition: Composed): Promise<void> {
  let replaced: string | undefined;
  await new ManifestStore(store).update(recordingId, (manifest) => {
    if (manifest === undefined) throw new AppError('notFound');
    // It may show somebody whose tracks have been erased since.
    if (manifest.tracks.some(({ erasedAtUnixMs: at }) => at !== undefined && isOrderedBefore(rendition.attempt, at))) {
      throw new AppError('conflict');
    }
    const current = manifest.renditions.find((one) => one.kind === 'composed');
    if (current !== undefined && isNewerAttempt(current.attempt, rendition.attempt)) throw new AppError('conflict');
    replaced = current?.attempt;
    return { ...manifest, renditions: [...manifest.renditions.filter((one) => one.kind !== 'composed'), rendition] };
  });
  await deleteOlderAttempts(store, recordingId, [rendition.attempt, ...(replaced === undefined ? [] : [replaced])]);
}

/** What failed or dead attempts left behind; the rendition just replaced stays, for somebody may be watching it. */
async function deleteOlderAttempts(
  store: ObjectStore,
  recordingId: RecordingId,
  kept: readonly string[],
): Promise<void> {
  const prefix = objectKeys.producedPrefix(recordingId);
  const attempts = new Set<string>();
  for await (const { key } of store.list(prefix)) {
    const attempt = key.slice(prefix.length).split('/', 1)[0];
    if (attempt !== undefined) attempts.add(attempt);
  }
  for (const attempt of attempts) {
    const isOlder = kept[0] !== undefined && isNewerAttempt(kept[0], attempt);
    if (isOlder && !kept.includes(attempt)) await store.deletePrefix(`${prefix}${attempt}/`);
  }
}

export async function deleteAttempt(store: ObjectStore, recordingId: RecordingId, attempt: string): Promise<void> {
  await store.deletePrefix(`${objectKeys.producedPrefix(recordingId)}${attempt}/`);
}
