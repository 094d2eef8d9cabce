import { open, readdir, readFile, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { AppError } from '../../signaling/protocol/errors.ts';
import { RecordingEvent } from '../contract.ts';

export interface SealedEvents {
  readonly n: number;
  readonly path: string;
  readonly lines: number;
  readonly crc32: number;
  /** Number of the last event in it. */
  readonly upTo: number;
}

export interface EventLogOptions {
  readonly folder: string;
  /** Highest event number stored before, -1 for none. */
  readonly upTo: number;
  /** Number of the next file. */
  readonly nextN: number;
}

interface OpenFile {
  readonly file: FileHandle;
  readonly path: string;
  readonly n: number;
  bytes: number;
  lines: number;
  crc32: number;
}

/**
 * A recording's `events.jsonl`: appended and durable before it is acknowledged, each event number once, cut into files that go the way of the chunks. Everything runs
 * one after the other.
 */
export class EventLog {
  readonly #folder: string;
  #upTo: number;
  #nextN: number;
  #open: OpenFile | undefined;
  /** The first batch after a start may follow numbers that another process acknowledged. */
  #mayJump = true;
  #work: Promise<unknown> = Promise.resolve();

  constructor({ folder, upTo, nextN }: EventLogOptions) {
    this.#folder = folder;
    this.#upTo = upTo;
    this.#nextN = nextN;
  }

  get upTo(): number {
    return this.#upTo;
  }

  get nextN(): number {
    return this.#nextN;
  }

  /** Another owner of the room may go on behind numbers that never came here. */
  allowJump(): void {
    this.#mayJump = true;
  }

  /**
   * Durable when it resolves. Numbers known already are skipped; what lies behind a missing number is left to be sent again.
   *
   * @returns the highest number stored.
   * @throws AppError `storageFull`, or `unavailable` when the disk refuses otherwise.
   */
  append(events: readonly RecordingEvent[]): Promise<number> {
    return this.#then(async () => {
      const fresh = this.#takeFresh(events);
      const last = fresh.at(-1);
      if (last !== undefined) {
        await this.#write(fresh);
        this.#upTo = last.n;
        this.#mayJump = false;
      }
      return this.#upTo;
    });
  }

  /** Ends the current file, if there is one with a line in it. */
  roll(): Promise<SealedEvents | undefined> {
    return this.#then(async () => {
      const current = this.#open;
      if (current === undefined) return undefined;
      this.#open = undefined;
      await current.file.close();
      return current.lines === 0
        ? undefined
        : { n: current.n, path: current.path, lines: current.lines, crc32: current.crc32, upTo: this.#upTo };
    });
  }

  #then<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#work.then(step);
    this.#work = result.catch(() => undefined);
    return result;
  }

  #takeFresh(events: readonly RecordingEvent[]): RecordingEvent[] {
    const fresh: RecordingEvent[] = [];
    let expected = this.#upTo + 1;
    for (const event of events.toSorted((a, b) => a.n - b.n)) {
      if (event.n < expected) continue;
      const isJump = event.n > expected;
      if (isJump && !(this.#mayJump && fresh.length === 0)) break;
      fresh.push(event);
      expected = event.n + 1;
    }
    return fresh;
  }

  async #write(events: readonly RecordingEvent[]): Promise<void> {
    const text = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    try {
      const current = (this.#open ??= await this.#start());
      try {
        await current.file.appendFile(text);
        await current.file.datasync();
      } catch (error) {
        // Half a line must not stand before the next one.
        await current.file.truncate(current.bytes).catch(() => undefined);
        throw error;
      }
      current.bytes += text.length;
      current.lines += events.length;
      current.crc32 = crc32(text, current.crc32);
    } catch (error) {
      throw new AppError(isNoSpace(error) ? 'storageFull' : 'unavailable', { cause: error });
    }
  }

  async #start(): Promise<OpenFile> {
    const n = this.#nextN;
    const path = join(this.#folder, eventFileName(n));
    const file = await open(path, 'ax', 0o640);
    this.#nextN += 1;
    return { file, path, n, bytes: 0, lines: 0, crc32: 0 };
  }
}

export function isNoSpace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function eventFileName(n: number): string {
  return `${String(n).padStart(6, '0')}.jsonl`;
}

/** Sealed files of what an earlier process left; a torn last line is cut off, an empty file removed. */
export async function salvageEvents(folder: string): Promise<SealedEvents[]> {
  const sealed: SealedEvents[] = [];
  for (const name of (await readdir(folder)).toSorted()) {
    const match = /^(\d{6,})\.jsonl$/.exec(name);
    if (match === null) continue;
    const path = join(folder, name);
    const facts = await salvageFile(path);
    if (facts === undefined) await unlink(path);
    else sealed.push({ n: Number(match[1]), path, ...facts });
  }
  return sealed;
}

async function salvageFile(path: string): Promise<Omit<SealedEvents, 'n' | 'path'> | undefined> {
  const content = await readFile(path);
  let at = 0;
  let lines = 0;
  let upTo = -1;
  for (let end = content.indexOf(10); end !== -1; end = content.indexOf(10, at)) {
    const event = parseLine(content.toString('utf8', at, end));
    if (event === undefined) break;
    at = end + 1;
    lines += 1;
    upTo = event.n;
  }
  if (lines === 0) return undefined;
  if (at < content.length) {
    const file = await open(path, 'r+');
    try {
      await file.truncate(at);
      await file.datasync();
    } finally {
      await file.close();
    }
  }
  return { lines, crc32: crc32(content.subarray(0, at)), upTo };
}

function parseLine(line: string): RecordingEvent | undefined {
  try {
    return RecordingEvent.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
