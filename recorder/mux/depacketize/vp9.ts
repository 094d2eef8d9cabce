import { BitReader } from './bit-reader.ts';
import type { TimedPacket } from './timed-packet.ts';
import type { BuildResult, VideoCodec, VideoConfig } from './video-frame.ts';

const SYNC_CODE = 0x49_83_42;
const MAX_LAYERS = 8;
/** More than the header of a keyframe needs up to its size. */
const KEYFRAME_HEADER_BYTES = 16;
const RGB = 7;

/** What matters of a payload descriptor (RFC 9628 §4.2). */
interface Descriptor {
  readonly bytes: number;
  readonly isInter: boolean;
  readonly startsFrame: boolean;
  readonly endsFrame: boolean;
  readonly spatialLayer: number;
  /** By spatial layer, when the scalability structure is there and tells them. */
  readonly sizes: readonly Size[] | undefined;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

interface LayerFrame {
  readonly parts: Buffer[];
  readonly isInter: boolean;
  readonly spatialLayer: number;
  isWhole: boolean;
}

/**
 * VP9 over RTP (RFC 9628), flexible mode or not. The spatial layers of a picture become one superframe (VP9 bitstream, annex B), of which a decoder shows the last; a picture is a
 * keyframe when its base layer is. A layer that is not whole is left out with all above it, until a keyframe comes: they refer to each other.
 */
export class Vp9Codec implements VideoCodec {
  #config: VideoConfig | undefined;
  #leftOutFrom = MAX_LAYERS;

