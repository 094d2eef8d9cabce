import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import { PlayIndex, type PlayRun, type PlaySegment } from '../../../storage/objects/manifest.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../../storage/ports.ts';

export async function readPlayIndex(store: ObjectStore, recordingId: RecordingId): Promise<PlayIndex> {
  const { body } = await store.getBuffer(objectKeys.playIndex(recordingId));
  return PlayIndex.parse(JSON.parse(body.toString('utf8')));
}

/** The runs of a view; fails when there is no such view. */
export function runsOf(index: PlayIndex, view: string): readonly PlayRun[] {
  const found = index.views.find((each) => each.view === view);
  if (found === undefined) throw new Error(`no view ${view} among ${index.views.map((each) => each.view).join()}`);
  return found.runs;
}

/** Initialisation and segments one after another: what a player's buffer gets, as a file. */
export async function writePlayable(
  store: ObjectStore,
  recordingId: RecordingId,
  folder: string,
  name: string,
  segments: readonly PlaySegment[],
): Promise<string> {
  const init = segments[0]?.init ?? '';
  const parts: Buffer[] = [];
  for (const uri of [init, ...segments.map((segment) => segment.uri)]) {
    parts.push((await store.getBuffer(objectKeys.play(recordingId, uri))).body);
  }
  const path = join(folder, name);
  await writeFile(path, Buffer.concat(parts));
  return path;
}
