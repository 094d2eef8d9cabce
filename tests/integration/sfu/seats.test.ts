import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RtpCapabilities } from 'mediasoup/types';
import type { RoomId } from '../../../signaling/protocol/ids.ts';
import { loadMediaClip, type MediaClip } from '../../support/rtp/media-clip.ts';
import {
  fenceOf,
  newProducerId,
  newRoomId,
  newSeatId,
  SfuStand,
  type SfuClient,
} from '../../support/stands/sfu-stand.ts';

const UNCLAIMED_MS = 500;
const fence = fenceOf(1);
const FINGERPRINT = Array.from({ length: 32 }, (_, index) => (index + 16).toString(16).toUpperCase()).join(':');
const dtlsParameters = {
  role: 'client' as const,
  fingerprints: [{ algorithm: 'sha-256' as const, value: FINGERPRINT }],
};
let stand: SfuStand;
let client: SfuClient;
let speech: MediaClip;
let picture: MediaClip;
let roomId: RoomId;
let rtpCapabilities: RtpCapabilities;
const states: string[] = [];

beforeAll(async () => {
  speech = await loadMediaClip({ codec: 'opus' });
  picture = await loadMediaClip({ codec: 'H264' });
  stand = await SfuStand.create({ times: { unclaimedTimeoutMs: UNCLAIMED_MS } });
  client = await stand.connect('signaling');
  client.notices.on('transportState', ({ transportId, state }) => states.push(`${transportId} ${state}`));
});
afterAll(() => stand.close());
beforeEach(async () => {
  roomId = newRoomId();
  rtpCapabilities = (await client.call('openRoom', { roomId, fence })).routerRtpCapabilities;
});

const seatPlace = () => ({ roomId, fence, seatId: newSeatId() });

async function sendPicture(place = seatPlace()) {
  const producerId = newProducerId();
  await stand.ingest(client, { ...place, producerId, source: 'camera' }, { clip: picture });
  return { ...place, producerId };
}

describe('createTransports', () => {
  it('offers UDP and TCP candidates, and none to send for a seat that may not', async () => {
    const both = await client.call('createTransports', { ...seatPlace(), send: true });
    expect(both.send?.iceCandidates.map(({ protocol }) => protocol)).toEqual(['udp', 'tcp']);
    const one = await client.call('createTransports', { ...seatPlace(), send: false });
    expect(one.send).toBeNull();
    expect(one.recv.iceCandidates).toHaveLength(2);
  });

  it('closes transports that nobody claims (M2)', async () => {
    const place = seatPlace();
    const { send, recv } = await client.call('createTransports', { ...place, send: true });
    await expect
      .poll(() => states, { timeout: 5_000 })
      .toEqual(expect.arrayContaining([`${send?.transportId} unclaimed`, `${recv.transportId} unclaimed`]));
    await expect(
      client.call('connectTransport', { ...place, transportId: recv.transportId, dtlsParameters }),
    ).rejects.toMatchObject({ code: 'gone' });
  });

  it.each(['connectTransport', 'claimTransports'] as const)('keeps both transports after %s', async (claim) => {
    const place = seatPlace();
    const { send, recv } = await client.call('createTransports', { ...place, send: true });
    if (claim === 'connectTransport') {
      await client.call('connectTransport', { ...place, transportId: recv.transportId, dtlsParameters });
    } else {
      await client.call('claimTransports', place);
    }
    await new Promise((resolve) => setTimeout(resolve, UNCLAIMED_MS + 200));
    const transportId = send?.transportId ?? recv.transportId;
    await expect(client.call('restartIce', { ...place, transportId })).resolves.toHaveProperty('iceParameters');
  });

  it('replaces the older transports of the seat and what ran over them', async () => {
    const { producerId } = await sendPicture();
    const place = seatPlace();
    const first = await client.call('createTransports', { ...place, send: true });
    await client.call('consume', { ...place, rtpCapabilities, producerIds: [producerId] });
    const second = await client.call('createTransports', { ...place, send: true });
    expect(second.recv.transportId).not.toBe(first.recv.transportId);
    const { consumers } = await client.call('consume', { ...place, rtpCapabilities, producerIds: [producerId] });
    expect(consumers).toHaveLength(1);
  });

  it('with keepRecv keeps what the seat receives and gives it a way to send', async () => {
    const { producerId } = await sendPicture();
    const place = seatPlace();
    const first = await client.call('createTransports', { ...place, send: false });
    await client.call('consume', { ...place, rtpCapabilities, producerIds: [producerId] });
    const second = await client.call('createTransports', { ...place, send: true, keepRecv: true });
    expect(second.recv.transportId).toBe(first.recv.transportId);
    expect(second.send).not.toBeNull();
    const { seats } = await client.call('describeRoom', { roomId, fence });
    expect(seats.find(({ seatId }) => seatId === place.seatId)?.consumers).toHaveLength(1);
  });
});

