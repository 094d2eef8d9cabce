import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CaptureNodes } from '../../../signaling/nodes/capture-nodes.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { NodeRegistry } from '../../../signaling/runtime/node-registry.ts';
import { createRedis } from '../../../signaling/runtime/redis.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import {
  CaptureStand,
  readManifest,
  readStoredTracks,
  RecordedRoom,
  until,
} from '../../support/stands/capture-stand.ts';
import { loadMediaClip } from '../../support/rtp/media-clip.ts';
import { readSenderReports } from '../../support/rtp/rtcp.ts';
import { startRedis, type UrlService } from '../../support/stands/services.ts';
import { SfuStand } from '../../support/stands/sfu-stand.ts';

const RTP_SEQUENCE_AT = 2;
const log = createLog('test', 'silent');
/** Through it packets go as they would to another machine: encrypted, from the address of the pipes. */
const address = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

let sfu: SfuStand;
let redis: UrlService;
const cleanups: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  [sfu, redis] = await Promise.all([
    SfuStand.create({ workers: 1, ...(address === undefined ? {} : { pipeAddress: address }) }),
    startRedis(),
  ]);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});
afterAll(async () => {
  await redis?.stop();
  await sfu?.close();
});

async function startCapture(env: Readonly<Record<string, string>>): Promise<CaptureStand> {
  const stand = await CaptureStand.start(sfu.secret, { REDIS_URL: redis.url, ...env });
  cleanups.push(() => stand.stop());
  return stand;
}

async function newRoom(): Promise<RecordedRoom> {
  const room = await RecordedRoom.open(sfu);
  cleanups.push(() => room.close());
  return room;
}

/** What signaling makes of the processes that announce themselves. */
async function captureNodes(count: number): Promise<CaptureNodes> {
  const client = createRedis({ url: redis.url, name: 'test', log, whenAway: 'fail' });
  const registry = new NodeRegistry(client, log);
  const nodes = new CaptureNodes({ registry, secret: sfu.secret, log, regionOf: () => null });
  let opened = 0;
  nodes.onOpen(() => (opened += 1));
  cleanups.push(() => {
    nodes.close();
    client.disconnect();
  });
  await expect.poll(() => opened, { timeout: 10_000 }).toBe(count);
  return nodes;
}

const heldBy = async (stand: CaptureStand): Promise<string[]> =>
  (await (await stand.connect()).call('describe', {})).recordings.map(({ recordingId }) => recordingId);

describe('a capture process on another host', () => {
  it.skipIf(address === undefined)(
    'records everything that is sent to it encrypted, sound, picture and reports',
    async () => {
      const stand = await startCapture({ CAPTURE_RTP_ADDRESS: address ?? '' });
      const capture = await stand.connect();
      const room = await newRoom();
      const streams = [
        await room.add({ clip: await loadMediaClip({ codec: 'opus' }) }),
        await room.add({ clip: await loadMediaClip({ codec: 'VP8' }) }),
      ];
      await capture.call('setGoal', room.goal());
      await until('taps', async () => (await capture.call('describe', {})).recordings[0]?.tracks.length === 2);
      for (const stream of streams) await stream.start();
      await expect.poll(() => streams.every(({ source }) => source.packetsSent > 150), { timeout: 20_000 }).toBe(true);
      const { recordingId } = room;
      await capture.call('finish', { recordingId, fence: 1, endedAtUs: 5_000_000 });
      const objects = await DirectoryObjectStore.create(join(stand.dataDir, 'objects'));
      expect((await readManifest(objects, recordingId)).gaps).toEqual([]);
      const tracks = await readStoredTracks(objects, recordingId);
      expect(tracks).toHaveLength(2);
      for (const { records } of tracks) {
        const sequences = records
          .filter(({ kind }) => kind === 'rtp')
          .map(({ bytes }) => bytes.readUInt16BE(RTP_SEQUENCE_AT));
        expect(sequences.length).toBeGreaterThan(100);
        expect(sequences.slice(1).every((sequence, at) => sequence === ((sequences[at] ?? 0) + 1) % 65_536)).toBe(true);
        const reports = records.filter(({ kind }) => kind === 'rtcp').flatMap(({ bytes }) => readSenderReports(bytes));
        expect(reports.length).toBeGreaterThan(0);
        expect(Math.abs((reports[0]?.ntpUnixUs ?? 0) / 1_000 - Date.now())).toBeLessThan(60_000);
      }
    },
  );

  it('gets a recording only when the host of the media node has none', async () => {
    const beside = await startCapture({});
    // Another host as far as anybody can tell: the same machine under another name.
    const elsewhere = await startCapture({ INNER_HOST: '0.0.0.0' });
    const nodes = await captureNodes(2);
    const rooms = await Promise.all(Array.from({ length: 5 }, newRoom));
    for (const room of rooms) await nodes.setGoal(room.goal());
    expect((await heldBy(beside)).toSorted()).toEqual(rooms.map(({ recordingId }) => recordingId).toSorted());
    expect(await heldBy(elsewhere)).toEqual([]);
    await beside.process.kill();
    const [room] = rooms;
    if (room === undefined) throw new Error('no room');
    await until('the other host', () =>
      nodes.setGoal(room.goal(2)).then(
        () => true,
        () => false,
      ),
    );
    expect(await heldBy(elsewhere)).toEqual([room.recordingId]);
  });
});

describe('a track that is sent and does not come', () => {
  it('is told to signaling, whether nothing arrives or it cannot be tapped, and taken back when it comes', async () => {
    await startCapture({});
    const nodes = await captureNodes(1);
    const heard = vi.fn<(recordingId: string) => void>();
    nodes.onSilentTracks(heard);
    const [mute, unreachable] = [await newRoom(), await newRoom()];
    const clip = await loadMediaClip({ codec: 'opus' });
    const stream = await mute.add({ clip });
    const other = await unreachable.add({ clip });
    await nodes.setGoal(mute.goal());
    await nodes.setGoal({ ...unreachable.goal(), sfuUrl: 'ws://127.0.0.1:9' });
    const silentOf = ({ recordingId }: RecordedRoom) => [...nodes.silentTracksOf(recordingId)];
    await expect.poll(() => silentOf(mute), { timeout: 20_000 }).toEqual([stream.producer.trackId]);
    await expect.poll(() => silentOf(unreachable), { timeout: 20_000 }).toEqual([other.producer.trackId]);
    expect(new Set(heard.mock.calls.flat())).toEqual(new Set([mute.recordingId, unreachable.recordingId]));
    await stream.start();
    await nodes.setGoal(unreachable.goal(1, []));
    await expect.poll(() => [silentOf(mute), silentOf(unreachable)], { timeout: 20_000 }).toEqual([[], []]);
  });
});
