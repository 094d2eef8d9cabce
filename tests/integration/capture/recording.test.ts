import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MUX_QUEUE } from '../../../recorder/contract.ts';
import type { ObjectStore } from '../../../storage/ports.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import {
  CaptureStand,
  readManifest,
  readStoredTracks,
  RecordedRoom,
  until,
  type CaptureClient,
} from '../../support/stands/capture-stand.ts';
import { loadMediaClip, type MediaClip } from '../../support/rtp/media-clip.ts';
import { startRedis, type UrlService } from '../../support/stands/services.ts';
import { SfuStand } from '../../support/stands/sfu-stand.ts';

const RTP_SEQUENCE_AT = 2;

let sfu: SfuStand;
let redis: UrlService;
let stand: CaptureStand;
let capture: CaptureClient;
let objects: ObjectStore;
let sound: MediaClip;
let picture: MediaClip;
const rooms: RecordedRoom[] = [];

beforeAll(async () => {
  [sfu, redis, sound, picture] = await Promise.all([
    SfuStand.create({ workers: 1 }),
    startRedis(),
    loadMediaClip({ codec: 'opus' }),
    loadMediaClip({ codec: 'VP8' }),
  ]);
  stand = await CaptureStand.start(sfu.secret, { REDIS_URL: redis.url });
  capture = await stand.connect();
  objects = await DirectoryObjectStore.create(join(stand.dataDir, 'objects'));
});

afterEach(() => {
  for (const room of rooms.splice(0)) room.close();
});

afterAll(async () => {
  await stand?.stop();
  await redis?.stop();
  await sfu?.close();
});

async function recordedRoom(): Promise<RecordedRoom> {
  const room = await RecordedRoom.open(sfu);
  rooms.push(room);
  return room;
}

async function untilTapped(room: RecordedRoom, taps = room.streams.length): Promise<void> {
  await until('taps', async () => {
    const { recordings } = await capture.call('describe', {});
    return recordings.find(({ recordingId }) => recordingId === room.recordingId)?.tracks.length === taps;
  });
}

describe('capture', () => {
  it('stores every packet and the sender reports in chunks of at most 10 s, and asks for the mux', async () => {
    const room = await recordedRoom();
    const audio = await room.add({ clip: sound });
    const video = await room.add({ clip: picture });
    await capture.call('setGoal', room.goal());
    await untilTapped(room);
    await audio.start();
    await video.start();
    await sleep(11_500);
    room.close();
    await capture.call('appendEvents', {
      recordingId: room.recordingId,
      fence: 1,
      events: [{ n: 0, atUs: 1, type: 'slide', data: { page: 3 } }],
    });
    const ended = performance.now();
    const { stored } = await capture.call('finish', { recordingId: room.recordingId, fence: 1, endedAtUs: 11_500_000 });
    expect(stored).toBe(true);
    expect(performance.now() - ended).toBeLessThan(3_000);

    const manifest = await readManifest(objects, room.recordingId);
    expect(manifest).toMatchObject({ state: 'captured', endedAtUs: 11_500_000, fence: 1, gaps: [] });
    expect(manifest.events.chunks.map(({ lines }) => lines)).toEqual([1]);
    expect(manifest.tracks.every(({ epochs }) => epochs.every(({ closed }) => closed))).toBe(true);
    const tracks = await readStoredTracks(objects, room.recordingId);
    for (const { source, producer } of [audio, video]) {
      const track = tracks.find(({ trackId }) => trackId === producer.trackId);
      const rtp = track?.records.filter(({ kind }) => kind === 'rtp') ?? [];
      expect(new Set(rtp.map(({ bytes }) => bytes.readUInt16BE(RTP_SEQUENCE_AT))).size).toBe(source.packetsSent);
      expect(rtp.length).toBe(source.packetsSent);
      expect(track?.records.filter(({ kind }) => kind === 'rtcp').length).toBeGreaterThan(2);
      expect(track?.chunkSpansUs.length).toBe(2);
      expect(Math.max(...(track?.chunkSpansUs ?? []))).toBeLessThan(10_000_000);
    }
    await untilQueued(room);
    expect(await until('an empty disk', async () => (await stand.localChunks()).length === 0)).toBe(true);
  });
});

async function untilQueued(room: RecordedRoom): Promise<void> {
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  const queue = new Queue(MUX_QUEUE, { connection });
  try {
    await until('mux jobs', async () => {
      const jobs = await queue.getJobs(['waiting', 'prioritized', 'delayed']);
      const mine = jobs.filter(({ data }) => data.recordingId === room.recordingId);
      return (
        mine.some(({ data }) => data.final === true) && mine.filter(({ data }) => data.final === false).length === 1
      );
    });
  } finally {
    await queue.close();
    connection.disconnect();
  }
}
