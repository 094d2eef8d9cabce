import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RoomId } from '../../../signaling/protocol/ids.ts';
import { loadMediaClip, type MediaClip } from '../../support/rtp/media-clip.ts';
import { createRtpSource } from '../../support/rtp/rtp-source.ts';
import {
  fenceOf,
  newProducerId,
  newRoomId,
  newSeatId,
  SfuStand,
  type SfuClient,
} from '../../support/stands/sfu-stand.ts';

const GRACE_MS = 700;
const fence = fenceOf(1);
let stand: SfuStand;
let client: SfuClient;
let speech: MediaClip;

beforeAll(async () => {
  speech = await loadMediaClip({ codec: 'opus' });
});
beforeEach(async () => {
  stand = await SfuStand.create({ times: { ownerlessGraceMs: GRACE_MS } });
  client = await stand.connect('signaling');
});
afterEach(() => stand.close());

async function newRoom(): Promise<RoomId> {
  const roomId = newRoomId();
  await client.call('openRoom', { roomId, fence });
  return roomId;
}

describe('openRoom', () => {
  it('answers twice with the same room', async () => {
    const roomId = newRoomId();
    const answers = await Promise.all([
      client.call('openRoom', { roomId, fence }),
      client.call('openRoom', { roomId, fence }),
    ]);
    expect(answers[0]?.routerId).toBe(answers[1]?.routerId);
    await expect(client.call('load', {})).resolves.toMatchObject({ rooms: 1, workers: 2 });
  });

  it('offers Opus with FEC and without DTX, H264 constrained baseline before VP8, VP9 and AV1, and no video orientation', async () => {
    const told = await client.call('capabilities', {});
    await expect(client.call('load', {})).resolves.toMatchObject({ rooms: 0 });
    const { routerRtpCapabilities } = await client.call('openRoom', { roomId: newRoomId(), fence });
    expect(told).toEqual({ routerRtpCapabilities });
    const codecs = (routerRtpCapabilities.codecs ?? []).filter(({ mimeType }) => !mimeType.endsWith('/rtx'));
    expect(codecs.map(({ mimeType }) => mimeType)).toEqual([
      'audio/opus',
      'video/H264',
      'video/VP8',
      'video/VP9',
      'video/AV1',
    ]);
    expect(codecs[0]?.parameters).toMatchObject({ useinbandfec: 1, usedtx: 0 });
    expect(codecs[1]?.parameters).toMatchObject({ 'profile-level-id': '42e01f', 'packetization-mode': 1 });
    const uris = (routerRtpCapabilities.headerExtensions ?? []).map(({ uri }) => uri);
    expect(uris).not.toContain('urn:3gpp:video-orientation');
    expect(uris).toContain('http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time');
  });
});

describe('fencing', () => {
  it('refuses orders of an older owner, for rooms that are gone too', async () => {
    const roomId = await newRoom();
    const seatId = newSeatId();
    await client.call('describeRoom', { roomId, fence: fenceOf(3) });
    await expect(client.call('createTransports', { roomId, fence, seatId, send: true })).rejects.toMatchObject({
      code: 'staleFence',
      details: { highest: 3 },
    });
    await client.call('closeRoom', { roomId, fence: fenceOf(3) });
    await expect(client.call('openRoom', { roomId, fence: fenceOf(2) })).rejects.toMatchObject({ code: 'staleFence' });
  });

  it('brings notices to the owner with the highest number alone', async () => {
    const roomId = await newRoom();
    const heir = await stand.connect('signaling');
    const heard: string[] = [];
    client.notices.on('producerClosed', () => heard.push('old'));
    heir.notices.on('producerClosed', () => heard.push('new'));
    await heir.call('describeRoom', { roomId, fence: fenceOf(2) });
    const place = { roomId, fence: fenceOf(2), seatId: newSeatId(), producerId: newProducerId() };
    await stand.ingest(heir, { ...place, source: 'microphone' }, { clip: speech });
    await heir.call('closeProducer', place);
    await expect.poll(() => heard).toEqual(['new']);
  });
});

