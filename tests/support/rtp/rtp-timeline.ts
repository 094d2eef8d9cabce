import type { RtpParameters } from 'mediasoup/types';
import { seededRandom } from '../../net/seeded-random.ts';
import type { ClipCodec, ClipFrame, MediaClip } from './media-clip.ts';
import { payloadsOf } from './packetizer.ts';
import { writeSenderReport } from './rtcp.ts';

const AUDIO_LEVEL_URI = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
/** Extension id that the room uses for audio levels, so that ids can be kept as they are. */
const AUDIO_LEVEL_ID = 6;
const CODEC_PARAMETERS: Readonly<Partial<Record<ClipCodec, RtpParameters['codecs'][number]['parameters']>>> = {
  H264: { 'packetization-mode': 1, 'profile-level-id': '42e01f' },
  VP9: { 'profile-id': 0 },
};
const SENDER_REPORT_INTERVAL_US = 1_000_000;

export interface RtpStreamOptions {
  readonly clip: MediaClip;
  /** True time of media time 0, unix µs: sources that start together share it. */
  readonly startUnixUs: number;
  readonly ssrc: number;
  readonly payloadType: number;
  readonly cname: string;
  readonly rtpBase?: number;
  readonly sequenceBase?: number;
  /** How much faster the device's media clock runs than true time. */
  readonly skewPpm?: number;
  /** How far the sender's wall clock, which its sender reports show, is ahead of true time. */
  readonly ntpOffsetUs?: number;
  /** dBov, 0 … 127 below full scale, in a header extension; left out when undefined. */
  readonly audioLevel?: number;
  readonly network?: NetworkFaults;
  /** Media time at which the stream ends; endless without it. */
  readonly durationUs?: number;
}

/** What the network does to RTP packets (never to RTCP), reproducible by `seed`. */
export interface NetworkFaults {
  readonly seed: number;
  /** Share of packets that never arrive. */
  readonly loss?: number;
  /** Share of packets that arrive late, after those that were sent up to `reorderDelayUs` later. */
  readonly reorder?: number;
  readonly reorderDelayUs?: number;
  /** Everything sent in these stretches of media time is lost. */
  readonly blackoutsUs?: readonly { readonly fromUs: number; readonly toUs: number }[];
}

export interface TimedPacket {
  readonly kind: 'rtp' | 'rtcp';
  /** True time at which it arrives, unix µs. */
  readonly atUnixUs: number;
  readonly bytes: Buffer;
}

interface StreamState {
  sequence: number;
  packets: number;
  bytes: number;
  pictureId: number;
  nextReportUs: number;
}

export function clockRateOf(clip: MediaClip): number {
  return clip.kind === 'audio' ? 48_000 : 90_000;
}

/** True time at which the frame with this media time was captured. */
export function captureUnixUsOf(options: Pick<RtpStreamOptions, 'startUnixUs' | 'skewPpm'>, mediaUs: number): number {
  return options.startUnixUs + mediaUs / (1 + (options.skewPpm ?? 0) / 1e6);
}

export function rtpTimestampOf(options: Pick<RtpStreamOptions, 'clip' | 'rtpBase'>, mediaUs: number): number {
  const ticks = Math.round((mediaUs * clockRateOf(options.clip)) / 1_000_000);
  return ((((options.rtpBase ?? 0) + ticks) % 2 ** 32) + 2 ** 32) % 2 ** 32;
}

/**
 * All packets of a stream in the order of their arrival, without a network: play them in real time with `createRtpSource`, or write
 * hours of them into a packet log at once. The clip repeats without a seam; each stream begins with a sender report.
 */
export function* rtpTimeline(options: RtpStreamOptions): Generator<TimedPacket> {
  const faults = options.network;
  const random = seededRandom(faults?.seed ?? 1);
  let late: TimedPacket[] = [];
  for (const { packet, mediaUs } of sentPackets(options)) {
    while (late[0] !== undefined && late[0].atUnixUs <= packet.atUnixUs) {
      yield late[0];
      late = late.slice(1);
    }
    const fate = packet.kind === 'rtcp' ? 'arrives' : fateOf(faults, random, mediaUs);
    if (fate === 'arrives') {
      yield packet;
    } else if (fate === 'late') {
      late.push({ ...packet, atUnixUs: packet.atUnixUs + (faults?.reorderDelayUs ?? 30_000) });
    }
  }
  yield* late;
}

function* sentPackets(options: RtpStreamOptions): Generator<{ packet: TimedPacket; mediaUs: number }> {
  const state: StreamState = {
    sequence: options.sequenceBase ?? 0,
    packets: 0,
    bytes: 0,
    pictureId: 0,
    nextReportUs: 0,
  };
  const endUs = options.durationUs ?? Number.POSITIVE_INFINITY;
  for (const { frame, mediaUs } of framesOf(options.clip)) {
    if (mediaUs >= endUs) {
      return;
    }
    for (const packet of packetsOf(options, state, frame, mediaUs)) {
      yield { packet, mediaUs };
    }
  }
}

