import type { TimedPacket } from './timed-packet.ts';
import type { BuildResult, VideoCodec, VideoConfig } from './video-frame.ts';

const EXTENDED = 0x80;
const PARTITION_START = 0x10;
const PARTITION_INDEX = 0x07;
const START_CODE = [0x9d, 0x01, 0x2a] as const;
const KEYFRAME_HEADER_BYTES = 10;

/** VP8 over RTP (RFC 7741) to the plain frames that WebM holds. */
export class Vp8Codec implements VideoCodec {
  #config: VideoConfig | undefined;

  build(packets: readonly TimedPacket[]): BuildResult {
    const parts = collectParts(packets);
    if (parts === undefined) return 'damaged';
    const [first] = parts;
    if (first === undefined) return 'empty';
    if ((first.readUInt8(0) & 1) !== 0) return { parts, config: undefined };
    const size = keyframeSize(first.length < KEYFRAME_HEADER_BYTES ? Buffer.concat(parts) : first);
    if (size === undefined) return 'damaged';
    const isSame = this.#config?.width === size.width && this.#config.height === size.height;
    if (!isSame) this.#config = configOf(size);
    return { parts, config: this.#config };
  }
}

/** The frame without its payload descriptors; undefined when it does not begin with its first packet. */
function collectParts(packets: readonly TimedPacket[]): Buffer[] | undefined {
  const parts: Buffer[] = [];
  for (const [index, { payload }] of packets.entries()) {
    const bodyAt = descriptorBytes(payload);
    if (bodyAt === undefined || bodyAt >= payload.length) return undefined;
    const head = payload.readUInt8(0);
    const startsFrame = (head & PARTITION_START) !== 0 && (head & PARTITION_INDEX) === 0;
    if (startsFrame !== (index === 0)) return undefined;
    parts.push(payload.subarray(bodyAt));
  }
  return parts;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function configOf({ width, height }: Size): VideoConfig {
  return {
    id: `vp8-${width}x${height}`,
    codec: 'VP8',
    mimeCodec: 'vp8',
    width,
    height,
    decoderConfig: Buffer.alloc(0),
  };
}

/** Length of the payload descriptor (RFC 7741 §4.2), undefined when it is cut off. */
function descriptorBytes(payload: Buffer): number | undefined {
  if (payload.length === 0) return undefined;
  if ((payload.readUInt8(0) & EXTENDED) === 0) return 1;
  const flags = payload[1];
  if (flags === undefined) return undefined;
  let at = 2;
  if ((flags & 0x80) !== 0) {
    const pictureId = payload[at];
    if (pictureId === undefined) return undefined;
    at += (pictureId & 0x80) !== 0 ? 2 : 1;
  }
  if ((flags & 0x40) !== 0) at += 1;
  if ((flags & 0x30) !== 0) at += 1;
  return at;
}

/** Of the frame header of a keyframe (RFC 6386 §9.1). */
function keyframeSize(frame: Buffer): Size | undefined {
  if (frame.length < KEYFRAME_HEADER_BYTES) return undefined;
  if (START_CODE.some((byte, index) => frame[3 + index] !== byte)) return undefined;
  const width = frame.readUInt16LE(6) & 0x3fff;
  const height = frame.readUInt16LE(8) & 0x3fff;
  return width === 0 || height === 0 ? undefined : { width, height };
}
