import { BitReader } from './bit-reader.ts';
import type { TimedPacket } from './timed-packet.ts';
import type { BuildResult, VideoCodec, VideoConfig } from './video-frame.ts';

const SYNC_CODE = 0x49_83_42;
const MAX_LAYERS = 8;
const RGB = 7;

/** What matters of a payload descriptor (RFC 9628 §4.2). */
interface Descriptor {
  readonly bytes: number;
  readonly isInter: boolean;
  readonly startsFrame: boolean;
  /** Size of the highest spatial layer, when the scalability structure is there and tells it. */
  readonly size: Size | undefined;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

interface LayerFrame {
  readonly parts: Buffer[];
  readonly isInter: boolean;
}

/**
 * VP9 over RTP (RFC 9628). The spatial layers of a picture become one superframe (VP9 bitstream, annex B), of which a decoder shows the last; a picture is a keyframe when its base
 * layer is.
 */
export class Vp9Codec implements VideoCodec {
  #config: VideoConfig | undefined;

  build(packets: readonly TimedPacket[]): BuildResult {
    const picture = collectLayers(packets);
    if (picture === undefined) return 'damaged';
    const [base] = picture.layers;
    if (base === undefined) return 'empty';
    const isSingle = picture.layers.length === 1;
    const parts = isSingle ? base.parts : superframe(picture.layers);
    if (base.isInter) return { parts, config: undefined };
    const key = readKeyframe(Buffer.concat(base.parts));
    if (key === undefined) return 'damaged';
    // With one layer the frame itself says its size; a scalability structure may list layers that are not forwarded.
    const size = isSingle ? key : (picture.size ?? key);
    this.#config = configOf(size, key, this.#config);
    return { parts, config: this.#config };
  }
}

interface Picture {
  readonly layers: LayerFrame[];
  readonly size: Size | undefined;
}

/** Undefined when a packet is malformed or the beginning is missing. */
function collectLayers(packets: readonly TimedPacket[]): Picture | undefined {
  const layers: LayerFrame[] = [];
  let size: Size | undefined;
  for (const { payload } of packets) {
    const descriptor = readDescriptor(payload);
    if (descriptor === undefined || descriptor.bytes >= payload.length) return undefined;
    size = descriptor.size ?? size;
    if (descriptor.startsFrame) layers.push({ parts: [], isInter: descriptor.isInter });
    const layer = layers.at(-1);
    if (layer === undefined || layers.length > MAX_LAYERS) return undefined;
    layer.parts.push(payload.subarray(descriptor.bytes));
  }
  return { layers, size };
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
    if ((head & 0x20) !== 0) {
      reader.byte();
      if ((head & 0x10) === 0) reader.byte();
    }
    if ((head & 0x50) === 0x50) while ((reader.byte() & 1) !== 0);
    const size = (head & 0x02) === 0 ? undefined : readStructure(reader);
    return { bytes: reader.at, isInter: (head & 0x40) !== 0, startsFrame: (head & 0x08) !== 0, size };
  } catch {
    return undefined;
  }
}

function readStructure(reader: ByteReader): Size | undefined {
  const head = reader.byte();
  let size: Size | undefined;
  if ((head & 0x10) !== 0) {
    for (let layer = 0; layer <= head >> 5; layer += 1) {
      size = { width: reader.byte() * 256 + reader.byte(), height: reader.byte() * 256 + reader.byte() };
    }
  }
  if ((head & 0x08) !== 0) {
    for (let pictures = reader.byte(); pictures > 0; pictures -= 1) {
      for (let references = (reader.byte() >> 2) & 3; references > 0; references -= 1) reader.byte();
    }
  }
  return size;
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

/** Uncompressed header of a keyframe (VP9 bitstream §6.2); undefined when it is none. */
function readKeyframe(frame: Buffer): Keyframe | undefined {
  try {
    const reader = new BitReader(frame);
    if (reader.bits(2) !== 2) return undefined;
    const profile = reader.flag() + reader.flag() * 2;
    if (profile === 3) reader.flag();
    const showsExisting = reader.flag() === 1;
    const isInter = reader.flag() === 1;
    if (showsExisting || isInter) return undefined;
    reader.bits(2);
    if (reader.bits(24) !== SYNC_CODE) return undefined;
    const bitDepth = profile >= 2 ? 10 + 2 * reader.flag() : 8;
    if (reader.bits(3) === RGB) reader.bits(profile % 2 === 1 ? 1 : 0);
    else reader.bits(profile % 2 === 1 ? 4 : 1);
    return { profile, bitDepth, width: reader.bits(16) + 1, height: reader.bits(16) + 1 };
  } catch {
    return undefined;
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
