import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createMuxer } from '../../recorder/mux/muxer.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import {
  CaptureStand,
  readManifest,
  readStoredTracks,
  RecordedRoom,
  until,
  type CaptureClient,
  type RecordedStream,
  type StoredTrack,
} from '../support/stands/capture-stand.ts';
import { readPlayIndex } from '../support/media/play-files.ts';
import { loadMediaClip, type MediaClip } from '../support/rtp/media-clip.ts';
import { startRedis, type UrlService } from '../support/stands/services.ts';
import { SfuStand } from '../support/stands/sfu-stand.ts';
import { plan } from './plan.ts';

const PAIRS = 12;
/** What a packet needs from a device's socket to the log. */
const UNDER_WAY_MS = 150;

let sfu: SfuStand;
let redis: UrlService;
let stand: CaptureStand;
let capture: CaptureClient;
let objects: DirectoryObjectStore;
let sound: MediaClip;
let h264: MediaClip;
let vp8: MediaClip;
const rooms: RecordedRoom[] = [];

beforeAll(async () => {
  const small = { width: 160, height: 96, fps: 30, kilobitsPerSecond: 150 } as const;
  [sfu, redis, sound, h264, vp8] = await Promise.all([
    SfuStand.create({ workers: 1 }),
    startRedis(),
    loadMediaClip({ codec: 'opus' }),
    loadMediaClip({ codec: 'H264', ...small }),
    loadMediaClip({ codec: 'VP8', ...small }),
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

async function newRoom(): Promise<RecordedRoom> {
  const room = await RecordedRoom.open(sfu);
  rooms.push(room);
  return room;
}

const untilTaps = (taps: number) => until('the taps', async () => (await stand.metric('capture_taps')) === taps);

async function finish(room: RecordedRoom): Promise<void> {
  await sleep(UNDER_WAY_MS);
  const { recordingId } = room;
  const endedAtUs = Math.round((performance.timeOrigin + performance.now()) * 1000 - room.startedAtUnixUs);
  expect(await capture.call('finish', { recordingId, fence: 1, endedAtUs })).toEqual({ stored: true });
}

async function mux(room: RecordedRoom) {
  const muxer = createMuxer({ store: objects, log: createLog('stress', 'silent') });
  await muxer.step(room.recordingId, { final: true });
  await muxer.close();
  return readPlayIndex(objects, room.recordingId);
}

/** Sequence numbers that the store has of one SSRC's stream, each epoch by itself. */
function rtpPackets(track: StoredTrack | undefined): number {
  return track?.records.filter(({ kind }) => kind === 'rtp').length ?? 0;
}

describe('capture of a full room', () => {
  it('stores every packet of 24 tracks at once', async () => {
    const room = await newRoom();
    for (let pair = 0; pair < PAIRS; pair += 1) {
      await room.add({ clip: sound });
      await room.add({ clip: pair % 2 === 0 ? h264 : vp8 });
    }
    await capture.call('setGoal', room.goal());
    await untilTaps(2 * PAIRS);
    await Promise.all(room.streams.map((stream) => stream.start()));
    await sleep(plan.fullRoomMs);
    room.close();
    await finish(room);
    const tracks = await readStoredTracks(objects, room.recordingId);
    for (const { producer, source } of room.streams) {
      const track = tracks.find(({ trackId }) => trackId === producer.trackId);
      expect(source.packetsSent).toBeGreaterThan(plan.fullRoomMs / 40);
      expect(rtpPackets(track)).toBe(source.packetsSent);
    }
    expect(await readManifest(objects, room.recordingId)).toMatchObject({ state: 'captured', gaps: [] });
    const index = await mux(room);
    expect(index.complete).toBe(true);
    expect(index.views.length).toBeGreaterThanOrEqual(1);
  });
});

describe('capture of producers that come and go', () => {
  it('keeps everything of each, also when one comes back with another codec', async () => {
    const room = await newRoom();
    const [microphone, camera] = [await room.add({ clip: sound }), await room.add({ clip: h264 })];
    const gone: RecordedStream[] = [];
    let current: RecordedStream[] = [microphone, camera];
    const clips = [vp8, h264];
    for (let coming = 0; coming < plan.comings; coming += 1) {
      await capture.call('setGoal', room.goal(1, current));
      await untilTaps(current.length);
      await Promise.all(current.slice(coming === 0 ? 0 : -1).map((stream) => stream.start()));
      await sleep(plan.stayMs);
      const leaving = current.at(-1);
      if (leaving === undefined) throw new Error('nobody is there');
      leaving.source.stop();
      await sleep(UNDER_WAY_MS);
      await room.closeProducer(leaving);
      gone.push(leaving);
      await untilTaps(current.length - 1);
      // Every third one is somebody else, the others come back as they left, with the other codec.
      const trackId = coming % 3 === 2 ? undefined : leaving.producer.trackId;
      const next = await room.add({ clip: clips[coming % 2] ?? h264 }, trackId);
      current = [microphone, next];
    }
    room.close();
    await finish(room);
    const tracks = await readStoredTracks(objects, room.recordingId);
    const sent = new Map<string, number>();
    for (const { producer, source } of [microphone, ...gone]) {
      sent.set(producer.trackId, (sent.get(producer.trackId) ?? 0) + source.packetsSent);
    }
    for (const [trackId, packets] of sent) {
      expect(packets).toBeGreaterThan(0);
      expect(rtpPackets(tracks.find((track) => track.trackId === trackId))).toBe(packets);
    }
    const manifest = await readManifest(objects, room.recordingId);
    expect(manifest.gaps).toEqual([]);
    const epochs = manifest.tracks.flatMap((track) => track.epochs.filter(({ chunks }) => chunks.length > 0));
    expect(epochs).toHaveLength(1 + gone.length);
    const index = await mux(room);
    const runs = index.views.flatMap((view) => view.runs);
    expect(new Set(runs.map(({ container }) => container))).toEqual(new Set(['fmp4', 'webm']));
    expect(new Set(runs.map(({ trackId, epoch }) => `${trackId} ${epoch}`)).size).toBe(gone.length);
  });
});
