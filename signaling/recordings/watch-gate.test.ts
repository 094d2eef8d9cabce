import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { Recording } from '../../storage/ports.ts';
import { WHOLE_EDITION } from '../protocol/edition.ts';
import { RecordingId } from '../protocol/ids.ts';
import type { PlayIndex } from '../protocol/play-index.ts';
import { WatchGate } from './watch-gate.ts';

const recordingId = RecordingId.parse('r');
const indexKey = objectKeys.editionIndex(recordingId, 0);
const recording = {
  ...{ recordingId, mediaId: recordingId, viewsIndexKey: objectKeys.playIndex(recordingId), film: null },
  edition: {
    ...{ version: 0, shownFrom: 0, sameFrom: 0, isErasing: false, views: { version: 0, indexKey, durationMs: 1 } },
    edition: { ...WHOLE_EDITION, people: 'lecturerAndBoard' },
  },
} as Recording;

const indexOf = (uri: string): PlayIndex => ({
  ...{ version: 1, recordingId, durationUs: 1, complete: true, views: [], masters: {} },
  sound: {
    ...{ playlist: 'sound.m3u8', mimeType: 'audio/mp4' },
    segments: [{ uri, init: 'init.mp4', startUs: 0, endUs: 1, bytes: 1 }],
  },
});

it('lets viewers have what the views of an edition name since they were repaired, and no more what they named before', async ({
  onTestFinished,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'tongke-gate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const objects = await DirectoryObjectStore.create(folder);
  let nowMs = 0;
  const gate = new WatchGate({
    recordings: { openToViewers: () => Promise.resolve(recording) },
    objects,
    nowMs: () => nowMs,
  });
  const permitted = (): Promise<boolean[]> =>
    Promise.all(['old.m4s', 'new.m4s'].map(async (name) => gate.permits(recordingId, `produced/edition/0/${name}`)));
  await objects.put(indexKey, Buffer.from(JSON.stringify(indexOf('old.m4s'))));
  expect(await permitted()).toEqual([true, false]);
  await objects.put(indexKey, Buffer.from(JSON.stringify(indexOf('new.m4s'))));
  nowMs = 10_000;
  expect(await permitted()).toEqual([false, true]);
});
