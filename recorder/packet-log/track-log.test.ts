import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChunkHeader, ChunkReader } from './format.ts';
import { createReceiveClock } from './receive-clock.ts';
import { chunkFileName, salvageChunk, type SealedChunk } from './sealed-chunk.ts';
import { TrackLog, type EpochHeader } from './track-log.ts';

const FLUSHES_BEFORE_KILL = 8;
const header: EpochHeader = ChunkHeader.omit({ n: true, wallUnixNs: true, monotonicNs: true }).parse({
  recordingId: 'recording-1',
  trackId: 'track-1',
  epoch: 3,
  kind: 'audio',
  source: 'microphone',
  seatId: 'seat-1',
  codec: { mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000 },
  ssrc: 1,
  headerExtensions: {},
  producerId: 'producer-1',
});
const clock = createReceiveClock();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-track-log-'));
});
afterEach(() => rm(folder, { recursive: true }));

function openLog(into = folder) {
  const sealed: SealedChunk[] = [];
  const failed: string[] = [];
  const log = new TrackLog({
    folder: into,
    header,
    clock,
    onSealed: (chunk) => sealed.push(chunk),
    onFailed: async (_error, { path }) => void failed.push(path),
  });
  const append = (number: number, bytes = 60): void => {
    const record = Buffer.alloc(bytes);
    record.writeUInt32BE(number);
    log.append('rtp', clock.nowUnixNs(), record);
  };
  return { log, sealed, failed, append };
}

async function numbersIn(path: string): Promise<number[]> {
  const reader = new ChunkReader(await readFile(path));
  return [...reader].map(({ bytes }) => bytes.readUInt32BE(0));
}

describe('TrackLog', () => {
  it('seals chunks that together hold every record in order, with the facts the manifest needs', async () => {
    const { log, sealed, append } = openLog();
    for (let number = 0; number < 1000; number += 1) {
      append(number, 900);
      if (number % 100 === 0) await log.flush();
      if (number === 400) await log.sync();
      if (number === 600) log.roll();
    }
    await log.close();
    expect(sealed.map(({ n, records }) => [n, records])).toEqual([
      [0, 601],
      [1, 399],
    ]);
    const numbers = (await Promise.all(sealed.map(({ path }) => numbersIn(path)))).flat();
    expect(numbers).toEqual(Array.from({ length: 1000 }, (_, number) => number));
    for (const { path, bytes, n } of sealed) {
      expect((await readFile(path)).length).toBe(bytes);
      expect(path).toBe(join(folder, chunkFileName(3, n)));
    }
    expect(sealed[0]?.lastReceivedUnixUs).toBeLessThanOrEqual(sealed[1]?.firstReceivedUnixUs ?? 0);
  });

  it('rolls by itself at 8 MiB and leaves no file for an epoch without packets', async () => {
    const quiet = openLog();
    await quiet.log.flush();
    await quiet.log.close();
    expect(await readdir(folder)).toEqual([]);
    const { log, sealed, append } = openLog();
    for (let number = 0; number < 200; number += 1) append(number, 60_000);
    await log.close();
    expect(sealed.map(({ records }) => records).reduce((a, b) => a + b)).toBe(200);
    expect(sealed).toHaveLength(2);
    expect(Math.max(...sealed.map(({ bytes }) => bytes))).toBeLessThan(8 * 1024 * 1024 + 61_000);
  });

  it('stops and says which chunk is torn when the disk refuses', async () => {
    const missing = join(folder, 'missing');
    const { log, failed, sealed, append } = openLog(missing);
    append(0);
    await log.flush();
    await log.close();
    expect(failed).toEqual([join(missing, chunkFileName(3, 0))]);
    expect(sealed).toEqual([]);
    // Nothing is taken any more, and nothing throws.
    append(1);
    await log.close();
  });
});

describe('a packet log after kill -9', () => {
  it('holds every record that was flushed, without a hole', async () => {
    const writer = spawn(process.execPath, [fileURLToPath(new URL('log-writer.fixture.ts', import.meta.url)), folder]);
    let surelyWritten = 0;
    let flushes = 0;
    for await (const line of createInterface(writer.stdout)) {
      surelyWritten = Number(line);
      flushes += 1;
      if (flushes === FLUSHES_BEFORE_KILL) writer.kill('SIGKILL');
    }
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
    const paths = (await readdir(folder)).toSorted().map((name) => join(folder, name));
    expect(paths.length).toBeGreaterThanOrEqual(2);
    const salvaged = await Promise.all(paths.map((path) => salvageChunk(path)));
    const numbers = (await Promise.all(salvaged.map(async (one) => numbersIn(one?.chunk.path ?? '')))).flat();
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, number) => number));
    expect(surelyWritten).toBeGreaterThan(100);
    expect(numbers.length).toBeGreaterThanOrEqual(surelyWritten);
  });

  it('is cut behind its last whole record, and removed when there is none', async () => {
    const { log, sealed, append } = openLog();
    append(1);
    append(2);
    await log.close();
    const [chunk] = sealed;
    const path = chunk?.path ?? '';
    await appendFile(path, Buffer.from('0000002840404040', 'hex'));
    expect((await salvageChunk(path))?.chunk).toEqual(chunk);
    expect((await readFile(path)).length).toBe(chunk?.bytes);
    await mkdir(join(folder, 'other'));
    const torn = join(folder, 'other', chunkFileName(3, 1));
    await appendFile(torn, (await readFile(path)).subarray(0, 50));
    expect(await salvageChunk(torn)).toBeUndefined();
    expect(await readdir(join(folder, 'other'))).toEqual([]);
  });
});
