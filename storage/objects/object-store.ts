import type { Readable } from 'node:stream';

/**
 * Port of the object store: whole objects under flat keys, in key order, with strong ETags. Adapters: a directory
 * of one machine (`directory.ts`) and any S3-compatible store (`s3.ts`); both pass `tests/contract/object-store.test.ts`.
 *
 * Keys come from `object-keys.ts`: parts of `A–Z a–z 0–9 _ - . + =` joined by `/`, no part starting with a dot; a key
 * must not be the folder of another (`a` and `a/b`). Every method throws `invalidInput` for any other key.
 *
 * Errors of every method: `unavailable` when the store cannot be reached (try again later), `storageFull` when it has
 * no room left. An object is either wholly there or not at all, and is durable once `put` has resolved.
 */
export interface ObjectStore {
  /**
   * Writes or replaces an object. A `Readable` may be of any size; when it fails or is shorter or longer than
   * `bytes`, nothing is written.
   *
   * @throws AppError `conflict` when `ifMatch` or `ifNoneMatch` does not hold, `invalidInput` on a wrong length.
   */
  put(key: string, body: Uint8Array | Readable, options?: PutOptions): Promise<{ readonly etag: string }>;

  /**
   * Opens an object. The caller must consume or destroy `stream`.
   *
   * @throws AppError `notFound`; `invalidInput` with `details.totalBytes` when the range starts behind the end.
   */
  get(key: string, options?: { readonly range?: ByteRange }): Promise<ObjectContent>;

  /** The whole object in memory, for small ones. @throws AppError `notFound`. */
  getBuffer(key: string): Promise<{ readonly body: Buffer; readonly etag: string; readonly contentType: string }>;

  /** Facts about an object, undefined when there is none. */
  stat(key: string): Promise<ObjectFacts | undefined>;

  /** Objects whose key starts with `prefix` (any characters, not only whole parts), in ascending order of their key's bytes. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject>;

  /** Idempotent. */
  delete(key: string): Promise<void>;

  /** Deletes every object under a prefix that ends in `/`; answers how many there were. */
  deletePrefix(prefix: string): Promise<number>;

  /** Room that is left, in bytes; undefined for a store that does not say. */
  freeBytes(): Promise<number | undefined>;

  /**
   * A URL by which a browser fetches the object without us, or undefined when this store has none (then serve it
   * through the media route). With `filename` the browser saves it under that name.
   */
  signGet(key: string, expiresInSeconds: number, filename?: string): Promise<string | undefined>;

  /** Idempotent. */
  close(): Promise<void>;
}

export interface PutOptions {
  /** Default: by the key's extension. */
  readonly contentType?: string;
  /** Length of a `Readable`, checked when given. */
  readonly bytes?: number;
  /** Only replace the object that has this ETag. */
  readonly ifMatch?: string;
  /** Only create: fails when there is an object. */
  readonly ifNoneMatch?: '*';
}

/** Byte positions, both inclusive as in RFC 9110 §14; `end` behind the last byte is cut to it. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

export interface ObjectContent {
  readonly stream: Readable;
  /** Bytes in `stream`: the length of the range. */
  readonly bytes: number;
  /** Length of the whole object. */
  readonly totalBytes: number;
  readonly contentType: string;
  readonly etag: string;
}

export interface ObjectFacts {
  readonly bytes: number;
  readonly etag: string;
  readonly contentType: string;
  readonly modifiedAtMs: number;
}

export interface ListOptions {
  /** Only keys greater than this one. */
  readonly after?: string;
  readonly limit?: number;
}

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly modifiedAtMs: number;
}