describe('a stream that says what it is not', () => {
  it('is refused: sound may not come as a camera', async () => {
    const roomId = await newRoom();
    const { rtpParameters } = createRtpSource({ clip: speech });
    const place = { roomId, fence, seatId: newSeatId(), producerId: newProducerId() };
    await expect(
      client.call('openIngest', { ...place, source: 'camera', kind: 'video', rtpParameters }),
    ).rejects.toMatchObject({ code: 'invalidInput' });
  });
});

describe('a room without its owner', () => {
  it('is adopted through describeRoom with everything in it', async () => {
    const roomId = await newRoom();
    const place = { roomId, fence, seatId: newSeatId(), producerId: newProducerId() };
    await stand.ingest(client, { ...place, source: 'microphone' }, { clip: speech });
    const { recv } = await client.call('createTransports', { ...place, send: false });
    client.close();

    const heir = await stand.connect('signaling');
    const described = await heir.call('describeRoom', { roomId, fence: fenceOf(2) });
    expect(described).toMatchObject({
      exists: true,
      seats: [{ seatId: place.seatId, sendTransportId: null, recvTransportId: recv.transportId, consumers: [] }],
      producers: [{ producerId: place.producerId, seatId: place.seatId, kind: 'audio', paused: false }],
    });
    // It stays past the grace because it has an owner again.
    await new Promise((resolve) => setTimeout(resolve, GRACE_MS + 200));
    await expect(heir.call('describeRoom', { roomId, fence: fenceOf(2) })).resolves.toMatchObject({ exists: true });
  });

  it('is closed when the grace is over', async () => {
    await newRoom();
    client.close();
    const other = await stand.connect('signaling');
    await expect(other.call('load', {})).resolves.toMatchObject({ rooms: 1 });
    await expect.poll(async () => (await other.call('load', {})).rooms, { timeout: 5_000 }).toBe(0);
  });
});

describe('the death of a worker', () => {
  it('closes its rooms with that cause, spares the others, and is made good at once', async () => {
    const closed: string[] = [];
    client.notices.on('roomClosed', ({ roomId, cause }) => closed.push(`${roomId} ${cause}`));
    // The second room is on the other worker, which carries less.
    const rooms = [await newRoom(), await newRoom()];
    const place = { roomId: rooms[0] ?? newRoomId(), fence, seatId: newSeatId(), producerId: newProducerId() };
    const others: string[] = [];
    for (const name of ['producerClosed', 'transportState', 'consumersClosed', 'lineQuality'] as const) {
      client.notices.on(name, () => others.push(name));
    }
    await client.call('createTransports', { ...place, send: true });
    await stand.ingest(client, { ...place, source: 'microphone' }, { clip: speech });
    await expect.poll(() => others, { timeout: 5_000 }).toEqual(['lineQuality']);
    const pids = stand.node.workerPids;
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await expect.poll(() => closed).toEqual([`${rooms[0]} workerDied`]);
    expect(others).toEqual(['lineQuality']);
    await expect(client.call('describeRoom', { roomId: rooms[0] ?? newRoomId(), fence })).resolves.toMatchObject({
      exists: false,
    });
    await expect(client.call('describeRoom', { roomId: rooms[1] ?? newRoomId(), fence })).resolves.toMatchObject({
      exists: true,
    });
    await client.call('openRoom', { roomId: rooms[0] ?? newRoomId(), fence });
    await expect.poll(() => stand.node.workerPids.length).toBe(2);
    expect(stand.node.workerPids).not.toContain(pids[0]);
  });
});

describe('stopping a node', () => {
  it('tells owners that their rooms are gone and leaves no worker behind', async () => {
    const roomId = await newRoom();
    const closed: string[] = [];
    client.notices.on('roomClosed', (notice) => closed.push(`${notice.roomId} ${notice.cause}`));
    const pids = stand.node.workerPids;
    await stand.node.close();
    expect(closed).toEqual([`${roomId} shutdown`]);
    for (const pid of pids) {
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    }
  });
});
