import type { RouterRtpCodecCapability, RtpCapabilities } from 'mediasoup/types';
import { ABS_CAPTURE_TIME } from '../../signaling/protocol/rtp-extensions.ts';

/**
 * In order of preference. H264 constrained baseline comes first among video codecs: it plays back everywhere without transcoding.
 * Opus without DTX, so that a recording has no holes, and with in-band FEC for poor lines.
 */
export const ROOM_CODECS: readonly RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48_000,
    channels: 2,
    parameters: { minptime: 10, useinbandfec: 1, usedtx: 0 },
  },
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0 } },
  { kind: 'video', mimeType: 'video/AV1', clockRate: 90_000 },
];

/**
 * Kept away from browsers: with video-orientation a phone sends its picture sideways and a flag, and no recorder turns it;
 * without it the phone turns the picture itself.
 */
const HIDDEN_EXTENSIONS: ReadonlySet<string> = new Set([
  'urn:3gpp:video-orientation',
  'urn:mediasoup:params:rtp-hdrext:packet-id',
]);

const TAP_EXTENSIONS: ReadonlySet<string> = new Set([ABS_CAPTURE_TIME, 'urn:ietf:params:rtp-hdrext:ssrc-audio-level']);

/** What browsers are told that the room can do. */
export function roomCapabilities(router: RtpCapabilities): RtpCapabilities {
  return {
    ...router,
    headerExtensions: (router.headerExtensions ?? []).filter((extension) => !HIDDEN_EXTENSIONS.has(extension.uri)),
  };
}

/**
 * What a tap can receive: everything the room can carry with the room's payload types and extension ids, without retransmission
 * (loopback loses nothing that a retransmission would bring back) and without congestion control.
 */
export function tapCapabilities(router: RtpCapabilities): RtpCapabilities {
  return {
    codecs: (router.codecs ?? []).filter((codec) => !codec.mimeType.toLowerCase().endsWith('/rtx')),
    headerExtensions: (router.headerExtensions ?? []).filter((extension) => TAP_EXTENSIONS.has(extension.uri)),
  };
}
