import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../signaling/protocol/errors.ts';
import { PlayIndex, type RecordingManifest, type Rendition } from '../../storage/objects/manifest.ts';
import { objectKeys, VIEW_CHAPTERS_NAME } from '../../storage/objects/object-keys.ts';
import { sealStateOf } from '../../storage/objects/sealed-json.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { MuxState } from '../mux/mux-state.ts';
import { isAsNamed } from '../mux/play-store.ts';
import { playlistsOf } from '../mux/playlists.ts';
import { viewChapters } from '../mux/view-chapters.ts';
import { readEvents } from '../produce/source/stored-recording.ts';
import { CHECKSUMS_NAME, Checksums } from '../produce/publish/checksums.ts';
import { error, warning, type Finding } from './finding.ts';

const REBUILD = '`rebuild` makes it again';

/** Everything playable that the manifest, the index and the muxer's state name is in the store, byte for byte as it was written. */
export async function checkDerived(objects: ObjectStore, manifest: RecordingManifest): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (!manifest.renditions.some(({ kind }) => kind === 'views') && manifest.state === 'captured') {
    findings.push(error('nothing can be played yet: `rebuild` derives it from the packet logs'));
  }
  for (const rendition of manifest.renditions) {
    if (rendition.kind === 'views') findings.push(...(await checkViews(objects, manifest, rendition.index)));
    else findings.push(...(await checkComposed(objects, manifest, rendition)));
  }
  return findings;
}

async function checkViews(objects: ObjectStore, manifest: RecordingManifest, indexKey: string): Promise<Finding[]> {
  const { recordingId } = manifest;
  const findings: Finding[] = [];
  const index = await readSealed(objects, indexKey, PlayIndex, findings);
  const state = await readSealed(objects, objectKeys.play(recordingId, 'state.json'), MuxState, findings);
  if (index === undefined) return findings;
  if (!index.complete) {
    findings.push(warning('the index is not complete: the last step of the muxer is missing', indexKey));
  }
  for (const [name, text] of playlistsOf(index)) {
    const key = objectKeys.play(recordingId, name);
    const body = await bodyOf(objects, key);
    if (body === undefined) findings.push(missing(key));
    else if (body.toString('utf8') !== text) findings.push(error(`is not the playlist of the index: ${REBUILD}`, key));
  }
  if (index.complete) findings.push(...(await checkChapters(objects, manifest, index)));
  for (const [name, bytes] of namedBy(index, state)) {
    findings.push(...(await checkNamed(objects, objectKeys.play(recordingId, name), bytes)));
  }
  return findings;
}

/** Recordings of before there were any have none. */
async function checkChapters(objects: ObjectStore, manifest: RecordingManifest, index: PlayIndex): Promise<Finding[]> {
  const key = objectKeys.play(manifest.recordingId, VIEW_CHAPTERS_NAME);
  const body = await bodyOf(objects, key);
  const events = await ifPossible(readEvents(objects, manifest));
  // Events that are away have a finding of their own.
  if (body === undefined || events === undefined) return [];
  if (body.toString('utf8') === viewChapters({ manifest, events, index })) return [];
  return [error(`are not the chapters of the recording: ${REBUILD}`, key)];
}

/** Segments and initialisations, with their size as far as it was written down. */
function namedBy(index: PlayIndex, state: MuxState | undefined): ReadonlyMap<string, number | undefined> {
  const wanted = new Map<string, number | undefined>();
  const sound = state?.sound;
  const segments = [
    ...index.views.flatMap(({ runs }) => runs.flatMap((run) => run.segments)),
    ...(index.sound?.segments ?? []),
    ...(state?.epochs ?? []).flatMap(({ runs }) =>
      runs.flatMap((run) => run.segments.map((segment) => ({ ...segment, init: run.init }))),
    ),
    ...(sound?.windows ?? []).map((window) => ({ ...window, init: sound?.init ?? '' })),
  ];
  for (const { init } of segments) wanted.set(init, undefined);
  for (const { uri, bytes } of segments) wanted.set(uri, bytes);
  return wanted;
}

export async function checkNamed(objects: ObjectStore, key: string, bytes: number | undefined): Promise<Finding[]> {
  const body = await bodyOf(objects, key);
  if (body === undefined) return [missing(key)];
  if (bytes !== undefined && body.length !== bytes) return [error(`has ${body.length} bytes instead of ${bytes}`, key)];
  return isAsNamed(key, body) === false ? [error(`is damaged: ${REBUILD}`, key)] : [];
}

