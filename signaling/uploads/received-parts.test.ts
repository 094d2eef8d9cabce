import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import { RecordingId } from '../protocol/ids.ts';
import { ReceivedParts } from './received-parts.ts';

const MB = 1024 * 1024;
const uploadId = RecordingId.parse('upload-1');
/** Begins like a QuickTime film, and no two stretches of it are alike. */
const film = Buffer.from(Uint32Array.from({ length: (5 * MB) / 4 }, (_, at) => at * 2_654_435_761).buffer);
film.write('\0\0\0\u{20}ftypisom', 'latin1');
const of = (from: number, to: number): AsyncIterable<Buffer> => pieces([film.subarray(from, to)]);

async function* pieces(chunks: readonly Buffer[], ending?: Error): AsyncGenerator<Buffer> {
  yield* chunks;
  if (ending !== undefined) throw ending;
}

describe('what has arrived of an upload', () => {
  let folder: string;
  let objects: DirectoryObjectStore;
  let parts: ReceivedParts;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tongke-parts-'));
    objects = await DirectoryObjectStore.create(folder);
    parts = new ReceivedParts({ objects, reserveBytes: 0 });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function stored(): Promise<readonly Buffer[]> {
    const found: Buffer[] = [];
    for await (const { key } of objects.list(objectKeys.rawUploadPrefix(uploadId))) {
      found.push((await objects.getBuffer(key)).body);
    }
    return found;
  }

  it('lies in one part for each 8 MB and one more, however small the pieces that were sent', async () => {
    const totalBytes = 4 * film.length;
    const whole = Buffer.concat([film, film, film, film]);
    let at = 0;
    for (const bytes of [...Array<number>(60).fill(1), 3 * MB, 1, 6 * MB, 1, 1, 9 * MB, 1, 70_000]) {
      expect(await parts.append(uploadId, totalBytes, at, pieces([whole.subarray(at, at + bytes)]))).toBe(at + bytes);
      at += bytes;
      expect(await parts.received(uploadId)).toBe(at);
      expect((await stored()).length).toBeLessThanOrEqual(Math.floor(at / (8 * MB)) + 1);
    }
    expect(Buffer.concat(await stored()).equals(whole.subarray(0, at))).toBe(true);
  });

  it('keeps what had come before a line broke, and stays as it was when nothing came', async () => {
    await parts.append(uploadId, film.length, 0, of(0, 10));
    const torn = pieces([film.subarray(10, 20)], new Error('the line is cut'));
    await expect(parts.append(uploadId, film.length, 10, torn)).rejects.toThrow('the line is cut');
    expect(await parts.append(uploadId, film.length, 20, pieces([]))).toBe(20);
    expect(await stored()).toEqual([film.subarray(0, 20)]);
  });

  it('is what one of two wrote who went on at the same place; the other is told, and neither goes on where it does not end', async () => {
    await parts.append(uploadId, film.length, 0, of(0, 100));
    const outcomes = await Promise.allSettled([
      parts.append(uploadId, film.length, 100, of(100, 200)),
      parts.append(uploadId, film.length, 100, of(100, 300)),
    ]);
    const failed = outcomes.filter(({ status }) => status === 'rejected');
    expect(failed).toMatchObject([{ reason: { code: 'conflict' } }]);
    const reached = await parts.received(uploadId);
    expect([200, 300]).toContain(reached);
    expect(await stored()).toEqual([film.subarray(0, reached)]);
    for (const offset of [0, 100, reached + 1]) {
      await expect(parts.append(uploadId, film.length, offset, of(0, 50))).rejects.toMatchObject({ code: 'conflict' });
    }
    expect(await stored()).toEqual([film.subarray(0, reached)]);
  });

  it('is looked at as soon as enough of it is there, also when it comes byte by byte', async () => {
    const page = Buffer.from(`<html>${'a'.repeat(5_000)}</html>`);
    await parts.append(uploadId, page.length, 0, pieces([page.subarray(0, 1)]));
    const rest = parts.append(uploadId, page.length, 1, pieces([page.subarray(1)]));
    await expect(rest).rejects.toMatchObject({ code: 'unsupportedMedia' });
  });
});