function* framesOf(clip: MediaClip): Generator<{ frame: ClipFrame; mediaUs: number }> {
  for (let round = 0; ; round += 1) {
    for (const frame of clip.frames) {
      yield { frame, mediaUs: round * clip.durationUs + frame.ptsUs };
    }
  }
}

function* packetsOf(
  options: RtpStreamOptions,
  state: StreamState,
  frame: ClipFrame,
  mediaUs: number,
): Generator<TimedPacket> {
  const atUnixUs = captureUnixUsOf(options, mediaUs);
  if (mediaUs >= state.nextReportUs || state.packets === 0) {
    yield { kind: 'rtcp', atUnixUs, bytes: reportAt(options, state, mediaUs) };
    state.nextReportUs = Math.max(0, mediaUs) + SENDER_REPORT_INTERVAL_US;
  }
  const payloads = payloadsOf(options.clip.codec, frame, state.pictureId);
  state.pictureId = (state.pictureId + 1) % 2 ** 15;
  for (const [index, payload] of payloads.entries()) {
    const isLast = index === payloads.length - 1;
    yield { kind: 'rtp', atUnixUs, bytes: rtpPacket(options, state, mediaUs, payload, isLast) };
    state.sequence = (state.sequence + 1) % 2 ** 16;
    state.packets += 1;
    state.bytes += payload.length;
  }
}

function reportAt(options: RtpStreamOptions, state: StreamState, mediaUs: number): Buffer {
  return writeSenderReport(
    {
      ssrc: options.ssrc,
      ntpUnixUs: captureUnixUsOf(options, mediaUs) + (options.ntpOffsetUs ?? 0),
      rtpTimestamp: rtpTimestampOf(options, mediaUs),
      packets: state.packets,
      bytes: state.bytes,
    },
    options.cname,
  );
}

function rtpPacket(
  options: RtpStreamOptions,
  state: StreamState,
  mediaUs: number,
  payload: Buffer,
  isLast: boolean,
): Buffer {
  const hasLevel = options.audioLevel !== undefined;
  const header = Buffer.alloc(hasLevel ? 20 : 12);
  header.writeUInt8(hasLevel ? 0x90 : 0x80, 0);
  header.writeUInt8((options.clip.kind === 'video' && isLast ? 0x80 : 0) | options.payloadType, 1);
  header.writeUInt16BE(state.sequence, 2);
  header.writeUInt32BE(rtpTimestampOf(options, mediaUs), 4);
  header.writeUInt32BE(options.ssrc, 8);
  if (options.audioLevel !== undefined) {
    // One-byte header extension (RFC 8285) with voice activity and level (RFC 6464).
    header.writeUInt16BE(0xbede, 12);
    header.writeUInt16BE(1, 14);
    header.writeUInt8(AUDIO_LEVEL_ID << 4, 16);
    header.writeUInt8(0x80 | options.audioLevel, 17);
  }
  return Buffer.concat([header, payload]);
}

/** What the receiver must be told about the stream, in mediasoup's words. */
export function rtpParametersOf(
  options: Pick<RtpStreamOptions, 'clip' | 'ssrc' | 'payloadType' | 'cname' | 'audioLevel'>,
): RtpParameters {
  const { clip, ssrc, payloadType, cname } = options;
  const codec =
    clip.kind === 'audio'
      ? { mimeType: 'audio/opus', payloadType, clockRate: 48_000, channels: 2, parameters: { useinbandfec: 1 } }
      : {
          mimeType: `video/${clip.codec}`,
          payloadType,
          clockRate: 90_000,
          parameters: CODEC_PARAMETERS[clip.codec] ?? {},
          rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
        };
  return {
    codecs: [codec],
    encodings: [{ ssrc }],
    headerExtensions: options.audioLevel === undefined ? [] : [{ uri: AUDIO_LEVEL_URI, id: AUDIO_LEVEL_ID }],
    rtcp: { cname },
  };
}

function fateOf(faults: NetworkFaults | undefined, random: () => number, mediaUs: number): 'arrives' | 'lost' | 'late' {
  if (faults === undefined) {
    return 'arrives';
  }
  const isBlackout = (faults.blackoutsUs ?? []).some(({ fromUs, toUs }) => mediaUs >= fromUs && mediaUs < toUs);
  if (isBlackout || random() < (faults.loss ?? 0)) {
    return 'lost';
  }
  return random() < (faults.reorder ?? 0) ? 'late' : 'arrives';
}
