import type { types } from 'mediasoup-client';
import { WALL_MAX_BITRATE } from '../../../signaling/protocol/media.ts';
import type { Source, VideoCodec } from '../../../signaling/protocol/media.ts';

const KBPS = 1000;

/** 180/360/720 lines of a 720p camera; a smaller picture is divided the same way. */
const CAMERA_LAYERS = [
  { scaleResolutionDownBy: 4, maxBitrate: 120 * KBPS, maxFramerate: 15 },
  { scaleResolutionDownBy: 2, maxBitrate: 450 * KBPS },
  { scaleResolutionDownBy: 1, maxBitrate: 1500 * KBPS },
] as const;

/** A page of text must stay legible on a poor line: the lower layer keeps half the resolution and gives up motion. */
const BOARD_LAYERS = [
  { scaleResolutionDownBy: 2, maxBitrate: 300 * KBPS, maxFramerate: 8 },
  { scaleResolutionDownBy: 1, maxBitrate: 2500 * KBPS, maxFramerate: 30 },
] as const;

/** Who is there, who nods, what is held up: the class wall needs no motion. */
const WALL_LINES = 180;
const WALL_FRAMES_PER_SECOND = 5;

const SPEECH_BITRATE = 40 * KBPS;
const SCREEN_SOUND_BITRATE = 96 * KBPS;
const MUSIC_BITRATE = 128 * KBPS;

export const isBoard = (source: Source): boolean => source === 'screen' || source === 'visualiser';

/** Profile 42 with the constraint bits set, whatever the level. */
function isBaseline(codec: types.RtpCodecCapability): boolean {
  const parameters = codec.parameters as Readonly<Record<string, string | number>> | undefined;
  return /^42[c-f][0-9a-f]/i.test(String(parameters?.['profile-level-id'] ?? '42e01f'));
}

/** Constrained baseline H264 first, where the whole room receives it: it is what plays back at once everywhere. VP8 else. */
function chooseVideoCodec(device: types.Device, shared: VideoCodec): types.RtpCodecCapability | undefined {
  const codecs = device.sendRtpCapabilities.codecs ?? [];
  const vp8 = codecs.find((codec) => codec.mimeType.toLowerCase() === 'video/vp8');
  if (shared === 'vp8' && vp8 !== undefined) return vp8;
  const h264 = codecs.find((codec) => codec.mimeType.toLowerCase() === 'video/h264' && isBaseline(codec));
  return h264 ?? vp8;
}

function videoOptions(device: types.Device, source: Source, shared: VideoCodec): types.ProducerOptions {
  const codec = chooseVideoCodec(device, shared);
  // Temporal layers only where every decoder and the recorder can leave them out safely.
  const scalabilityMode = codec?.mimeType.toLowerCase() === 'video/vp8' ? 'L1T3' : 'L1T1';
  const layers = isBoard(source) ? BOARD_LAYERS : CAMERA_LAYERS;
  return {
    encodings: layers.map((layer) => Object.assign({ scalabilityMode }, layer)),
    codecOptions: { videoGoogleStartBitrate: 800 },
    ...(codec === undefined ? {} : { codec }),
  };
}

/** One encoding, whatever the camera gives, in what every browser receives: who looks at the wall has no say in what the room sends (SPEC V4). */
function wallOptions(device: types.Device, track: MediaStreamTrack): types.ProducerOptions {
  const codec = chooseVideoCodec(device, 'vp8');
  const { height = WALL_LINES } = track.getSettings();
  return {
    encodings: [
      {
        scalabilityMode: 'L1T1',
        maxBitrate: WALL_MAX_BITRATE,
        maxFramerate: WALL_FRAMES_PER_SECOND,
        scaleResolutionDownBy: Math.max(1, height / WALL_LINES),
      },
    ],
    ...(codec === undefined ? {} : { codec }),
  };
}

function audioOptions(source: Source, track: MediaStreamTrack): types.ProducerOptions {
  const isScreen = source === 'screenAudio';
  const isMusic = isSentAsMusic(source, track);
  const bitrate = isMusic ? MUSIC_BITRATE : isScreen ? SCREEN_SOUND_BITRATE : SPEECH_BITRATE;
  return {
    codecOptions: {
      opusFec: true,
      opusDtx: false,
      opusNack: true,
      opusStereo: isScreen || isMusic,
      opusMaxAverageBitrate: bitrate,
    },
    encodings: [{ priority: 'high', networkPriority: 'high' }],
  };
}

/** A microphone that was opened for music; what it is sent with is settled when sending begins. */
export const isSentAsMusic = (source: Source, track: MediaStreamTrack): boolean =>
  source === 'microphone' && track.contentHint === 'music';

/** Everything but the track: how a source is encoded. Tracks are kept by their owner, so that they survive a rebuild. */
export function producerOptions(
  device: types.Device,
  source: Source,
  track: MediaStreamTrack,
  shared: VideoCodec,
): types.ProducerOptions {
  return { ...encodingOptions(device, source, track, shared), stopTracks: false };
}

function encodingOptions(
  device: types.Device,
  source: Source,
  track: MediaStreamTrack,
  shared: VideoCodec,
): types.ProducerOptions {
  if (source === 'wall') return wallOptions(device, track);
  return kindOf(source) === 'video' ? videoOptions(device, source, shared) : audioOptions(source, track);
}

export const kindOf = (source: Source): 'audio' | 'video' =>
  source === 'microphone' || source === 'screenAudio' ? 'audio' : 'video';

/** Whether pictures that are sent like this reach only those who receive H264. */
export const isH264 = ({ codecs }: types.RtpParameters): boolean => codecs[0]?.mimeType.toLowerCase() === 'video/h264';

/** The simulcast layer that fits a tile of so many device pixels in height. */
export function layerForHeight(source: Source, heightPx: number): number {
  if (isBoard(source)) return heightPx <= 360 ? 0 : 1;
  if (heightPx <= 200) return 0;
  return heightPx <= 420 ? 1 : 2;
}