/** A composed film: its files, whatever its playlists name, and what their checksums say. */
export async function checkComposed(
  objects: ObjectStore,
  { recordingId }: RecordingManifest,
  { attempt, master, mp4, poster, thumbnails, chapters, mp4Bytes }: Extract<Rendition, { kind: 'composed' }>,
): Promise<Finding[]> {
  const wanted = new Map<string, number | undefined>([[mp4, mp4Bytes]]);
  for (const key of [poster, thumbnails, chapters]) if (key !== undefined) wanted.set(key, undefined);
  const playlists = [master];
  for (const playlist of playlists) {
    wanted.set(playlist, undefined);
    for (const key of await namedIn(objects, playlist)) {
      if (wanted.has(key)) continue;
      wanted.set(key, undefined);
      if (key.endsWith('.m3u8')) playlists.push(key);
    }
  }
  const findings: Finding[] = [];
  for (const [key, bytes] of wanted) {
    const facts = await ifPossible(objects.stat(key));
    if (facts === undefined) findings.push(missing(key));
    else if (bytes !== undefined && facts.bytes !== bytes) {
      findings.push(error(`has ${facts.bytes} bytes instead of ${bytes}`, key));
    }
  }
  const keyOf = (name: string): string => objectKeys.produced(recordingId, attempt, name);
  return [...findings, ...(await checkChecksums(objects, keyOf))];
}

async function checkChecksums(objects: ObjectStore, keyOf: (name: string) => string): Promise<Finding[]> {
  const sumsKey = keyOf(CHECKSUMS_NAME);
  // Films that were made before there were any have none.
  if ((await objects.stat(sumsKey)) === undefined) return [];
  const findings: Finding[] = [];
  const checksums = await readSealed(objects, sumsKey, Checksums, findings);
  for (const [name, sha256] of Object.entries(checksums?.files ?? {})) {
    const found = await digestOf(objects, keyOf(name));
    if (found === undefined) findings.push(missing(keyOf(name)));
    else if (found !== sha256)
      findings.push(error('is damaged: producing the recording again makes it anew', keyOf(name)));
  }
  return findings;
}

async function digestOf(objects: ObjectStore, key: string): Promise<string | undefined> {
  const content = await ifPossible(objects.get(key));
  if (content === undefined) return undefined;
  const hash = createHash('sha256');
  await pipeline(content.stream, hash);
  return hash.digest('hex');
}

/** Keys that a playlist names (RFC 8216): lines, and the URI attributes of its tags. */
async function namedIn(objects: ObjectStore, playlist: string): Promise<string[]> {
  const body = await bodyOf(objects, playlist);
  if (body === undefined) return [];
  const folder = playlist.slice(0, playlist.lastIndexOf('/') + 1);
  const names = body
    .toString('utf8')
    .split(/\r?\n/)
    .flatMap((line) => {
      if (line !== '' && !line.startsWith('#')) return [line];
      return /URI="([^"]+)"/.exec(line)?.[1] ?? [];
    });
  return names.map((name) => folder + name);
}

const missing = (key: string): Finding =>
  error('can be played by name but is not in the store, or cannot be read there', key);

interface Schema<T> {
  readonly shape: object;
  parse(value: unknown): T;
}

/** Undefined, with a finding, when there is nothing that can be used. */
async function readSealed<T>(
  objects: ObjectStore,
  key: string,
  schema: Schema<T>,
  findings: Finding[],
): Promise<T | undefined> {
  const body = await bodyOf(objects, key);
  try {
    const parsed = schema.parse(JSON.parse(body?.toString('utf8') ?? ''));
    if (body !== undefined && sealStateOf(body, Object.keys(schema.shape)) === 'broken') {
      findings.push(error(`is not what was written: ${REBUILD}`, key));
    }
    return parsed;
  } catch {
    findings.push(error(`is missing or cannot be read: ${REBUILD}`, key));
    return undefined;
  }
}

/** Undefined when it is not there or cannot be read. */
export async function bodyOf(objects: ObjectStore, key: string): Promise<Buffer | undefined> {
  return (await ifPossible(objects.getBuffer(key)))?.body;
}

/** Undefined when there is no such object, when damage has made its name impossible, and when the store finds it damaged itself. */
async function ifPossible<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    return undefined;
  }
}
