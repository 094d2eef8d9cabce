import { parseSequenceHeader, readKeyFrameSize, type Av1Sequence, type Av1Size } from './av1-headers.ts';
import type { TimedPacket } from './timed-packet.ts';
import type { BuildResult, VideoCodec, VideoConfig } from './video-frame.ts';

/** Aggregation header (AV1 RTP specification §4.4). */
const CONTINUES = 0x80;
const GOES_ON = 0x40;

const SEQUENCE_HEADER = 1;
const TEMPORAL_DELIMITER = 2;
const FRAME_HEADER = 3;
const FRAME = 6;
const TILE_LIST = 8;
const PADDING = 15;
/** These have no place in a sample (AV1 in ISOBMFF §2.4), or only cost room there. */
const LEFT_OUT: ReadonlySet<number> = new Set([TEMPORAL_DELIMITER, TILE_LIST, PADDING]);

const FORBIDDEN = 0x80;
const HAS_EXTENSION = 0x04;
const HAS_SIZE = 0x02;
const MAX_LEB128_BYTES = 8;
/** Header, extension and a size at most: so much is parsed of an OBU wherever its fragments were cut. */
const OBU_HEAD_BYTES = 2 + MAX_LEB128_BYTES;
/** More than the header of any keyframe needs up to its size. */
const FRAME_HEADER_BYTES = 16;

/** One OBU: its header byte (and extension) without a size, and what follows in the parts it came in. */
interface Obu {
  readonly type: number;
  readonly header: Buffer;
  readonly spatialLayer: number;
  readonly parts: readonly Buffer[];
}

/**
 * AV1 over RTP (AOM specification 1.0) to the samples of ISO BMFF: the temporal unit without its delimiter, every OBU with its size. All spatial layers of a unit stay in it, of which a
 * decoder shows the highest that is there.
 */
export class Av1Codec implements VideoCodec {
  #config: VideoConfig | undefined;

