import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream, type BigIntStats } from 'node:fs';
import {
  mkdir,
  open,
  opendir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../signaling/protocol/errors.ts';
import { contentTypeOf } from './content-type.ts';
import { isErrno, withFileLock } from './file-lock.ts';
import { checkFolderPrefix, checkObjectKey, checkObjectPrefix } from './key-check.ts';
import type {
  ByteRange,
  ListedObject,
  ListOptions,
  ObjectContent,
  ObjectFacts,
  ObjectStore,
  PutOptions,
} from './object-store.ts';

/** Below the root, beside the objects; keys cannot name it since no part of a key starts with a dot. */
const SYSTEM_FOLDER = '.tongke';
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1_000;
/** Segments of a few megabytes in a few reads, each of which costs a turn of the event loop. */
const READ_BYTES = 512 * 1_024;
/** A folder that a concurrent delete has just removed is made again this often before giving up. */
const FOLDER_RACE_ATTEMPTS = 20;

/**
 * Object store in a directory of one machine, shared by any number of its processes. Objects are written beside,
 * synced and renamed; conditions are checked under a lock file per key. A content type that the extension does not
 * tell is kept in `.tongke/types`.
 */
export class DirectoryObjectStore implements ObjectStore {
  readonly #root: string;

  static async create(root: string): Promise<DirectoryObjectStore> {
    for (const folder of ['temp', 'locks', 'types'])
      await mkdir(join(root, SYSTEM_FOLDER, folder), { recursive: true });
    await removeAbandoned(join(root, SYSTEM_FOLDER, 'temp'));
    return new DirectoryObjectStore(root);
  }

  private constructor(root: string) {
    this.#root = root;
  }

  async put(key: string, body: Uint8Array | Readable, options: PutOptions = {}): Promise<{ etag: string }> {
    checkObjectKey(key);
    const temporary = this.#systemPath('temp', randomUUID());
    try {
      await writeDurably(temporary, body, options.bytes);
      return await this.#locked(key, async () => {
        await this.#checkCondition(key, options);
        await this.#keepContentType(key, options.contentType);
        await this.#moveIntoPlace(temporary, this.#path(key));
        return { etag: etagOf(await stat(this.#path(key), { bigint: true })) };
      });
    } catch (error) {
      throw toAppError(error);
    } finally {
      // On a disk that has become read-only it stays, until `create` finds it.
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  async get(key: string, options: { readonly range?: ByteRange } = {}): Promise<ObjectContent> {
    checkObjectKey(key);
    const file = await open(this.#path(key), 'r').catch((error: unknown) => {
      throw toAppError(error);
    });
    try {
      const facts = await file.stat({ bigint: true });
      if (!facts.isFile()) throw new AppError('notFound');
      const totalBytes = Number(facts.size);
      const { start, end } = cutRange(options.range, totalBytes);
      const contentType = await this.#contentType(key);
      const bytes = end - start + 1;
      // Node refuses an end before the start, which is what an empty object has.
      const stream = bytes === 0 ? Readable.from([]) : file.createReadStream({ start, end, highWaterMark: READ_BYTES });
      if (bytes === 0) await file.close();
      return { stream, bytes, totalBytes, contentType, etag: etagOf(facts) };
    } catch (error) {
      await file.close();
      throw toAppError(error);
    }
  }

  async getBuffer(key: string): Promise<{ body: Buffer; etag: string; contentType: string }> {
    checkObjectKey(key);
    const file = await open(this.#path(key), 'r').catch((error: unknown) => {
      throw toAppError(error);
    });
    try {
      const facts = await file.stat({ bigint: true });
      if (!facts.isFile()) throw new AppError('notFound');
      // In one piece, while the caller works on something else: a stream would need the event loop for every 64 KiB.
      const body = Buffer.allocUnsafeSlow(Number(facts.size));
      for (let at = 0; at < body.length;) {
        const { bytesRead } = await file.read(body, at);
        if (bytesRead === 0) throw new AppError('internal', { message: 'an object has shrunk' });
        at += bytesRead;
      }
      return { body, etag: etagOf(facts), contentType: await this.#contentType(key) };
    } catch (error) {
      throw toAppError(error);
    } finally {
      await file.close();
    }
  }

  async stat(key: string): Promise<ObjectFacts | undefined> {
    checkObjectKey(key);
    const facts = await this.#statFile(key);
    if (facts === undefined) return undefined;
    return {
      bytes: Number(facts.size),
      etag: etagOf(facts),
      contentType: await this.#contentType(key),
      modifiedAtMs: Number(facts.mtimeMs),
    };
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    checkObjectPrefix(prefix);
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    if (left <= 0) return;
    for await (const key of this.#keysBelow(folder, prefix, options.after ?? '')) {
      const facts = await this.#statFile(key);
      if (facts === undefined) continue;
      yield { key, bytes: Number(facts.size), etag: etagOf(facts), modifiedAtMs: Number(facts.mtimeMs) };
      left -= 1;
      if (left <= 0) return;
    }
  }

  async delete(key: string): Promise<void> {
    checkObjectKey(key);
    try {
      await this.#locked(key, async () => {
        await rm(this.#path(key), { force: true });
        await rm(this.#typePath(key), { force: true });
      });
    } catch (error) {
      throw toAppError(error);
    }
    await this.#removeEmptyFolders(dirname(this.#path(key)));
  }

  async deletePrefix(prefix: string): Promise<number> {
    checkFolderPrefix(prefix);
    let count = 0;
    for await (const { key } of this.list(prefix)) {
      await this.delete(key);
      count += 1;
    }
    return count;
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#root);
    return bavail * bsize;
  }

  /** A directory has no server of its own: the media route serves it. */
  async signGet(key: string): Promise<undefined> {
    checkObjectKey(key);
  }

  async close(): Promise<void> {}

  async *#keysBelow(folder: string, prefix: string, after: string): AsyncGenerator<string> {
    for (const entry of await readFolder(join(this.#root, folder))) {
      const key = folder + entry;
      const isFolder = entry.endsWith('/');
      const canMatch = isFolder ? key.startsWith(prefix) || prefix.startsWith(key) : key.startsWith(prefix);
      if (!canMatch) continue;
      if (!isFolder && key > after) yield key;
      if (isFolder && (key > after || after.startsWith(key))) yield* this.#keysBelow(key, prefix, after);
    }
  }

  async #checkCondition(key: string, { ifMatch, ifNoneMatch }: PutOptions): Promise<void> {
    if (ifMatch === undefined && ifNoneMatch === undefined) return;
    const facts = await this.#statFile(key);
    const isRefused =
      ifNoneMatch === undefined ? facts === undefined || etagOf(facts) !== ifMatch : facts !== undefined;
    if (isRefused) throw new AppError('conflict', { message: 'the object has changed' });
  }

  async #keepContentType(key: string, contentType: string | undefined): Promise<void> {
    if (contentType === undefined || contentType === contentTypeOf(key)) await rm(this.#typePath(key), { force: true });
    else await writeFile(this.#typePath(key), contentType);
  }

  async #contentType(key: string): Promise<string> {
    try {
      return await readFile(this.#typePath(key), 'utf8');
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return contentTypeOf(key);
      throw error;
    }
  }

  async #moveIntoPlace(temporary: string, path: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      await mkdir(dirname(path), { recursive: true });
      try {
        await rename(temporary, path);
        break;
      } catch (error) {
        if (!isErrno(error, 'ENOENT') || attempt === FOLDER_RACE_ATTEMPTS) throw error;
      }
    }
    await syncFolder(dirname(path));
  }

  async #removeEmptyFolders(folder: string): Promise<void> {
    if (folder === this.#root || !folder.startsWith(this.#root)) return;
    try {
      await rmdir(folder);
    } catch {
      // Not empty, or another process was faster: both are fine.
      return;
    }
    await this.#removeEmptyFolders(dirname(folder));
  }

  async #statFile(key: string): Promise<BigIntStats | undefined> {
    try {
      const facts = await stat(this.#path(key), { bigint: true });
      return facts.isFile() ? facts : undefined;
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw toAppError(error);
    }
  }

  async #locked<T>(key: string, work: () => Promise<T>): Promise<T> {
    return withFileLock(this.#systemPath('locks', hashOf(key)), work);
  }

  #path(key: string): string {
    return join(this.#root, key);
  }

  #typePath(key: string): string {
    return this.#systemPath('types', hashOf(key));
  }

  #systemPath(folder: 'temp' | 'locks' | 'types', name: string): string {
    return join(this.#root, SYSTEM_FOLDER, folder, name);
  }
}

/** What a process that was killed was about to store: nobody has written to it for a day. */
async function removeAbandoned(folder: string): Promise<void> {
  const sinceMs = Date.now() - ABANDONED_AFTER_MS;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    if (facts !== undefined && facts.mtimeMs < sinceMs) await rm(path, { force: true }).catch(() => undefined);
  }
}

