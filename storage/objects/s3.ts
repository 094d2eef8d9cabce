import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { AppError } from '../../signaling/protocol/errors.ts';
import { contentTypeOf } from './content-type.ts';
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
import { isMissing, isMissingBucket, isRefusedCondition, toAppError } from './s3-errors.ts';
import { putParts, splitIntoParts, type PutCondition, type PutTarget } from './s3-multipart.ts';

const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_ATTEMPTS = 3;
/** The most that S3 takes in one DeleteObjects or gives in one ListObjectsV2. */
const PAGE_SIZE = 1_000;

export interface S3Options {
  /** Of a store that is not Amazon's; asked path-style then. */
  readonly endpoint?: string;
  /** Where browsers reach the same store; without it and with `endpoint`, `signGet` gives nothing. */
  readonly publicEndpoint?: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Object store on Amazon S3, MinIO and the like. The bucket is made at the first write when it is missing. */
export class S3ObjectStore implements ObjectStore {
  readonly #client: S3Client;
  readonly #signer: S3Client | undefined;
  readonly #bucket: string;

  constructor(options: S3Options) {
    this.#bucket = options.bucket;
    this.#client = createClient(options, options.endpoint);
    const isSignable = options.publicEndpoint !== undefined || options.endpoint === undefined;
    this.#signer = isSignable ? createClient(options, options.publicEndpoint) : undefined;
  }

