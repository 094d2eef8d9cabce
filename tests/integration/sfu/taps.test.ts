import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadMediaClip, type ClipCodec, type MediaClip } from '../../support/rtp/media-clip.ts';
import { createRtpSink, type RtpSink } from '../../support/rtp/rtp-sink.ts';
import type { RtpSource } from '../../support/rtp/rtp-source.ts';
import {
  fenceOf,
  newProducerId,
  newRecordingId,
  newRoomId,
  newSeatId,
  newTrackId,
  SfuStand,
  type SfuClient,
} from '../../support/stands/sfu-stand.ts';

const fence = fenceOf(1);
const RTP_BASE = 2 ** 32 - 60_000;
/** The sender's numbers wrap after the first keyframe that a tap can get. */
const SEQUENCE_BASE = 2 ** 16 - 100;
/** Half of what an A/V offset may be in the end; the rest is the recorder's. */
const CLOCK_ERROR_LIMIT_US = 20_000;
const clips = new Map<ClipCodec, MediaClip>();
const sinks: RtpSink[] = [];
let stand: SfuStand;
let client: SfuClient;

beforeAll(async () => {
  for (const codec of ['H264', 'VP8', 'opus'] as const) {
    clips.set(codec, await loadMediaClip({ codec }));
  }
  stand = await SfuStand.create();
  client = await stand.connect('capture');
});
afterAll(() => stand.close());
afterEach(() => {
  for (const sink of sinks.splice(0)) sink.close();
});

function clipOf(codec: ClipCodec): MediaClip {
  const clip = clips.get(codec);
  if (clip === undefined) throw new Error(`no clip of ${codec}`);
  return clip;
}

async function sendingSeat(
  codec: ClipCodec,
  at: { stand: SfuStand; client: SfuClient } = { stand, client },
  ntpOffsetUs = 0,
) {
  const clip = clipOf(codec);
  const roomId = newRoomId();
  const producerId = newProducerId();
  await at.client.call('openRoom', { roomId, fence });
  const source = await at.stand.ingest(
    at.client,
    { roomId, fence, seatId: newSeatId(), producerId, source: clip.kind === 'audio' ? 'microphone' : 'camera' },
    { clip, ntpOffsetUs, rtpBase: RTP_BASE, sequenceBase: SEQUENCE_BASE },
  );
  return { roomId, producerId, source };
}

interface TapNames {
  readonly recordingId: ReturnType<typeof newRecordingId>;
  readonly trackId: ReturnType<typeof newTrackId>;
  readonly epoch: number;
  readonly fence: number;
}

const newTapNames = (): TapNames => ({ recordingId: newRecordingId(), trackId: newTrackId(), epoch: 1, fence: 1 });

async function openTap(seat: Awaited<ReturnType<typeof sendingSeat>>, names = newTapNames(), by = client) {
  const sink = await createRtpSink();
  sinks.push(sink);
  const tap = await by.call('openTap', {
    ...names,
    fence: fenceOf(names.fence),
    roomId: seat.roomId,
    producerId: seat.producerId,
    ip: sink.ip,
    rtpPort: sink.rtpPort,
    rtcpPort: sink.rtcpPort,
  });
  return { sink, tap };
}

/** How far the capture instants that sender reports claim are from the true ones: the median. */
function clockErrorUs(sink: RtpSink, source: RtpSource, clockRate: number): number {
  const errors = sink.reports.map((report) => {
    const mediaUs = (((report.rtpTimestamp - RTP_BASE) | 0) * 1_000_000) / clockRate;
    return Math.abs(report.ntpUnixUs - source.captureUnixUsOf(mediaUs));
  });
  return errors.toSorted((a, b) => a - b)[Math.floor(errors.length / 2)] ?? Number.POSITIVE_INFINITY;
}

