import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { ChunkReader } from '../../../recorder/packet-log/format.ts';
import type { RecordingManifest } from '../../../storage/objects/manifest.ts';
import type { ObjectStore } from '../../../storage/ports.ts';
import {
  CaptureStand,
  readManifest,
  until,
  type RecordedRoom,
  type RecordedStream,
} from '../../support/stands/capture-stand.ts';
import { faultyStore, type StoreKind } from '../../support/stands/faulty-store.ts';
import { expectPlayable, storedTimestamps } from '../../support/media/recorded-outcome.ts';
import { endLesson, recordedPair, untilEpoch, type After, type Stage } from './stage.ts';

/** Epochs of a capture that takes a recording over begin here. */
const SECOND_EPOCH = 101;
/** A gap runs from the last packet before it to the first behind it: at 25 pictures a second each is up to this far from the mark that it is measured by. */
const PICTURE_MS = 40;

/** Two machines, each with a disk of its own, and one store. */
async function twoMachines(stage: Stage, kind: StoreKind, after: After) {
  const store = await faultyStore(kind);
  after(() => store.close());
  const start = async (): Promise<CaptureStand> => {
    const stand = await CaptureStand.start(stage.sfu.secret, { REDIS_URL: stage.redis.url }, { store });
    after(() => stand.stop());
    return stand;
  };
  const [first, second] = await Promise.all([start(), start()]);
  const pair = await recordedPair(stage, first, after);
  await pair.begin();
  await untilEpoch(pair.client, pair.room, 1);
  return { ...pair, store, first, other: await second.connect() };
}

/** What has been sent by now, and when that is. */
const mark = (streams: readonly RecordedStream[]) => ({
  atMs: performance.now(),
  sent: streams.map(({ source }) => source.packetsSent),
});
type Mark = ReturnType<typeof mark>;

/** No gap is longer than what was between the two marks. */
function expectShortGaps({ gaps }: RecordingManifest, [from, to]: readonly [Mark, Mark]): void {
  for (const { fromUs, toUs } of gaps)
    expect((toUs - fromUs) / 1000).toBeLessThan(to.atMs - from.atMs + 2 * PICTURE_MS);
}

/** At most what was sent between the two marks is missing, and nothing is there twice. */
async function expectMissing(
  objects: ObjectStore,
  room: RecordedRoom,
  streams: readonly RecordedStream[],
  between: readonly [Mark, Mark],
): Promise<void> {
  for (const [index, stream] of streams.entries()) {
    const missing = await missingPackets(objects, room, stream);
    const [from, to] = between.map(({ sent }) => sent[index] ?? 0);
    expect(missing).toBeGreaterThanOrEqual(0);
    expect(missing).toBeLessThanOrEqual((to ?? 0) - (from ?? 0));
  }
}

async function missingPackets(objects: ObjectStore, room: RecordedRoom, stream: RecordedStream): Promise<number> {
  const counts = await storedTimestamps(objects, room.recordingId, stream);
  const stored = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return stream.source.packetsSent - stored;
}

/** Of each stream, in the chunks that a machine has not stored yet. */
async function packetsOnDisk(stand: CaptureStand, streams: readonly RecordedStream[]): Promise<number[]> {
  const files = (await stand.localChunks()).map((file) => readFile(join(stand.dataDir, 'capture', file)));
  const chunks = (await Promise.all(files)).map((bytes) => new ChunkReader(bytes));
  return streams.map(({ producer }) => {
    const own = chunks.filter(({ header }) => header?.trackId === producer.trackId);
    return own.flatMap((chunk) => [...chunk]).filter(({ kind }) => kind === 'rtp').length;
  });
}

/**
 * The first machine dies with what it has not stored, another goes on and ends the recording; when the first comes back, what it had is in its place and the gap is
 * as short as what nobody captured.
 */
export async function movedCapture(stage: Stage, kind: StoreKind, after: After): Promise<void> {
  const { room, streams, client, store, first, other } = await twoMachines(stage, kind, after);
  const { recordingId } = room;
  const event = { n: 0, atUs: 1, type: 'slide' as const, data: { page: 1 } };
  expect(await client.call('appendEvents', { recordingId, fence: 1, events: [event] })).toEqual({ upTo: 0 });
  await sleep(2_000);
  const kept = mark(streams);
  await until('what was sent by then to be on the disk', async () => {
    const written = await packetsOnDisk(first, streams);
    return written.every((packets, index) => packets >= (kept.sent[index] ?? 0));
  });
  await first.process.kill();
  await other.call('setGoal', room.goal(2));
  await untilEpoch(other, room, SECOND_EPOCH);
  const taken = mark(streams);
  await sleep(500);
  expect(await endLesson(other, room, 2)).toBe(true);
  const before = await expectPlayable(store.objects, recordingId);
  for (const [index, stream] of streams.entries()) {
    expect(await missingPackets(store.objects, room, stream)).toBeGreaterThanOrEqual(kept.sent[index] ?? 0);
  }

  await first.process.up();
  await until('the first machine to bring out what it has', async () => {
    return (await first.localChunks()).length === 0 && (await first.metric('capture_recordings')) === 0;
  });
  const manifest = await readManifest(store.objects, recordingId);
  expect(manifest).toMatchObject({ state: 'captured', fence: 2, events: { chunks: [{ lines: 1 }] } });
  await expectMissing(store.objects, room, streams, [kept, taken]);
  expect(manifest.gaps.length).toBeGreaterThan(0);
  expectShortGaps(manifest, [kept, taken]);
  const index = await expectPlayable(store.objects, recordingId);
  const startOf = ({ views }: typeof index): number => views[0]?.runs[0]?.segments[0]?.startUs ?? 0;
  expect(startOf(index)).toBeLessThan(startOf(before) - 1_900_000);
}

/** Both are told to record; the one with the older fence stops, what it has is stored, and nothing is there twice. */
export async function twoByMistake(stage: Stage, kind: StoreKind, after: After): Promise<void> {
  const { room, streams, client, store, first, other } = await twoMachines(stage, kind, after);
  await sleep(1_000);
  const before = mark(streams);
  await other.call('setGoal', room.goal(2));
  await untilEpoch(other, room, SECOND_EPOCH);
  const taken = mark(streams);
  await until('the older one to stop', async () => (await client.call('describe', {})).recordings.length === 0);
  // Told once more by whoever does not know yet.
  await expect(client.call('setGoal', room.goal(1))).rejects.toMatchObject({ code: 'staleFence' });
  await sleep(500);
  expect(await endLesson(other, room, 2)).toBe(true);
  expect(await first.localChunks()).toEqual([]);
  await expectMissing(store.objects, room, streams, [before, taken]);
  const manifest = await readManifest(store.objects, room.recordingId);
  expect(manifest).toMatchObject({ state: 'captured', fence: 2 });
  expect(manifest.tracks).toHaveLength(2);
  expectShortGaps(manifest, [before, taken]);
  for (const { epochs } of manifest.tracks) expect(epochs.map(({ epoch }) => epoch)).toEqual([1, SECOND_EPOCH]);
  await expectPlayable(store.objects, room.recordingId);
}
