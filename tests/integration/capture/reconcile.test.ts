import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import type { ObjectStore } from '../../../storage/ports.ts';
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

let sfu: SfuStand;
let redis: UrlService;
let stand: CaptureStand;
let capture: CaptureClient;
let objects: ObjectStore;
let sound: MediaClip;
const cleanups: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  [sfu, redis, sound] = await Promise.all([
    SfuStand.create({ workers: 1 }),
    startRedis(),
    loadMediaClip({ codec: 'opus' }),
  ]);
  stand = await CaptureStand.start(sfu.secret, { REDIS_URL: redis.url });
  capture = await stand.connect();
  objects = await DirectoryObjectStore.create(join(stand.dataDir, 'objects'));
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

afterAll(async () => {
  await stand?.stop();
  await redis?.stop();
  await sfu?.close();
});

async function newRoom(): Promise<RecordedRoom> {
  const room = await RecordedRoom.open(sfu);
  cleanups.push(() => room.close());
  return room;
}

async function untilEpochFlows(room: RecordedRoom, epoch: number, client = capture): Promise<void> {
  await until(`packets of epoch ${epoch}`, async () => {
    const { recordings } = await client.call('describe', {});
    const [track] = recordings.find(({ recordingId }) => recordingId === room.recordingId)?.tracks ?? [];
    return track?.epoch === epoch && track.lastPacketUnixMs !== null;
  });
}

async function finish(room: RecordedRoom, fence = 1, client = capture): Promise<boolean> {
  return (await client.call('finish', { recordingId: room.recordingId, fence, endedAtUs: 5_000_000 })).stored;
}

