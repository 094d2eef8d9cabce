import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sfuContract } from '../../sfu/contract.ts';
import { SfuNodes } from '../../signaling/nodes/sfu-nodes.ts';
import type { ProducerId, RoomId, SeatId } from '../../signaling/protocol/ids.ts';
import type { Source } from '../../signaling/protocol/media.ts';
import type { MediaListener, MediaNode } from '../../signaling/rooms/ports.ts';
import { InnerClient } from '../../signaling/runtime/inner-client.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { NodeRegistry } from '../../signaling/runtime/node-registry.ts';
import { createRedis } from '../../signaling/runtime/redis.ts';
import type { LineConditions } from '../net/line.ts';
import { PipeRelay } from '../net/pipe-relay.ts';
import { eventually } from '../support/eventually.ts';
import { Region } from '../support/regions/region.ts';
import { RegionProgram, type SeenPacket } from '../support/regions/region-program.ts';
import type { AudioClipSpec, VideoClipSpec } from '../support/rtp/media-clip.ts';
import { ServiceProcess } from '../support/stands/service-process.ts';
import { startRedis, type UrlService } from '../support/stands/services.ts';
import {
  fenceOf,
  newProducerId,
  newRecordingId,
  newRoomId,
  newSeatId,
  newTrackId,
  type SfuClient,
} from '../support/stands/sfu-stand.ts';

const CROSS_COUNTRY: LineConditions = {
  delayMs: 100,
  loss: 0.02,
  rate: { bitsPerSecond: 2_000_000, queueBytes: 75_000 },
};
const POOR: LineConditions = { delayMs: 100, loss: 0.05, rate: { bitsPerSecond: 150_000, queueBytes: 7_500 } };
const CAMERA: readonly VideoClipSpec[] = [
  { codec: 'VP8', width: 320, height: 180, fps: 15, kilobitsPerSecond: 100 },
  { codec: 'VP8', width: 640, height: 360, fps: 15, kilobitsPerSecond: 500 },
];
const SOUND: readonly AudioClipSpec[] = [{ codec: 'opus' }];
const PIPE_PORTS = [45_000, 45_003] as const;
const INNER_PORT = 4_100;
const WINDOW_MS = 2_000;
/** What the picture has filled the line's queue with must drain, and the picture give way. */
const ADAPTS_WITHIN_MS = 2_500;
const POOR_FOR_MS = 4_000;
/** Three times the 5 s of DESIGN §9. */
const LOST_WITHIN_MS = 15_000;
const OPUS_FRAME_TICKS = 960;
const OPUS_FRAME_MS = 20;
/** As much as a browser's jitter buffer stretches to. */
const LATEST_MS = 1_000;

const secret = randomUUID();
const fence = fenceOf(1);
const log = createLog('test', process.env['TONGKE_TEST_LOG'] === '1' ? 'debug' : 'silent');
const cleanups: (() => unknown)[] = [];

interface FarNode {
  readonly region: Region;
  readonly service: ServiceProcess;
  readonly client: SfuClient;
  readonly agent: RegionProgram;
}

let nodes: readonly [FarNode, FarNode, FarNode];
let relay: PipeRelay;
let room: MediaNode;
const roomId: RoomId = newRoomId();
const seatsReset: SeatId[] = [];
let resets = 0;

const listener: MediaListener = {
  onProducerClosed: () => undefined,
  onConsumersClosed: () => undefined,
  onTransportClosed: () => undefined,
  onLineQuality: () => undefined,
  onActiveSpeaker: () => undefined,
  onTalked: () => undefined,
  onAdopted: () => undefined,
  onBranchesChanged: () => undefined,
  onSeatsReset: (seatIds) => seatsReset.push(...seatIds),
  onReset: () => {
    resets += 1;
  },
};

beforeAll(async () => {
  const regions = [];
  for (const [index, name] of ['浙江', '新疆', '西藏'].entries()) {
    const region = await Region.create(name, index);
    cleanups.push(() => region.close());
    regions.push(region);
  }
  const [home, xinjiang, xizang] = regions;
  if (home === undefined || xinjiang === undefined || xizang === undefined) throw new Error('three regions');
  const redis = await startRedis(...regions.map(({ serverAddress }) => serverAddress));
  cleanups.push(() => redis.stop());
  relay = await PipeRelay.create({ nodes: regions, ports: PIPE_PORTS, seed: 7 });
  cleanups.push(() => relay.close());
  relay.change(CROSS_COUNTRY);
  nodes = await Promise.all([startNode(home, redis), startNode(xinjiang, redis), startNode(xizang, redis)]);
  room = await openRoom(redis, home.name);
}, 60_000);
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