async function writeDurably(path: string, body: Uint8Array | Readable, bytes: number | undefined): Promise<void> {
  const written = await (body instanceof Readable ? writeStream(path, body) : writeWhole(path, body));
  if (bytes !== undefined && written !== bytes) {
    throw new AppError('invalidInput', { message: `${written} bytes came, ${bytes} were announced` });
  }
  // The kernel's file times move in steps of milliseconds; ETags need times that differ between any two writes.
  const nowSeconds = (performance.timeOrigin + performance.now()) / 1000;
  await utimes(path, nowSeconds, nowSeconds);
}

async function writeStream(path: string, source: Readable): Promise<number> {
  const target = createWriteStream(path, { flush: true, mode: 0o640 });
  await pipeline(source, target);
  return target.bytesWritten;
}

async function writeWhole(path: string, body: Uint8Array): Promise<number> {
  await writeFile(path, body, { flush: true, mode: 0o640 });
  return body.length;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  try {
    await folder?.sync();
  } finally {
    await folder?.close();
  }
}

/** Names in key order; folders end in a slash and sort as such, since `a-b` comes before `a/b`. */
async function readFolder(path: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(path)) {
      if (!entry.name.startsWith('.')) names.push(entry.isDirectory() ? `${entry.name}/` : entry.name);
    }
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw toAppError(error);
  }
  return names.toSorted((a, b) => (a < b ? -1 : 1));
}

function cutRange(range: ByteRange | undefined, totalBytes: number): { start: number; end: number } {
  if (range === undefined) return { start: 0, end: totalBytes - 1 };
  if (range.start >= totalBytes) {
    throw new AppError('invalidInput', { message: 'the range starts behind the end', details: { totalBytes } });
  }
  return { start: range.start, end: Math.min(range.end ?? totalBytes - 1, totalBytes - 1) };
}

function etagOf(facts: BigIntStats): string {
  return `"${facts.ino.toString(36)}-${facts.mtimeNs.toString(36)}-${facts.size.toString(36)}"`;
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 40);
}

function toAppError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return new AppError('notFound', { cause: error });
  if (isErrno(error, 'ENOSPC', 'EDQUOT')) return new AppError('storageFull', { cause: error });
  if (isErrno(error, 'EIO', 'EROFS', 'EACCES', 'EMFILE', 'ENFILE'))
    return new AppError('unavailable', { cause: error });
  return error;
}