describe('produce', () => {
  it('is idempotent by producerId, also when asked twice at once', async () => {
    const place = { ...seatPlace(), producerId: newProducerId() };
    await client.call('createTransports', { ...place, send: true });
    const params = {
      ...place,
      kind: 'audio' as const,
      source: 'microphone' as const,
      paused: true,
      rtpParameters: {
        mid: '0',
        codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
        encodings: [{ ssrc: 1_111 }],
      },
    };
    const answers = await Promise.all([client.call('produce', params), client.call('produce', params)]);
    expect(answers).toEqual([{ producerId: place.producerId }, { producerId: place.producerId }]);
    const { producers } = await client.call('describeRoom', { roomId, fence });
    expect(producers).toHaveLength(1);
    expect(producers[0]).toMatchObject({ paused: true, source: 'microphone' });
    await expect(client.call('produce', { ...params, seatId: newSeatId() })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('refuses what mediasoup refuses, with the right code', async () => {
    const place = { ...seatPlace(), producerId: newProducerId() };
    await client.call('createTransports', { ...place, send: true });
    const params = { ...place, kind: 'video' as const, source: 'camera' as const, paused: false };
    const codec = { mimeType: 'video/H265', payloadType: 98, clockRate: 90_000 };
    await expect(
      client.call('produce', { ...params, rtpParameters: { codecs: [codec], encodings: [{ ssrc: 5 }] } }),
    ).rejects.toMatchObject({ code: 'unsupportedMedia' });
    await expect(
      client.call('produce', { ...params, rtpParameters: { codecs: 'none' } as never }),
    ).rejects.toMatchObject({ code: 'invalidInput' });
    await expect(
      client.call('produce', { ...params, seatId: newSeatId(), rtpParameters: { codecs: [codec] } }),
    ).rejects.toMatchObject({ code: 'gone' });
    const spoken = { ...place, kind: 'audio' as const, source: 'microphone' as const, paused: false };
    const rtpParameters = {
      codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
      encodings: [{ ssrc: 4_711 }],
    };
    await client.call('produce', { ...spoken, rtpParameters });
    const second = client.call('produce', { ...spoken, producerId: newProducerId(), rtpParameters });
    await expect(second).rejects.toMatchObject({ code: 'invalidInput' });
  });
});

describe('consume', () => {
  it('gives paused consumers in one batch and leaves out what is unknown, unreceivable or received already', async () => {
    const video = await sendPicture();
    const audio = { ...seatPlace(), producerId: newProducerId() };
    await stand.ingest(client, { ...audio, source: 'microphone' }, { clip: speech });
    const place = seatPlace();
    await client.call('createTransports', { ...place, send: false });
    const audioOnly = {
      ...rtpCapabilities,
      codecs: (rtpCapabilities.codecs ?? []).filter(({ kind }) => kind === 'audio'),
    };
    const producerIds = [video.producerId, audio.producerId, newProducerId()];
    const first = await client.call('consume', { ...place, rtpCapabilities: audioOnly, producerIds });
    expect(first.consumers.map(({ producerId }) => producerId)).toEqual([audio.producerId]);
    const both = await Promise.all([
      client.call('consume', { ...place, rtpCapabilities, producerIds }),
      client.call('consume', { ...place, rtpCapabilities, producerIds }),
    ]);
    expect(both.flatMap(({ consumers }) => consumers).map(({ producerId }) => producerId)).toEqual([video.producerId]);
  });

  it('tells the seat’s owner which consumers went with a producer', async () => {
    const video = await sendPicture();
    const place = seatPlace();
    await client.call('createTransports', { ...place, send: false });
    const { consumers } = await client.call('consume', { ...place, rtpCapabilities, producerIds: [video.producerId] });
    const closed: unknown[] = [];
    client.notices.on('consumersClosed', (notice) => closed.push(notice));
    await client.call('removePeer', { ...place, seatId: video.seatId });
    const consumerIds = consumers.map(({ consumerId }) => consumerId);
    await expect.poll(() => closed).toEqual([{ roomId, seatId: place.seatId, consumerIds }]);
  });
});

describe('activeSpeaker', () => {
  it('names the loudest seat, and nobody after a silence', async () => {
    const heard: (string | null)[] = [];
    client.notices.on('activeSpeaker', (notice) => notice.roomId === roomId && heard.push(notice.seatId));
    const quiet = { ...seatPlace(), producerId: newProducerId() };
    const loud = { ...seatPlace(), producerId: newProducerId() };
    const sources = [
      await stand.ingest(client, { ...quiet, source: 'microphone' }, { clip: speech, audioLevel: 90 }),
      await stand.ingest(client, { ...loud, source: 'microphone' }, { clip: speech, audioLevel: 10 }),
    ];
    await expect.poll(() => heard.at(-1), { timeout: 10_000 }).toBe(loud.seatId);
    for (const source of sources) source.pause();
    await expect.poll(() => heard.at(-1), { timeout: 10_000 }).toBeNull();
  });
});

describe('talked', () => {
  it('tells how long a seat was heard while it was, and nothing of who is too quiet to be', async () => {
    const heard = new Map<string, number>();
    client.notices.on('talked', ({ roomId: of, seats }) => {
      if (of !== roomId) return;
      for (const { seatId, ms } of seats) heard.set(seatId, (heard.get(seatId) ?? 0) + ms);
    });
    const quiet = { ...seatPlace(), producerId: newProducerId() };
    const loud = { ...seatPlace(), producerId: newProducerId() };
    const startedAt = Date.now();
    const sources = [
      await stand.ingest(client, { ...quiet, source: 'microphone' }, { clip: speech, audioLevel: 90 }),
      await stand.ingest(client, { ...loud, source: 'microphone' }, { clip: speech, audioLevel: 10 }),
    ];
    await expect.poll(() => heard.get(loud.seatId) ?? 0, { timeout: 20_000 }).toBeGreaterThan(3_000);
    // Samples of half a second: never more than the time that has passed, but for the last one.
    expect(heard.get(loud.seatId)).toBeLessThanOrEqual(Date.now() - startedAt + 500);
    expect(heard.has(quiet.seatId)).toBe(false);
    for (const source of sources) source.pause();
  });
});
