import { NumberedEdition } from '../../signaling/protocol/edition.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { namesIn } from '../../signaling/protocol/play-index.ts';
import { PlayIndex } from '../../storage/objects/manifest.ts';
import { objectKeys, resolveKey } from '../../storage/objects/object-keys.ts';
import { sealStateOf } from '../../storage/objects/sealed-json.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { EDITION_NAME } from '../edition/edition-files.ts';
import { bodyOf, checkNamed } from './derived-check.ts';
import { error, type Finding } from './finding.ts';

/** Versions of editions that have views, or had them, in order. */
export async function editionVersions(objects: ObjectStore, recordingId: RecordingId): Promise<number[]> {
  const prefix = objectKeys.editionsPrefix(recordingId);
  const versions = new Set<number>();
  for await (const { key } of objects.list(prefix)) {
    const version = /^(\d+)\/(?:index|edition)\.json$/.exec(key.slice(prefix.length))?.[1];
    if (version !== undefined) versions.add(Number(version));
  }
  return [...versions].toSorted((one, other) => one - other);
}

/** Undefined when it is not there or cannot be read. */
export async function readPlayIndex(objects: ObjectStore, indexKey: string): Promise<PlayIndex | undefined> {
  return parsed(await bodyOf(objects, indexKey), PlayIndex);
}

/** What the views of an edition were made by; undefined of those that were made before this was written down. */
export async function readEdition(
  objects: ObjectStore,
  recordingId: RecordingId,
  version: number,
): Promise<NumberedEdition | undefined> {
  const body = await bodyOf(objects, objectKeys.edition(recordingId, version, EDITION_NAME));
  if (body === undefined || sealStateOf(body, []) !== 'intact') return undefined;
  return parsed(body, NumberedEdition);
}

/** Keys of everything that an index names; those of an edition lie in part under `play/`. */
export function keysNamedBy(indexKey: string, index: PlayIndex): ReadonlySet<string> {
  return new Set(namesIn(index).map((name) => resolveKey(indexKey, name)));
}

/** Everything that the views of an edition name is in the store, and what is the edition's own is as it was written. */
export async function checkEditions(objects: ObjectStore, recordingId: RecordingId): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const version of await editionVersions(objects, recordingId)) {
    const indexKey = objectKeys.editionIndex(recordingId, version);
    const index = await readPlayIndex(objects, indexKey);
    if (index === undefined) findings.push(error(`cannot be read: ${AGAIN}`, indexKey));
    else findings.push(...(await checkEdition(objects, indexKey, index)));
  }
  return findings;
}

export async function checkEdition(objects: ObjectStore, indexKey: string, index: PlayIndex): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const key of keysNamedBy(indexKey, index)) {
    if (!key.startsWith('play/')) findings.push(...(await checkNamed(objects, key, undefined)));
    else if ((await objects.stat(key)) === undefined) {
      findings.push(error(`is named by an edition, but not in the store: ${AGAIN}`, key));
    }
  }
  return findings;
}

const AGAIN = '`rebuild` makes the views of editions again';

/** Undefined for what is not there, is no JSON, or is something else. */
export function parsed<T>(body: Buffer | undefined, schema: { parse(value: unknown): T }): T | undefined {
  if (body === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(body.toString('utf8')));
  } catch {
    return undefined;
  }
}