  build(packets: readonly TimedPacket[]): BuildResult {
    const elements = collectElements(packets);
    if (elements === undefined) return 'damaged';
    const obus: Obu[] = [];
    for (const element of elements) {
      const obu = readObu(element);
      if (obu === undefined) return 'damaged';
      if (!LEFT_OUT.has(obu.type)) obus.push(obu);
    }
    const picture = obus.find(({ type }) => type === FRAME || type === FRAME_HEADER);
    if (picture === undefined) return 'empty';
    const parts = obus.flatMap(sized);
    const header = obus.find(({ type }) => type === SEQUENCE_HEADER);
    // Only from a sequence header on can anything be decoded (AV1 bitstream §7.6.2: a key frame random access point).
    if (header === undefined) return { parts, config: undefined };
    const sequence = parseSequenceHeader(Buffer.concat(header.parts));
    const size = sequence === undefined ? 'damaged' : sizeOf(picture, obus, sequence);
    if (sequence === undefined || size === 'damaged') return 'damaged';
    if (size === 'notKey') return { parts, config: undefined };
    this.#config = configOf(size, sequence, Buffer.concat(sized(header)), this.#config);
    return { parts, config: this.#config };
  }
}

/** Of the picture that is shown; the base layer says whether it is a keyframe. */
function sizeOf(base: Obu, obus: readonly Obu[], sequence: Av1Sequence): Av1Size | 'notKey' | 'damaged' {
  try {
    const size = readKeyFrameSize(startOf(base.parts, FRAME_HEADER_BYTES), sequence);
    const top = obus.reduce((highest, { spatialLayer }) => Math.max(highest, spatialLayer), 0);
    if (size === 'notKey' || top === base.spatialLayer) return size;
    // The headers of upper layers refer to others; the sequence tells the size of the topmost, and each below has half of it.
    const missing = Math.max(0, sequence.topLayer - top);
    return { width: sequence.width >> missing, height: sequence.height >> missing };
  } catch {
    return 'damaged';
  }
}

/** OBU elements in the parts they came in; undefined when a packet is malformed or an element lacks its beginning or end. */
function collectElements(packets: readonly TimedPacket[]): Buffer[][] | undefined {
  const elements: Buffer[][] = [];
  let isOpen = false;
  for (const { payload } of packets) {
    const head = payload.readUInt8(0);
    if (((head & CONTINUES) !== 0) !== isOpen) return undefined;
    const own = splitPacket(payload, (head >> 4) & 3);
    const [first, ...others] = own ?? [];
    if (first === undefined) return undefined;
    if (isOpen) elements.at(-1)?.push(first);
    else elements.push([first]);
    for (const other of others) elements.push([other]);
    isOpen = (head & GOES_ON) !== 0;
  }
  return isOpen ? undefined : elements;
}

/** Each element has its length before it, but for the last one when their `count` is told (0: it is not). */
function splitPacket(payload: Buffer, count: number): Buffer[] | undefined {
  const elements: Buffer[] = [];
  let at = 1;
  while (at < payload.length) {
    if (elements.length + 1 === count) {
      elements.push(payload.subarray(at));
      return elements;
    }
    const length = readLeb128(payload, at);
    if (length === undefined || length.end + length.value > payload.length) return undefined;
    at = length.end + length.value;
    // A fragment of no bytes says nothing, but is allowed where the count is not told.
    elements.push(payload.subarray(length.end, at));
  }
  return count === 0 ? elements : undefined;
}

function readObu(element: readonly Buffer[]): Obu | undefined {
  const [head, ...rest] = withWholeHead(element);
  if (head === undefined || head.length === 0) return undefined;
  const first = head.readUInt8(0);
  if ((first & FORBIDDEN) !== 0) return undefined;
  const hasExtension = (first & HAS_EXTENSION) !== 0;
  let at = hasExtension ? 2 : 1;
  if (head.length < at) return undefined;
  const extension = hasExtension ? head.readUInt8(1) : undefined;
  const header = Buffer.from([first | HAS_SIZE, ...(extension === undefined ? [] : [extension])]);
  const obu = { type: (first >> 3) & 0x0f, header, spatialLayer: ((extension ?? 0) >> 3) & 3 };
  if ((first & HAS_SIZE) === 0) return { ...obu, parts: [head.subarray(at), ...rest] };
  const size = readLeb128(head, at);
  if (size === undefined) return undefined;
  at = size.end;
  const parts = [head.subarray(at), ...rest];
  // A sender that keeps the size must mean all of the element.
  return size.value === lengthOf(parts) ? { ...obu, parts } : undefined;
}

function withWholeHead(element: readonly Buffer[]): readonly Buffer[] {
  const [first] = element;
  return first === undefined || first.length >= OBU_HEAD_BYTES || element.length === 1
    ? element
    : [Buffer.concat(element)];
}

function startOf(parts: readonly Buffer[], bytes: number): Buffer {
  const [first] = parts;
  return first !== undefined && first.length >= bytes ? first : Buffer.concat(parts);
}

function sized({ header, parts }: Obu): Buffer[] {
  return [Buffer.concat([header, leb128(lengthOf(parts))]), ...parts];
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** Little-endian in groups of seven bits (AV1 bitstream §4.10.5). */
function leb128(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 0x80) return Buffer.from([...bytes, left]);
    bytes.push((left & 0x7f) | 0x80);
  }
}

/** Undefined when it is cut off or greater than any packet. */
function readLeb128(bytes: Buffer, at: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let index = 0; index < MAX_LEB128_BYTES; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) return { value, end: at + index + 1 };
  }
  return undefined;
}

function configOf(
  { width, height }: Av1Size,
  sequence: Av1Sequence,
  header: Buffer,
  known: VideoConfig | undefined,
): VideoConfig {
  const decoderConfig = Buffer.concat([encodeAv1Config(sequence), header]);
  const id = `av1-${width}x${height}-${decoderConfig.toString('base64')}`;
  if (known?.id === id) return known;
  const { profile, level, isHighTier, colour } = sequence;
  const depth = colour.isTwelveBit ? 12 : colour.isHighDepth ? 10 : 8;
  const twoDigits = (value: number): string => String(value).padStart(2, '0');
  const mimeCodec = `av01.${profile}.${twoDigits(level)}${isHighTier ? 'H' : 'M'}.${twoDigits(depth)}`;
  return { id, codec: 'AV1', mimeCodec, width, height, decoderConfig };
}

/** The fixed part of AV1CodecConfigurationRecord (AV1 in ISOBMFF §2.3.3). */
function encodeAv1Config({ profile, level, isHighTier, colour }: Av1Sequence): Buffer {
  const { isHighDepth, isTwelveBit, isMonochrome, subsamplingX, subsamplingY, samplePosition } = colour;
  const flags = [isHighTier, isHighDepth, isTwelveBit, isMonochrome, subsamplingX === 1, subsamplingY === 1];
  const depth = flags.reduce((bits, flag) => (bits << 1) | (flag ? 1 : 0), 0);
  return Buffer.from([0x81, (profile << 5) | level, (depth << 2) | samplePosition, 0]);
}
