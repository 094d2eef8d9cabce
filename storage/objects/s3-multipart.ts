import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type CompletedPart,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { AppError } from '../../signaling/protocol/errors.ts';

/** S3 takes parts of 5 MiB and more, and 10,000 of them: objects of up to 156 GiB. Each is held in memory to be sent again. */
const PART_BYTES = 16 * 1024 * 1024;

export interface Part {
  readonly body: Buffer;
  readonly isLast: boolean;
}

export interface PutTarget {
  readonly Bucket: string;
  readonly Key: string;
  readonly ContentType: string;
}

export interface PutCondition {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
}

/** @throws AppError `invalidInput` before the last part when the length is not what was announced. */
export async function* splitIntoParts(source: Readable, announcedBytes: number | undefined): AsyncGenerator<Part> {
  let pieces: Buffer[] = [];
  let held = 0;
  let total = 0;
  for await (const piece of source) {
    const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(piece as Uint8Array | string);
    pieces.push(bytes);
    held += bytes.length;
    total += bytes.length;
    while (held > PART_BYTES) {
      const joined = Buffer.concat(pieces);
      yield { body: joined.subarray(0, PART_BYTES), isLast: false };
      pieces = [joined.subarray(PART_BYTES)];
      held -= PART_BYTES;
    }
  }
  if (announcedBytes !== undefined && total !== announcedBytes) {
    throw new AppError('invalidInput', { message: `${total} bytes came, ${announcedBytes} were announced` });
  }
  yield { body: Buffer.concat(pieces), isLast: true };
}

/** Uploads part after part; what was uploaded is dropped when anything fails. Gives the ETag of the whole. */
export async function putParts(
  client: S3Client,
  target: PutTarget,
  condition: PutCondition,
  first: Buffer,
  rest: AsyncIterable<Part>,
): Promise<string | undefined> {
  const { Bucket, Key } = target;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
  const upload = async (PartNumber: number, Body: Buffer): Promise<CompletedPart> => {
    const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    return { PartNumber, ETag };
  };
  try {
    const Parts = [await upload(1, first)];
    for await (const { body } of rest) Parts.push(await upload(Parts.length + 1, body));
    const answer = await client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...condition }),
    );
    return answer.ETag;
  } catch (error) {
    // The first failure is what the caller must hear of; stores expire abandoned uploads by themselves.
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => undefined);
    throw error;
  }
}
