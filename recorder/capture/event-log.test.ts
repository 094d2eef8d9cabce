import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordingEvent } from '../contract.ts';
import { EventLog, salvageEvents } from './event-log.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-events-'));
});
afterEach(() => rm(folder, { recursive: true }));

const events = (...numbers: number[]): RecordingEvent[] =>
  numbers.map((n) => ({ n, atUs: n * 1000, type: 'marker', data: { title: `第${n}节` } }));

async function numbersIn(path: string): Promise<number[]> {
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as RecordingEvent).n);
}

describe('EventLog', () => {
  it('stores each number once and in order, and asks again for what lies behind a hole', async () => {
    const log = new EventLog({ folder, upTo: -1, nextN: 0 });
    const answers = await Promise.all([
      log.append(events(0, 1, 2)),
      log.append(events(2, 1, 3)),
      log.append(events(5, 6)),
      log.append(events(4, 5)),
      log.append([]),
    ]);
    expect(answers).toEqual([2, 3, 3, 5, 5]);
    const sealed = await log.roll();
    expect(sealed).toMatchObject({ n: 0, lines: 6, upTo: 5 });
    expect(await numbersIn(sealed?.path ?? '')).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('rolls only what has lines, into files with rising numbers', async () => {
    const log = new EventLog({ folder, upTo: 9, nextN: 4 });
    expect(await log.roll()).toBeUndefined();
    await log.append(events(10));
    expect(await log.roll()).toMatchObject({ n: 4, upTo: 10 });
    expect(await log.roll()).toBeUndefined();
    await log.append(events(11));
    expect(await log.roll()).toMatchObject({ n: 5, upTo: 11 });
  });

  it('may begin behind numbers that another process acknowledged', async () => {
    const log = new EventLog({ folder, upTo: -1, nextN: 0 });
    expect(await log.append(events(57, 58))).toBe(58);
    expect(await log.append(events(60))).toBe(58);
    log.allowJump();
    expect(await log.append(events(60))).toBe(60);
  });

  it('is salvaged up to the last whole line after a crash', async () => {
    const log = new EventLog({ folder, upTo: -1, nextN: 0 });
    await log.append(events(0, 1));
    const path = join(folder, '000000.jsonl');
    const checksum = crc32(await readFile(path));
    await appendFile(path, '{"n":2,"atUs":3,"type":"mar');
    expect(await salvageEvents(folder)).toEqual([{ n: 0, path, lines: 2, crc32: checksum, upTo: 1 }]);
    // What was counted while writing is the same.
    expect(await log.roll()).toMatchObject({ crc32: checksum });
    expect(await numbersIn(path)).toEqual([0, 1]);
  });
});