describe('capture and its goal', () => {
  it('begins an epoch without a gap when a track has a new producer', async () => {
    const room = await newRoom();
    const first = await room.add({ clip: sound });
    await capture.call('setGoal', room.goal());
    await first.start();
    await untilEpochFlows(room, 1);
    await room.closeProducer(first);
    const second = await room.add({ clip: sound }, first.producer.trackId);
    await capture.call('setGoal', room.goal(1, [second]));
    await second.start();
    await untilEpochFlows(room, 2);
    expect(await finish(room)).toBe(true);
    const manifest = await readManifest(objects, room.recordingId);
    expect(manifest.tracks).toHaveLength(1);
    expect(manifest.tracks[0]?.epochs).toMatchObject([
      { epoch: 1, producerId: first.producer.producerId, closed: true },
      { epoch: 2, producerId: second.producer.producerId, closed: true },
    ]);
    expect(manifest.gaps).toEqual([]);
  });

  it('refuses an older fence, and an order for a recording without a goal', async () => {
    const room = await newRoom();
    await room.add({ clip: sound });
    const { recordingId } = room;
    await expect(capture.call('appendEvents', { recordingId, fence: 1, events: [] })).rejects.toMatchObject({
      code: 'notFound',
    });
    await expect(finish(room)).rejects.toMatchObject({ code: 'notFound' });
    await capture.call('setGoal', room.goal(3));
    const stale = { code: 'staleFence' };
    await expect(capture.call('setGoal', room.goal(2))).rejects.toMatchObject(stale);
    await expect(capture.call('appendEvents', { recordingId, fence: 2, events: [] })).rejects.toMatchObject(stale);
    await expect(finish(room, 2)).rejects.toMatchObject(stale);
    expect(await finish(room, 3)).toBe(true);
    // Repeated after everything has left the process.
    expect(await finish(room, 3)).toBe(true);
    await expect(capture.call('setGoal', room.goal(3))).rejects.toMatchObject({ code: 'gone' });
  });

  it('acknowledges each event once, and keeps what was acknowledged through kill -9', async () => {
    const room = await newRoom();
    await capture.call('setGoal', room.goal());
    const { recordingId } = room;
    const event = (n: number) => ({ n, atUs: n, type: 'marker' as const, data: { title: `第${n}节` } });
    const append = async (...numbers: number[]) =>
      (await capture.call('appendEvents', { recordingId, fence: 1, events: numbers.map(event) })).upTo;
    expect(await append(0, 1, 2)).toBe(2);
    expect(await append(1, 2, 3)).toBe(3);
    // 4 is missing: 5 must come again.
    expect(await append(5)).toBe(3);
    await stand.process.kill();
    await stand.process.up();
    await capture.opened();
    expect(await append(3, 4)).toBe(4);
    expect(await finish(room)).toBe(true);
    const { events } = await readManifest(objects, recordingId);
    const bodies = await Promise.all(events.chunks.map(async ({ key }) => (await objects.getBuffer(key)).body));
    const lines = Buffer.concat(bodies).toString('utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).toEqual([0, 1, 2, 3, 4]);
  });

  it('tells of a track that falls silent, and of its return, but not of one that is paused', async () => {
    const room = await newRoom();
    const audio = await room.add({ clip: sound });
    const paused = await room.add({ clip: sound });
    await room.pauseProducer(paused);
    const notices: boolean[] = [];
    const wrong: boolean[] = [];
    cleanups.push(
      capture.notices.on('trackSilent', ({ trackId, silent }) => {
        if (trackId === audio.producer.trackId) notices.push(silent);
        if (trackId === paused.producer.trackId) wrong.push(silent);
      }),
    );
    await capture.call('setGoal', room.goal());
    await audio.start();
    await untilEpochFlows(room, 1);
    audio.source.pause();
    const pausedAt = performance.now();
    await until('silence', async () => notices.length === 1);
    expect(performance.now() - pausedAt).toBeGreaterThan(4_500);
    audio.source.resume();
    await until('sound', async () => notices.length === 2);
    expect(notices).toEqual([true, false]);
    expect(wrong).toEqual([]);
    expect(await finish(room)).toBe(true);
  });
});

describe('two captures of one recording', () => {
  it('leave it to the higher fence, and nothing that the older one had is lost', async () => {
    const room = await newRoom();
    const audio = await room.add({ clip: sound });
    // On the same data folder, as a second process of one machine.
    const newer = await CaptureStand.start(sfu.secret, { REDIS_URL: redis.url, DATA_DIR: stand.dataDir });
    cleanups.push(() => newer.stop());
    const other = await newer.connect();
    await capture.call('setGoal', room.goal(1));
    await until('the tap', async () => (await stand.metric('capture_taps')) === 1);
    await audio.start();
    await untilEpochFlows(room, 1);
    await sleep(1_000);
    await other.call('setGoal', room.goal(2));
    await untilEpochFlows(room, 101, other);
    await until('the older one to stop', async () => (await capture.call('describe', {})).recordings.length === 0);
    await sleep(500);
    room.close();
    expect(await finish(room, 2, other)).toBe(true);
    const [track] = await readStoredTracks(objects, room.recordingId);
    const timestamps = new Set(
      track?.records.flatMap(({ kind, bytes }) => (kind === 'rtp' ? [bytes.readUInt32BE(4)] : [])),
    );
    // Between closing one tap and opening the other a few frames may pass.
    expect(audio.source.packetsSent - timestamps.size).toBeLessThanOrEqual(10);
  });
});

describe('capture on a full disk', () => {
  it('refuses to record and says so', async () => {
    const full = await CaptureStand.start(sfu.secret, {
      REDIS_URL: redis.url,
      CAPTURE_DISK_LOW_BYTES: String(2 ** 52),
      CAPTURE_DISK_FULL_BYTES: String(2 ** 52),
    });
    cleanups.push(() => full.stop());
    const client = await full.connect();
    const room = await newRoom();
    await room.add({ clip: sound });
    await expect(client.call('setGoal', room.goal())).rejects.toMatchObject({ code: 'storageFull' });
    await sleep(300);
    expect(await full.metric('capture_taps')).toBe(0);
  });
});
