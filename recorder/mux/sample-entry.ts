import type { VideoConfig } from './depacketize/video-frame.ts';
import { OPUS_CLOCK_RATE } from './depacketize/opus.ts';
import { box, fullBox, text, u16, u32, u8 } from './mp4-box.ts';

/** What an initialisation segment describes: one stream, one configuration. */
export type StreamFormat =
  | { readonly kind: 'video'; readonly config: VideoConfig }
  | { readonly kind: 'aac' }
  | { readonly kind: 'opus' };

const DPI_72 = 0x0048_0000;
const COLOUR_DEPTH = 24;
const SOUND_RATE = 48_000;
const SOUND_CHANNELS = 2;
const AAC_BITRATE = 128_000;
/** AudioSpecificConfig (ISO 14496-3 §1.6.2.1): AAC-LC, 48 kHz, stereo. */
const AAC_SPECIFIC_CONFIG = Buffer.from([0x11, 0x90]);

export function sampleEntry(format: StreamFormat): Buffer {
  if (format.kind === 'video') return videoEntry(format.config);
  return format.kind === 'aac' ? soundEntry('mp4a', elementaryStream()) : soundEntry('Opus', opusConfig());
}

/** Sample entries of ISO 14496-15, of the VP codec binding (VP8 plays in Matroska alone where we are) and of AV1. */
const VIDEO_ENTRIES = {
  H264: { type: 'avc1', configBox: (config: Buffer) => box('avcC', config) },
  VP8: { type: 'vp08', configBox: (config: Buffer) => fullBox('vpcC', 1, 0, config) },
  VP9: { type: 'vp09', configBox: (config: Buffer) => fullBox('vpcC', 1, 0, config) },
  AV1: { type: 'av01', configBox: (config: Buffer) => box('av1C', config) },
} as const satisfies Record<VideoConfig['codec'], unknown>;

function videoEntry({ codec, width, height, decoderConfig }: VideoConfig): Buffer {
  const { type, configBox } = VIDEO_ENTRIES[codec];
  return box(
    type,
    u32(0),
    u16(0, 1),
    Buffer.alloc(16),
    u16(width, height),
    u32(DPI_72, DPI_72, 0),
    u16(1),
    Buffer.alloc(32),
    u16(COLOUR_DEPTH, 0xffff),
    configBox(decoderConfig),
  );
}

function soundEntry(type: string, configBox: Buffer): Buffer {
  return box(type, u32(0), u16(0, 1), u32(0, 0), u16(SOUND_CHANNELS, 16, 0, 0), u32(SOUND_RATE * 65_536), configBox);
}

/** `esds` (ISO 14496-14 §3.1.2): ES descriptor > decoder configuration > AudioSpecificConfig. */
function elementaryStream(): Buffer {
  const specific = descriptor(5, AAC_SPECIFIC_CONFIG);
  const decoder = descriptor(4, u8(0x40, 0x15, 0, 0, 0), u32(AAC_BITRATE, AAC_BITRATE), specific);
  return fullBox('esds', 0, 0, descriptor(3, u16(1), u8(0), decoder, descriptor(6, u8(2))));
}

function descriptor(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u8(tag, body.length), body]);
}

/** `dOps` (Encapsulation of Opus in ISOBMFF §4.3.2). Pre-skip is 0: timestamps are absolute, nothing is to be skipped. */
function opusConfig(): Buffer {
  return box('dOps', u8(0, SOUND_CHANNELS), u16(0), u32(OPUS_CLOCK_RATE), u16(0), u8(0));
}

/** The same for Matroska (RFC 7845 §5.1), little-endian. */
export function opusHead(): Buffer {
  const head = Buffer.alloc(19);
  head.set(text('OpusHead'), 0);
  head.writeUInt8(1, 8);
  head.writeUInt8(SOUND_CHANNELS, 9);
  head.writeUInt32LE(OPUS_CLOCK_RATE, 12);
  return head;
}