  build(packets: readonly TimedPacket[]): BuildResult {
    const picture = collectLayers(packets);
    const [base] = picture.layers;
    const key = base === undefined ? 'damaged' : headOf(base);
    if (key === 'damaged') return 'damaged';
    if (key !== 'notKey') this.#leftOutFrom = MAX_LAYERS;
    const layers = this.#usable(picture.layers);
    const top = layers.at(-1);
    if (top === undefined) return 'damaged';
    const parts = layers.length === 1 ? top.parts : superframe(layers);
    if (key === 'notKey') return { parts, config: undefined };
    // A scalability structure may list layers that are not forwarded; one layer's own frame says its size.
    const told = layers.length === 1 ? undefined : picture.sizes[top.spatialLayer];
    this.#config = configOf(told ?? key, key, this.#config);
    return { parts, config: this.#config };
  }

  #usable(layers: readonly LayerFrame[]): readonly LayerFrame[] {
    const cut = layers.find(({ isWhole }) => !isWhole);
    if (cut !== undefined) this.#leftOutFrom = Math.min(this.#leftOutFrom, cut.spatialLayer);
    return layers.filter(({ spatialLayer }) => spatialLayer < this.#leftOutFrom);
  }
}

interface Picture {
  readonly layers: LayerFrame[];
  readonly sizes: readonly Size[];
}

function headOf({ isInter, parts }: LayerFrame): Keyframe | 'notKey' | 'damaged' {
  return isInter ? 'notKey' : readKeyframe(startOf(parts));
}

const DAMAGED: Picture = { layers: [], sizes: [] };

/** Without layers when a packet is malformed or the beginning is missing. */
function collectLayers(packets: readonly TimedPacket[]): Picture {
  const layers: LayerFrame[] = [];
  let sizes: readonly Size[] = [];
  for (const { payload } of packets) {
    const descriptor = readDescriptor(payload);
    if (descriptor === undefined || descriptor.bytes >= payload.length) return DAMAGED;
    const { isInter, startsFrame, endsFrame, spatialLayer } = descriptor;
    sizes = descriptor.sizes ?? sizes;
    if (startsFrame) layers.push({ parts: [], isInter, spatialLayer, isWhole: false });
    const layer = layers.at(-1);
    if (layer?.spatialLayer !== spatialLayer || layers.length > MAX_LAYERS) return DAMAGED;
    layer.parts.push(payload.subarray(descriptor.bytes));
    layer.isWhole = endsFrame;
  }
  return { layers, sizes };
}

/** Enough for the header of a keyframe. */
function startOf(parts: readonly Buffer[]): Buffer {
  const [first] = parts;
  return first !== undefined && first.length >= KEYFRAME_HEADER_BYTES ? first : Buffer.concat(parts);
}

function superframe(layers: readonly LayerFrame[]): Buffer[] {
  const marker = 0xc0 | (3 << 3) | (layers.length - 1);
  const index = Buffer.alloc(2 + layers.length * 4, marker);
  for (const [number, { parts }] of layers.entries()) {
    index.writeUInt32LE(
      parts.reduce((sum, part) => sum + part.length, 0),
      1 + number * 4,
    );
  }
  return [...layers.flatMap(({ parts }) => parts), index];
}

function readDescriptor(payload: Buffer): Descriptor | undefined {
  try {
    const reader = new ByteReader(payload);
    const head = reader.byte();
    if ((head & 0x80) !== 0 && (reader.byte() & 0x80) !== 0) reader.byte();
    const spatialLayer = (head & 0x20) === 0 ? 0 : (reader.byte() >> 1) & 7;
    if ((head & 0x30) === 0x20) reader.byte();
    if ((head & 0x50) === 0x50) while ((reader.byte() & 1) !== 0);
    const sizes = (head & 0x02) === 0 ? undefined : readStructure(reader);
    const flags = { isInter: (head & 0x40) !== 0, startsFrame: (head & 0x08) !== 0, endsFrame: (head & 0x04) !== 0 };
    return { bytes: reader.at, ...flags, spatialLayer, sizes };
  } catch {
    return undefined;
  }
}

function readStructure(reader: ByteReader): readonly Size[] | undefined {
  const head = reader.byte();
  const sizes: Size[] = [];
  if ((head & 0x10) !== 0) {
    for (let layer = 0; layer <= head >> 5; layer += 1) {
      sizes.push({ width: reader.byte() * 256 + reader.byte(), height: reader.byte() * 256 + reader.byte() });
    }
  }
  if ((head & 0x08) !== 0) {
    for (let pictures = reader.byte(); pictures > 0; pictures -= 1) {
      for (let references = (reader.byte() >> 2) & 3; references > 0; references -= 1) reader.byte();
    }
  }
  return sizes.length === 0 ? undefined : sizes;
}

class ByteReader {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    this.at += 1;
    return this.#bytes.readUInt8(this.at - 1);
  }
}

interface Keyframe extends Size {
  readonly profile: number;
  readonly bitDepth: number;
}

/** Uncompressed header of a keyframe (VP9 bitstream §6.2). `notKey`: frames that refer to none (intra-only) are predicted from nothing either, but reset nothing. */
function readKeyframe(frame: Buffer): Keyframe | 'notKey' | 'damaged' {
  try {
    const reader = new BitReader(frame);
    if (reader.bits(2) !== 2) return 'damaged';
    const profile = reader.flag() + reader.flag() * 2;
    if (profile === 3) reader.flag();
    const showsExisting = reader.flag() === 1;
    const isInter = reader.flag() === 1;
    if (showsExisting || isInter) return 'notKey';
    reader.bits(2);
    if (reader.bits(24) !== SYNC_CODE) return 'damaged';
    const bitDepth = profile >= 2 ? 10 + 2 * reader.flag() : 8;
    if (reader.bits(3) === RGB) reader.bits(profile % 2 === 1 ? 1 : 0);
    else reader.bits(profile % 2 === 1 ? 4 : 1);
    return { profile, bitDepth, width: reader.bits(16) + 1, height: reader.bits(16) + 1 };
  } catch {
    return 'damaged';
  }
}

function configOf(
  { width, height }: Size,
  { profile, bitDepth }: Keyframe,
  known: VideoConfig | undefined,
): VideoConfig {
  const id = `vp9-${profile}-${bitDepth}-${width}x${height}`;
  if (known?.id === id) return known;
  const level = levelFor(width * height);
  const twoDigits = (value: number): string => String(value).padStart(2, '0');
  // vpcC body (VP Codec ISO Media File Format Binding): 4:2:0, studio range, colour unspecified (2).
  const decoderConfig = Buffer.from([profile, level, (bitDepth << 4) | (1 << 1), 2, 2, 2, 0, 0]);
  const mimeCodec = `vp09.${twoDigits(profile)}.${twoDigits(level)}.${twoDigits(bitDepth)}`;
  return { id, codec: 'VP9', mimeCodec, width, height, decoderConfig };
}

/** The lowest level whose pictures are large enough (VP9 levels, luma picture size). */
function levelFor(pixels: number): number {
  if (pixels <= 245_760) return 30;
  if (pixels <= 552_960) return 31;
  if (pixels <= 983_040) return 40;
  return pixels <= 2_228_224 ? 41 : 51;
}