async function startNode(region: Region, redis: UrlService): Promise<FarNode> {
  const folder = await mkdtemp(join(tmpdir(), 'tongke-region-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const url = `http://${region.address}:${INNER_PORT}`;
  const service = await ServiceProcess.start({
    ...region.command(process.execPath, resolve('sfu/main.ts')),
    env: {
      TONGKE_INNER_SECRET: secret,
      REDIS_URL: redis.url.replace('127.0.0.1', region.serverAddress),
      INNER_HOST: '0.0.0.0',
      INNER_PORT: String(INNER_PORT),
      INNER_URL: url.replace('http', 'ws'),
      RTC_PORT: '0',
      SFU_REGION: region.name,
      SFU_PIPE_ADDRESS: region.standIn,
      SFU_PIPE_PORTS: PIPE_PORTS.join('-'),
    },
    logPath: join(folder, 'log'),
    stopSignal: 'SIGTERM',
    isReady: async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok ?? false,
  });
  cleanups.push(() => service.down());
  const client: SfuClient = new InnerClient({ contract: sfuContract, url, secret, log, clientName: 'test' });
  cleanups.push(() => client.close());
  await client.opened();
  const agent = new RegionProgram(region);
  cleanups.push(() => agent.close());
  return { region, service, client, agent };
}

async function openRoom(redis: UrlService, region: string): Promise<MediaNode> {
  const connection: Redis = createRedis({ url: redis.url, name: 'test', log, whenAway: 'fail' });
  cleanups.push(() => connection.disconnect());
  const signaling = new SfuNodes({ registry: new NodeRegistry(connection, log), secret, log });
  cleanups.push(() => signaling.close());
  await vi.waitFor(() => expect(signaling.openCount).toBe(3), { timeout: 10_000 });
  const opened = signaling.openRoom({ roomId, fence, region, wasOnNodeId: null, wasOnBranches: [], listener });
  await opened.opened(5_000);
  return opened;
}

/** A device in the region of the node that sends into the room. */
async function send(node: FarNode, source: Source, clips: readonly (VideoClipSpec | AudioClipSpec)[]) {
  const producerId = newProducerId();
  const { index, kind, rtpParameters } = await node.agent.ask({ do: 'makeSource', clips });
  const order = { roomId, fence, seatId: newSeatId(), producerId, kind, source, rtpParameters };
  const target = await node.client.call('openIngest', order);
  await node.agent.ask({ do: 'startSource', index, target });
  return producerId;
}

/** A seat of the node's region that receives the streams. */
async function enter(node: FarNode, producerIds: readonly ProducerId[]): Promise<SeatId> {
  const seatId = newSeatId();
  await room.createTransports(seatId, { send: false, keepRecv: false, region: node.region.name });
  const capabilities = room.routerRtpCapabilities;
  if (capabilities === null) throw new Error('no capabilities');
  expect(await room.consume(seatId, capabilities, producerIds)).toHaveLength(producerIds.length);
  return seatId;
}

/** A receiver on the node's own machine. */
async function receive(node: FarNode, producerId: ProducerId): Promise<() => Promise<readonly SeenPacket[]>> {
  const { index, ...ports } = await node.agent.ask({ do: 'makeSink' });
  const names = { recordingId: newRecordingId(), trackId: newTrackId(), epoch: 1, fence };
  const { tapId } = await node.client.call('openTap', { ...names, roomId, producerId, ip: '127.0.0.1', ...ports });
  await node.client.call('resumeTap', { tapId });
  const renewal = setInterval(() => {
    node.client.call('renewTaps', { tapIds: [tapId] }).catch(() => undefined);
  }, 5_000);
  cleanups.push(() => clearInterval(renewal));
  return async () => await node.agent.ask({ do: 'readSink', index });
}

async function bytesOver(from: FarNode, to: FarNode, windowMs = WINDOW_MS): Promise<number> {
  const before = relay.counters(from.region, to.region).sentBytes;
  await sleep(windowMs);
  return relay.counters(from.region, to.region).sentBytes - before;
}

/**
 * As a player hears it that waits for a packet as long as a browser does: share of frames that it must conceal, longest run of them; in the
 * stretch of that length before the last ones, which may still be sent again.
 */
function heard(packets: readonly SeenPacket[]) {
  const lateBy = ({ timestamp, receivedUnixUs }: SeenPacket): number =>
    receivedUnixUs / 1_000 - (timestamp / OPUS_FRAME_TICKS) * OPUS_FRAME_MS;
  const earliestMs = Math.min(...packets.map(lateBy));
  const inTime = new Set(packets.filter((p) => lateBy(p) - earliestMs <= LATEST_MS).map((p) => p.timestamp));
  const last = Math.max(...packets.map(({ timestamp }) => timestamp)) - (LATEST_MS / OPUS_FRAME_MS) * OPUS_FRAME_TICKS;
  const frames = POOR_FOR_MS / OPUS_FRAME_MS;
  let concealed = 0;
  let hole = 0;
  let longestHole = 0;
  for (let timestamp = last - (frames - 1) * OPUS_FRAME_TICKS; timestamp <= last; timestamp += OPUS_FRAME_TICKS) {
    hole = inTime.has(timestamp) ? 0 : hole + 1;
    if (hole > 0) concealed += 1;
    longestHole = Math.max(longestHole, hole);
  }
  return { concealedShare: concealed / frames, longestHoleMs: longestHole * OPUS_FRAME_MS };
}

describe('a lesson with schools in three regions', () => {
  it('crosses the country once whatever the number of listening schools, and stays intelligible on a poor line', async () => {
    const [home, xinjiang, xizang] = nodes;
    const camera = await send(home, 'camera', CAMERA);
    const sound = await send(home, 'microphone', SOUND);
    for (const far of [xinjiang, xizang]) await enter(far, [camera, sound]);
    const hear = await receive(xinjiang, sound);
    await receive(xinjiang, camera);
    await receive(xizang, sound);
    // The larger layer has come when the line was tried out.
    await eventually(async () => await bytesOver(home, xinjiang, 1_000)).toBeGreaterThan(40_000);

    const [oneSchool, oneElsewhere] = await Promise.all([bytesOver(home, xinjiang), bytesOver(home, xizang)]);
    await Promise.all([1, 2, 3, 4].map(() => enter(xinjiang, [camera, sound])));
    for (let n = 0; n < 4; n += 1) {
      await receive(xinjiang, sound);
      await receive(xinjiang, camera);
    }
    const fiveSchools = await bytesOver(home, xinjiang);
    expect(fiveSchools / oneSchool).toBeLessThan(1.25);
    // Where nobody shows the camera it does not go.
    expect(oneElsewhere).toBeLessThan(oneSchool / 2);

    relay.change(POOR);
    await sleep(ADAPTS_WITHIN_MS + POOR_FOR_MS + LATEST_MS);
    const quality = heard(await hear());
    log.info({ quality, oneSchool, fiveSchools, oneElsewhere }, 'over the long line');
    expect(quality.concealedShare).toBeLessThanOrEqual(0.05);
    expect(quality.longestHoleMs).toBeLessThanOrEqual(300);
    relay.change(CROSS_COUNTRY);
  });

  it('goes on without a node that was killed: its schools come home, and the room moves when its home dies', async () => {
    const [home, xinjiang, xizang] = nodes;
    const seatId = await enter(xinjiang, []);
    await xinjiang.service.kill();
    await vi.waitFor(() => expect(seatsReset).toContain(seatId), { timeout: LOST_WITHIN_MS });
    await room.createTransports(seatId, { send: false, keepRecv: false, region: xinjiang.region.name });
    expect(room.place?.sfuUrl).toContain(home.region.address);
    expect(resets).toBe(0);

    await home.service.kill();
    await vi.waitFor(() => expect(resets).toBe(1), { timeout: LOST_WITHIN_MS });
    expect(room.place?.sfuUrl).toContain(xizang.region.address);
    await room.createTransports(seatId, { send: false, keepRecv: false, region: xinjiang.region.name });
  });
});