describe('openTap', () => {
  it.each(['H264', 'VP8', 'opus'] as const)(
    'copies %s from resumeTap on, with reports of capture instants on the node’s clock',
    async (codec) => {
      // The sender's own clock is an hour wrong, which must not show.
      const seat = await sendingSeat(codec, { stand, client }, 3_600_000_000);
      const { sink, tap } = await openTap(seat);
      await expect.poll(() => seat.source.packetsSent).toBeGreaterThan(20);
      expect(sink.packets).toHaveLength(0);
      await client.call('resumeTap', { tapId: tap.tapId });
      await expect.poll(() => sink.reports.length, { timeout: 15_000 }).toBeGreaterThan(2);

      const { encodings, codecs } = tap.rtpParameters;
      expect(new Set(sink.packets.map(({ ssrc }) => ssrc))).toEqual(new Set([encodings?.[0]?.ssrc]));
      expect(new Set(sink.reports.map(({ ssrc }) => ssrc))).toEqual(new Set([encodings?.[0]?.ssrc]));
      expect(codecs.map(({ payloadType }) => payloadType)).toEqual([sink.packets[0]?.payloadType]);
      const clockRate = codecs[0]?.clockRate ?? 0;
      expect(clockErrorUs(sink, seat.source, clockRate)).toBeLessThan(CLOCK_ERROR_LIMIT_US);
    },
  );

  it('leaves nothing out: sequence numbers run on while those of the sender wrap', async () => {
    const seat = await sendingSeat('VP8');
    const { sink, tap } = await openTap(seat);
    await client.call('resumeTap', { tapId: tap.tapId });
    await expect.poll(() => seat.source.packetsSent, { timeout: 10_000 }).toBeGreaterThan(180);
    const steps = sink.packets.slice(1).map(({ sequence }, index) => {
      const before = sink.packets[index]?.sequence ?? 0;
      return (sequence - before + 65_536) % 65_536;
    });
    expect(new Set(steps)).toEqual(new Set([1]));
  });

  it('passes a keyframe request on to the sender', async () => {
    const seat = await sendingSeat('VP8');
    const { tap } = await openTap(seat);
    await client.call('resumeTap', { tapId: tap.tapId });
    const before = seat.source.keyFrameRequests;
    await expect
      // While one request waits for its keyframe, others are not passed on.
      .poll(
        async () => {
          await client.call('requestTapKeyFrame', { tapId: tap.tapId });
          return seat.source.keyFrameRequests;
        },
        { timeout: 5_000 },
      )
      .toBeGreaterThan(before);
  });

  it('closes the older tap of a track when a newer epoch or a newer capture opens one', async () => {
    const seat = await sendingSeat('opus');
    const names = newTapNames();
    const closed: string[] = [];
    client.notices.on('tapClosed', ({ tapId, cause }) => closed.push(`${tapId} ${cause}`));
    const first = await openTap(seat, names);
    const second = await openTap(seat, { ...names, epoch: 2 });
    const third = await openTap(seat, { ...names, epoch: 1, fence: 2 });
    await expect.poll(() => closed).toEqual([`${first.tap.tapId} superseded`, `${second.tap.tapId} superseded`]);
    await expect(client.call('renewTaps', { tapIds: [first.tap.tapId, third.tap.tapId] })).resolves.toEqual({
      gone: [first.tap.tapId],
    });
  });

  it('refuses an older epoch and an older capture', async () => {
    const seat = await sendingSeat('opus');
    const names = { ...newTapNames(), epoch: 2, fence: 5 };
    await openTap(seat, names);
    await expect(openTap(seat, { ...names, epoch: 1 })).rejects.toMatchObject({ code: 'staleFence' });
    await expect(openTap(seat, { ...names, fence: 4, epoch: 9 })).rejects.toMatchObject({ code: 'staleFence' });
    await expect(openTap(seat, { ...names, fence: 4, trackId: newTrackId() })).rejects.toMatchObject({
      code: 'staleFence',
    });
  });

  it('answers gone for a producer or a room that is not there', async () => {
    const seat = await sendingSeat('opus');
    await expect(openTap({ ...seat, producerId: newProducerId() })).rejects.toMatchObject({ code: 'gone' });
    await expect(openTap({ ...seat, roomId: newRoomId() })).rejects.toMatchObject({ code: 'gone' });
  });
});

describe('a tap', () => {
  it('ends with its producer and tells why', async () => {
    const seat = await sendingSeat('opus');
    const { tap } = await openTap(seat);
    const causes: string[] = [];
    client.notices.on('tapClosed', ({ tapId, cause }) => tapId === tap.tapId && causes.push(cause));
    await client.call('closeProducer', { roomId: seat.roomId, fence, producerId: seat.producerId });
    await expect.poll(() => causes).toEqual(['producerClosed']);
  });

  it('lives as long as its lease is renewed, over connections, and not longer', async () => {
    const leaseMs = 600;
    const short = await SfuStand.create({ times: { tapLeaseMs: leaseMs } });
    try {
      const first = await short.connect('capture');
      const seat = await sendingSeat('opus', { stand: short, client: first });
      const { tap } = await openTap(seat, newTapNames(), first);
      // Kept over several leases by another connection, as after a break.
      const second = await short.connect('capture');
      const causes: string[] = [];
      second.notices.on('tapClosed', ({ cause }) => causes.push(cause));
      const untilMs = performance.now() + 3 * leaseMs;
      while (performance.now() < untilMs) {
        await expect(second.call('renewTaps', { tapIds: [tap.tapId] })).resolves.toEqual({ gone: [] });
        await new Promise((resolve) => setTimeout(resolve, leaseMs / 4));
      }
      await expect.poll(() => causes, { timeout: 5_000 }).toEqual(['leaseExpired']);
      await expect(second.call('resumeTap', { tapId: tap.tapId })).rejects.toMatchObject({ code: 'gone' });
    } finally {
      await short.close();
    }
  });
});
