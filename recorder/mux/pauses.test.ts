import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import { LoggedRecording } from '../../tests/support/media/logged-recording.ts';
import { emptyMuxState } from './mux-state.ts';
import { readPauses } from './pauses.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-pauses-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('pauses are read chunk by chunk, each event once; one that is open reaches to the end of time', async () => {
  const store = await DirectoryObjectStore.create(folder);
  const recording = new LoggedRecording(store, 0);
  const manifests = new ManifestStore(store);
  const read = async (state: Parameters<typeof readPauses>[2]) => {
    const manifest = await manifests.read(recording.recordingId);
    if (manifest === undefined) throw new Error('no manifest');
    return readPauses(store, manifest, state);
  };
  await recording.addEvents([
    { n: 0, atUs: 1, type: 'resumed', data: {} },
    { n: 1, atUs: 10, type: 'paused', data: {} },
    { n: 2, atUs: 11, type: 'paused', data: {} },
  ]);
  const open = await read(emptyMuxState(recording.recordingId));
  expect(open).toMatchObject({ leftOut: [{ fromUs: 10 }], nextEvents: 1 });
  expect(open.leftOut[0]?.toUs).toBeGreaterThan(1e15);
  await recording.addEvents([
    { n: 3, atUs: 30, type: 'resumed', data: {} },
    { n: 4, atUs: 50, type: 'paused', data: {} },
    { n: 5, atUs: 60, type: 'resumed', data: {} },
  ]);
  const ended = await read(open);
  expect(ended).toEqual({
    leftOut: [
      { fromUs: 10, toUs: 30 },
      { fromUs: 50, toUs: 60 },
    ],
    withheld: [],
    nextEvents: 2,
    eventChunks: 2,
  });
  expect(await read(ended)).toEqual(ended);
});

it('pauses of events that come late, from before what has been read, are in their place', async () => {
  const store = await DirectoryObjectStore.create(folder);
  const recording = new LoggedRecording(store, 0);
  const manifests = new ManifestStore(store);
  await recording.addEvents([{ n: 0, atUs: 10, type: 'paused', data: {} }]);
  await recording.addEvents([{ n: 1, atUs: 30, type: 'resumed', data: {} }]);
  const manifest = await manifests.read(recording.recordingId);
  if (manifest === undefined) throw new Error('no manifest');
  const later = { ...manifest, events: { chunks: manifest.events.chunks.slice(1) } };
  const state = await readPauses(store, later, emptyMuxState(recording.recordingId));
  expect(state.leftOut).toEqual([]);
  expect((await readPauses(store, manifest, state)).leftOut).toEqual([{ fromUs: 10, toUs: 30 }]);
});
