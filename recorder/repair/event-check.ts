import { crc32 } from 'node:zlib';
import type { RecordingManifest } from '../../storage/objects/manifest.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { RecordingEvent } from '../contract.ts';
import { bodyOf } from './derived-check.ts';
import { error, type Finding } from './finding.ts';

/** A capture that takes a recording over leaves at least so many numbers to the one before it. */
const TAKE_OVER_STRIDE = 100;

interface EventFile {
  readonly n: number;
  readonly events: readonly RecordingEvent[];
}

export interface EventReport {
  /** In order, as far as they can be read. */
  readonly events: readonly RecordingEvent[];
  readonly findings: readonly Finding[];
}

/** Every file of events is there and what was written, and no event is missing between them. */
export async function checkEvents(objects: ObjectStore, manifest: RecordingManifest): Promise<EventReport> {
  const findings: Finding[] = [];
  const files: EventFile[] = [];
  for (const chunk of manifest.events.chunks.toSorted((one, other) => one.n - other.n)) {
    files.push({ n: chunk.n, events: await readFile(objects, chunk, findings) });
  }
  const events = files.flatMap((file) => file.events).toSorted((one, other) => one.n - other.n);
  // Of somebody who was erased the events are gone, and their numbers with them; the files are all still there.
  const isErased = manifest.tracks.some(({ erasedAtUnixMs }) => erasedAtUnixMs !== undefined);
  if (!isErased) findings.push(...missingEvents(events, files));
  findings.push(...missingFiles(files, isErased));
  return { events, findings };
}

async function readFile(
  objects: ObjectStore,
  { key, lines, crc32: told }: RecordingManifest['events']['chunks'][number],
  findings: Finding[],
): Promise<RecordingEvent[]> {
  const body = await bodyOf(objects, key);
  if (body === undefined) {
    findings.push(error('is in the manifest but not in the store, or cannot be read there', key));
    return [];
  }
  if (told !== undefined && crc32(body) !== told) findings.push(error('its checksum is wrong', key));
  const found = body
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  const events = found.flatMap((line) => eventOf(line) ?? []);
  const unknown = found.length - events.length;
  if (found.length !== lines) findings.push(error(`the manifest says ${lines} lines, there are ${found.length}`, key));
  if (unknown > 0) findings.push(error(`${unknown} lines are no events`, key));
  return events;
}

function eventOf(line: string): RecordingEvent | undefined {
  try {
    return RecordingEvent.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** Signaling numbers the events of a recording from 0 without a hole, whoever captures it. */
function missingEvents(events: readonly RecordingEvent[], files: readonly EventFile[]): Finding[] {
  const findings: Finding[] = [];
  let expected = 0;
  for (const { n } of events) {
    if (n > expected) {
      const last = files.findLast((file) => file.events.some((event) => event.n < expected));
      const behind = last === undefined ? 'at the beginning' : `behind event file ${last.n}`;
      findings.push(error(`${rangeText('event', expected, n - 1)} missing, ${behind}`));
    }
    expected = Math.max(expected, n + 1);
  }
  return findings;
}

/**
 * A number that no file has was never used when the events around it follow each other (a file that the disk refused), and belongs to no file when another capture has
 * taken over there.
 */
function missingFiles(files: readonly EventFile[], isErased: boolean): Finding[] {
  return files.flatMap((file, index): Finding[] => {
    const before = files[index - 1];
    if (before === undefined || file.n - before.n === 1 || file.n - before.n >= TAKE_OVER_STRIDE) return [];
    const [last, first] = [before.events.at(-1)?.n, file.events[0]?.n];
    const isUnbroken = last !== undefined && first !== undefined && first <= last + 1;
    if (isUnbroken && !isErased) return [];
    return [error(`${rangeText('event file', before.n + 1, file.n - 1)} missing in the manifest`)];
  });
}

function rangeText(what: string, from: number, to: number): string {
  return from === to ? `${what} ${from} is` : `${what}s ${from} to ${to} are`;
}
