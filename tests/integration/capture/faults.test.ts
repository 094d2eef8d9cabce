import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MUX_QUEUE } from '../../../recorder/contract.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import type { ObjectStore } from '../../../storage/ports.ts';
import {
  CaptureStand,
  readManifest,
  readStoredTracks,
  RecordedRoom,
  until,
  type CaptureClient,
  type RecordedStream,
} from '../../support/stands/capture-stand.ts';
import { loadMediaClip, type MediaClip } from '../../support/rtp/media-clip.ts';
import { startRedis, type UrlService } from '../../support/stands/services.ts';
import { SfuStand } from '../../support/stands/sfu-stand.ts';

const FRAME_MS = 20;

let sfu: SfuStand;
let redis: UrlService;
let sound: MediaClip;
const cleanups: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  [sfu, redis, sound] = await Promise.all([
    SfuStand.create({ workers: 1 }),
    startRedis(),
    loadMediaClip({ codec: 'opus' }),
  ]);
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

afterAll(async () => {
  await redis?.stop();
  await sfu?.close();
});

async function startCapture(env: Readonly<Record<string, string>> = {}): Promise<CaptureStand> {
  const stand = await CaptureStand.start(sfu.secret, { REDIS_URL: redis.url, ...env });
  cleanups.push(() => stand.stop());
  return stand;
}

async function recordedSound(): Promise<{ room: RecordedRoom; audio: RecordedStream }> {
  const room = await RecordedRoom.open(sfu);
  cleanups.push(() => room.close());
  return { room, audio: await room.add({ clip: sound }) };
}

async function untilTapped(stand: CaptureStand): Promise<void> {
  await until('the tap', async () => (await stand.metric('capture_taps')) === 1);
}

/** The epoch that the room's only track is in, once packets arrive. */
async function untilFlowing(client: CaptureClient, room: RecordedRoom): Promise<number> {
  return until('packets', async () => {
    const { recordings } = await client.call('describe', {}).catch(() => ({ recordings: [] }));
    const [track] = recordings.find(({ recordingId }) => recordingId === room.recordingId)?.tracks ?? [];
    return track !== undefined && track.lastPacketUnixMs !== null && track.epoch;
  });
}

async function rtpOf(objects: ObjectStore, room: RecordedRoom) {
  const [track] = await readStoredTracks(objects, room.recordingId);
  if (track === undefined) throw new Error('no track was stored');
  const rtp = track.records.filter(({ kind }) => kind === 'rtp');
  return { ...track, rtp, timestamps: new Set(rtp.map(({ bytes }) => bytes.readUInt32BE(4))) };
}

async function finish(client: CaptureClient, room: RecordedRoom, fence = 1): Promise<boolean> {
  const { stored } = await client.call('finish', { recordingId: room.recordingId, fence, endedAtUs: 60_000_000 });
  return stored;
}

describe('capture under faults', () => {
  it('misses at most 1 s of sound when it is killed, goes on by itself as the next epoch, and marks the gap', async () => {
    const stand = await startCapture();
    const { room, audio } = await recordedSound();
    const client = await stand.connect();
    await client.call('setGoal', room.goal());
    await untilTapped(stand);
    await audio.start();
    expect(await untilFlowing(client, room)).toBe(1);
    await sleep(2_000);
    await stand.process.kill();
    // Nobody repeats the goal: the restarted process knows it.
    await stand.process.up();
    expect(await untilFlowing(client, room)).toBe(2);
    await sleep(1_000);
    room.close();
    expect(await finish(client, room)).toBe(true);

    const objects = await DirectoryObjectStore.create(join(stand.dataDir, 'objects'));
    const { epochs, timestamps } = await rtpOf(objects, room);
    const missingMs = (audio.source.packetsSent - timestamps.size) * FRAME_MS;
    expect(epochs).toEqual([1, 2]);
    expect(missingMs).toBeLessThanOrEqual(1_000);
    const { gaps } = await readManifest(objects, room.recordingId);
    expect(gaps).toMatchObject([{ trackId: audio.producer.trackId, cause: 'captureDown' }]);
    const gapMs = gaps.map(({ fromUs, toUs }) => (toUs - fromUs) / 1000);
    // The packets on both sides of the hole are a frame apart from what is missing.
    expect(Math.abs((gapMs[0] ?? 0) - missingMs)).toBeLessThanOrEqual(5 * FRAME_MS);
  });

  it('goes on as a new epoch and marks what is missing when the room comes back on the node', async () => {
    const stand = await startCapture();
    const { room, audio } = await recordedSound();
    const client = await stand.connect();
    await client.call('setGoal', room.goal());
    await untilTapped(stand);
    await audio.start();
    expect(await untilFlowing(client, room)).toBe(1);
    await sleep(1_000);
    await room.reopen();
    const again = await room.add({ clip: sound }, audio.producer.trackId);
    await sleep(500);
    await client.call('setGoal', room.goal(1, [again]));
    await again.start();
    await until('the next epoch', async () => (await untilFlowing(client, room)) === 2);
    expect(await finish(client, room)).toBe(true);
    const objects = await DirectoryObjectStore.create(join(stand.dataDir, 'objects'));
    const { gaps, tracks } = await readManifest(objects, room.recordingId);
    expect(tracks[0]?.epochs).toHaveLength(2);
    expect(gaps).toMatchObject([{ trackId: audio.producer.trackId, cause: 'mediaLost' }]);
    const [gap] = gaps;
    expect((gap?.toUs ?? 0) - (gap?.fromUs ?? 0)).toBeGreaterThan(500_000);
  });

  it('records and ends a recording while Redis is away, and asks for the mux when it is back', async () => {
    const ownRedis = await startRedis();
    cleanups.push(() => ownRedis.stop());
    const stand = await startCapture({ REDIS_URL: ownRedis.url });
    const { room, audio } = await recordedSound();
    const client = await stand.connect();
    await ownRedis.kill();
    await client.call('setGoal', room.goal());
    await untilTapped(stand);
    await audio.start();
    await untilFlowing(client, room);
    room.close();
    expect(await finish(client, room)).toBe(true);
    await ownRedis.up();
    const connection = new Redis(ownRedis.url, { maxRetriesPerRequest: null });
    const queue = new Queue(MUX_QUEUE, { connection });
    cleanups.push(async () => {
      await queue.close();
      connection.disconnect();
    });
    const job = await until('the job', async () => queue.getJob(`mux-${room.recordingId}-final`));
    expect(job.data).toEqual({ recordingId: room.recordingId, final: true });
    // Only now may the process forget the recording.
    await until('an empty folder', async () => (await client.call('describe', {})).recordings.length === 0);
  });
});
