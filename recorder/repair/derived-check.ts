import { AppError } from '../../signaling/protocol/errors.ts';
import { PlayIndex, type RecordingManifest, type Rendition } from '../../storage/objects/manifest.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { MuxState } from '../mux/mux-state.ts';
import { error, warning, type Finding } from './finding.ts';

/** Everything playable that the manifest, the index and the muxer's state name is in the store, at its size. */
export async function checkDerived(objects: ObjectStore, manifest: RecordingManifest): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (!manifest.renditions.some(({ kind }) => kind === 'views') && manifest.state === 'captured') {
    findings.push(error('nothing can be played yet: `rebuild` derives it from the packet logs'));
  }
  for (const rendition of manifest.renditions) {
    if (rendition.kind === 'views') findings.push(...(await checkViews(objects, manifest, rendition.index)));
    else findings.push(...(await checkComposed(objects, rendition)));
  }
  return findings;
}

async function checkViews(objects: ObjectStore, manifest: RecordingManifest, indexKey: string): Promise<Finding[]> {
  const { recordingId } = manifest;
  const index = await readJson(objects, indexKey, (value) => PlayIndex.parse(value));
  const stateKey = objectKeys.play(recordingId, 'state.json');
  const state = await readJson(objects, stateKey, (value) => MuxState.parse(value));
  if (index === undefined) return [error('is missing or cannot be read: `rebuild` makes it again', indexKey)];
  const findings: Finding[] = [];
  if (state === undefined) findings.push(error('is missing or cannot be read: `rebuild` makes it again', stateKey));
  if (!index.complete)
    findings.push(warning('the index is not complete: the last step of the muxer is missing', indexKey));
  const texts = [
    index.sound?.playlist,
    ...Object.values(index.masters),
    ...Object.keys(index.masters).map(viewPlaylist),
  ];
  const segments = [
    ...index.views.flatMap(({ runs }) => runs.flatMap((run) => run.segments)),
    ...(index.sound?.segments ?? []),
  ];
  const stored = (state?.epochs ?? []).flatMap(({ runs }) =>
    runs.flatMap((run) => run.segments.map((segment) => ({ ...segment, init: run.init }))),
  );
  const wanted = new Map<string, number | undefined>();
  for (const text of texts) if (text !== undefined) wanted.set(objectKeys.play(recordingId, text), undefined);
  for (const { uri, init, bytes } of [...segments, ...stored]) {
    wanted.set(objectKeys.play(recordingId, init), undefined);
    wanted.set(objectKeys.play(recordingId, uri), bytes);
  }
  return [...findings, ...(await checkKeys(objects, wanted))];
}

function viewPlaylist(view: string): string {
  return `view-${view}.m3u8`;
}

/** A composed film: its files, and whatever its playlists name. */
async function checkComposed(
  objects: ObjectStore,
  { master, mp4, poster, thumbnails, chapters, mp4Bytes }: Extract<Rendition, { kind: 'composed' }>,
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
  return checkKeys(objects, wanted);
}

/** Keys that a playlist names (RFC 8216): lines, and the URI attributes of its tags. */
async function namedIn(objects: ObjectStore, playlist: string): Promise<string[]> {
  if ((await objects.stat(playlist)) === undefined) return [];
  const folder = playlist.slice(0, playlist.lastIndexOf('/') + 1);
  const text = (await objects.getBuffer(playlist)).body.toString('utf8');
  const names = text.split(/\r?\n/).flatMap((line) => {
    if (line !== '' && !line.startsWith('#')) return [line];
    return /URI="([^"]+)"/.exec(line)?.[1] ?? [];
  });
  return names.map((name) => folder + name);
}

async function checkKeys(objects: ObjectStore, wanted: ReadonlyMap<string, number | undefined>): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [key, bytes] of wanted) {
    const facts = await objects.stat(key);
    if (facts === undefined) findings.push(error('can be played by name but is not in the store', key));
    else if (bytes !== undefined && facts.bytes !== bytes) {
      findings.push(error(`has ${facts.bytes} bytes instead of ${bytes}`, key));
    }
  }
  return findings;
}

async function readJson<T>(objects: ObjectStore, key: string, parse: (value: unknown) => T): Promise<T | undefined> {
  try {
    return parse(JSON.parse((await objects.getBuffer(key)).body.toString('utf8')));
  } catch (cause) {
    if (cause instanceof AppError && cause.code !== 'notFound') throw cause;
    return undefined;
  }
}