  async put(key: string, body: Uint8Array | Readable, options: PutOptions = {}): Promise<{ etag: string }> {
    checkObjectKey(key);
    const target = { Bucket: this.#bucket, Key: key, ContentType: options.contentType ?? contentTypeOf(key) };
    try {
      const etag =
        body instanceof Readable
          ? await this.#putStream(target, conditionOf(options), body, options.bytes)
          : await this.#putWhole(target, conditionOf(options), body);
      return { etag: requireEtag(etag) };
    } catch (error) {
      if (isRefusedCondition(error) || (options.ifMatch !== undefined && isMissing(error))) {
        throw new AppError('conflict', { message: 'the object has changed', cause: error });
      }
      throw toAppError(error);
    }
  }

  async get(key: string, options: { readonly range?: ByteRange } = {}): Promise<ObjectContent> {
    checkObjectKey(key);
    const { range } = options;
    try {
      const answer = await this.#client.send(
        new GetObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          ...(range === undefined ? {} : { Range: `bytes=${range.start}-${range.end ?? ''}` }),
        }),
      );
      const stream = answer.Body;
      if (!(stream instanceof Readable)) throw new AppError('internal', { message: 'an answer without a body' });
      const bytes = answer.ContentLength ?? 0;
      return {
        stream,
        bytes,
        totalBytes: totalOf(answer.ContentRange) ?? bytes,
        contentType: answer.ContentType ?? contentTypeOf(key),
        etag: requireEtag(answer.ETag),
      };
    } catch (error) {
      throw toAppError(error);
    }
  }

  async getBuffer(key: string): Promise<{ body: Buffer; etag: string; contentType: string }> {
    const { stream, etag, contentType } = await this.get(key);
    try {
      return { body: await buffer(stream), etag, contentType };
    } catch (error) {
      throw toAppError(error);
    }
  }

  async stat(key: string): Promise<ObjectFacts | undefined> {
    checkObjectKey(key);
    try {
      const answer = await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
      return {
        bytes: answer.ContentLength ?? 0,
        etag: requireEtag(answer.ETag),
        contentType: answer.ContentType ?? contentTypeOf(key),
        modifiedAtMs: answer.LastModified?.getTime() ?? 0,
      };
    } catch (error) {
      if (isMissing(error) || isMissingBucket(error)) return undefined;
      throw toAppError(error);
    }
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    checkObjectPrefix(prefix);
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    let after = options.after;
    while (left > 0) {
      const page = await this.#listPage(prefix, after, Math.min(left, PAGE_SIZE));
      yield* page.objects;
      left -= page.objects.length;
      after = page.objects.at(-1)?.key;
      if (!page.hasMore || after === undefined) return;
    }
  }

  async delete(key: string): Promise<void> {
    checkObjectKey(key);
    try {
      await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
    } catch (error) {
      if (!isMissing(error) && !isMissingBucket(error)) throw toAppError(error);
    }
  }

  async deletePrefix(prefix: string): Promise<number> {
    checkFolderPrefix(prefix);
    let count = 0;
    for (;;) {
      const { objects } = await this.#listPage(prefix, undefined, PAGE_SIZE);
      if (objects.length === 0) return count;
      await this.#deleteTogether(objects.map(({ key }) => key));
      count += objects.length;
    }
  }

  /** S3 has no question for it; a store that is full refuses with 507, which becomes `storageFull`. */
  async freeBytes(): Promise<undefined> {
    return undefined;
  }

  async signGet(key: string, expiresInSeconds: number, filename?: string): Promise<string | undefined> {
    checkObjectKey(key);
    if (this.#signer === undefined) return undefined;
    const disposition =
      filename === undefined ? undefined : `attachment; filename*=UTF-8''${encodeURIComponent(filename)}`;
    return getSignedUrl(
      this.#signer,
      new GetObjectCommand({
        Bucket: this.#bucket,
        Key: key,
        ...(disposition === undefined ? {} : { ResponseContentDisposition: disposition }),
      }),
      { expiresIn: expiresInSeconds },
    );
  }

  async close(): Promise<void> {
    this.#client.destroy();
    this.#signer?.destroy();
  }

  async #putStream(
    target: PutTarget,
    condition: PutCondition,
    body: Readable,
    bytes: number | undefined,
  ): Promise<string | undefined> {
    try {
      const parts = splitIntoParts(body, bytes);
      const first = await parts.next();
      if (first.done === true || first.value.isLast) {
        return await this.#putWhole(target, condition, first.value?.body ?? Buffer.alloc(0));
      }
      const { body: firstBody } = first.value;
      return await this.#withBucket(() => putParts(this.#client, target, condition, firstBody, parts));
    } finally {
      body.destroy();
    }
  }

  async #putWhole(target: PutTarget, condition: PutCondition, body: Uint8Array): Promise<string | undefined> {
    const answer = await this.#withBucket(() =>
      this.#client.send(new PutObjectCommand({ ...target, ...condition, Body: body })),
    );
    return answer.ETag;
  }

  async #listPage(
    prefix: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ objects: ListedObject[]; hasMore: boolean }> {
    try {
      const answer = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: prefix,
          MaxKeys: limit,
          ...(after === undefined ? {} : { StartAfter: after }),
        }),
      );
      const objects = (answer.Contents ?? []).map((item) => ({
        key: item.Key ?? '',
        bytes: item.Size ?? 0,
        etag: requireEtag(item.ETag),
        modifiedAtMs: item.LastModified?.getTime() ?? 0,
      }));
      return { objects, hasMore: answer.IsTruncated ?? false };
    } catch (error) {
      if (isMissingBucket(error)) return { objects: [], hasMore: false };
      throw toAppError(error);
    }
  }

  async #deleteTogether(keys: readonly string[]): Promise<void> {
    try {
      const answer = await this.#client.send(
        new DeleteObjectsCommand({
          Bucket: this.#bucket,
          Delete: { Quiet: true, Objects: keys.map((Key) => ({ Key })) },
        }),
      );
      const failed = answer.Errors?.[0];
      if (failed !== undefined) throw new AppError('unavailable', { message: `not deleted: ${failed.Code ?? ''}` });
    } catch (error) {
      throw toAppError(error);
    }
  }

  async #withBucket<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (!isMissingBucket(error)) throw error;
    }
    await this.#client.send(new CreateBucketCommand({ Bucket: this.#bucket })).catch((error: unknown) => {
      // Another process was faster.
      if (!(error instanceof Error && error.name.startsWith('BucketAlready'))) throw error;
    });
    return write();
  }
}

function createClient(options: S3Options, endpoint: string | undefined): S3Client {
  return new S3Client({
    region: options.region,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
  });
}

function conditionOf({ ifMatch, ifNoneMatch }: PutOptions): PutCondition {
  if (ifNoneMatch !== undefined) return { IfNoneMatch: ifNoneMatch };
  return ifMatch === undefined ? {} : { IfMatch: ifMatch };
}

function requireEtag(etag: string | undefined): string {
  if (etag === undefined) throw new AppError('internal', { message: 'the object store gave no ETag' });
  return etag;
}

/** `bytes 0-9/123` → 123. */
function totalOf(contentRange: string | undefined): number | undefined {
  const total = contentRange?.split('/')[1];
  return total === undefined ? undefined : Number(total);
}
