import { BitReader } from './bit-reader.ts';

export interface Av1Sequence {
  readonly profile: number;
  /** Level and tier of the first operating point, which is the one that a decoder takes by itself. */
  readonly level: number;
  readonly isHighTier: boolean;
  /** Highest spatial layer of that operating point. */
  readonly topLayer: number;
  readonly width: number;
  readonly height: number;
  readonly colour: Av1Colour;
  /** What stands before the size in the header of a keyframe; undefined where it cannot be told without a model of the decoder's buffers. */
  readonly frames: FrameSyntax | undefined;
}

export interface Av1Colour {
  readonly isHighDepth: boolean;
  readonly isTwelveBit: boolean;
  readonly isMonochrome: boolean;
  readonly subsamplingX: 0 | 1;
  readonly subsamplingY: 0 | 1;
  readonly samplePosition: number;
}

interface FrameSyntax {
  readonly idBits: number;
  readonly screenContent: 0 | 1 | 'chosen';
  readonly integerMotion: 0 | 1 | 'chosen';
  readonly orderBits: number;
  readonly widthBits: number;
  readonly heightBits: number;
}

export interface Av1Size {
  readonly width: number;
  readonly height: number;
}

const BT_709 = 1;
const SRGB = 13;
const IDENTITY = 0;
const KEY_FRAME = 0;
const FIRST_TIERED_LEVEL = 8;

/** A sequence header OBU without header and size (AV1 bitstream §5.5); undefined when it is damaged or that of a still picture. */
export function parseSequenceHeader(payload: Buffer): Av1Sequence | undefined {
  try {
    return readSequence(new BitReader(payload));
  } catch {
    return undefined;
  }
}

function readSequence(reader: BitReader): Av1Sequence | undefined {
  const profile = reader.bits(3);
  reader.flag();
  const isReducedStill = reader.flag() === 1;
  if (isReducedStill || profile > 2) return undefined;
  const delayBits = readTiming(reader);
  const [first] = readOperatingPoints(reader, delayBits);
  const widthBits = reader.bits(4) + 1;
  const heightBits = reader.bits(4) + 1;
  const width = reader.bits(widthBits) + 1;
  const height = reader.bits(heightBits) + 1;
  const idBits = reader.flag() === 1 ? readIdBits(reader) : 0;
  reader.bits(3);
  const tools = readTools(reader);
  reader.bits(3);
  const colour = readColour(reader, profile);
  const frames = delayBits === undefined ? { idBits, ...tools, widthBits, heightBits } : undefined;
  return first === undefined ? undefined : { profile, ...first, width, height, colour, frames };
}

/** Answers the length of the decoder model's delays, undefined without a decoder model. */
function readTiming(reader: BitReader): number | undefined {
  if (reader.flag() === 0) return undefined;
  reader.bits(64);
  if (reader.flag() === 1) reader.unsignedGolomb();
  if (reader.flag() === 0) return undefined;
  const delayBits = reader.bits(5) + 1;
  reader.bits(32 + 5 + 5);
  return delayBits;
}

interface OperatingPoint {
  readonly level: number;
  readonly isHighTier: boolean;
  readonly topLayer: number;
}

function readOperatingPoints(reader: BitReader, delayBits: number | undefined): OperatingPoint[] {
  const hasDisplayDelay = reader.flag() === 1;
  const count = reader.bits(5) + 1;
  return Array.from({ length: count }, () => {
    const spatialLayers = reader.bits(12) >> 8;
    const level = reader.bits(5);
    const isHighTier = level >= FIRST_TIERED_LEVEL && reader.flag() === 1;
    if (delayBits !== undefined && reader.flag() === 1) reader.bits(2 * delayBits + 1);
    if (hasDisplayDelay && reader.flag() === 1) reader.bits(4);
    return { level, isHighTier, topLayer: spatialLayers === 0 ? 0 : 31 - Math.clz32(spatialLayers) };
  });
}

function readIdBits(reader: BitReader): number {
  const deltaBits = reader.bits(4) + 2;
  return deltaBits + reader.bits(3) + 1;
}

function readTools(reader: BitReader): Pick<FrameSyntax, 'screenContent' | 'integerMotion' | 'orderBits'> {
  reader.bits(4);
  const hasOrderHint = reader.flag() === 1;
  if (hasOrderHint) reader.bits(2);
  const screenContent = readChoice(reader);
  const integerMotion = screenContent === 0 ? 'chosen' : readChoice(reader);
  return { screenContent, integerMotion, orderBits: hasOrderHint ? reader.bits(3) + 1 : 0 };
}

/** `chosen`: each frame says it anew. */
function readChoice(reader: BitReader): 0 | 1 | 'chosen' {
  return reader.flag() === 1 ? 'chosen' : reader.flag();
}

function readColour(reader: BitReader, profile: number): Av1Colour {
  const isHighDepth = reader.flag() === 1;
  const isTwelveBit = profile === 2 && isHighDepth && reader.flag() === 1;
  const isMonochrome = profile !== 1 && reader.flag() === 1;
  const depth = { isHighDepth, isTwelveBit, isMonochrome };
  const isRgb = readColourIsRgb(reader) && !isMonochrome;
  if (isRgb) return { ...depth, subsamplingX: 0, subsamplingY: 0, samplePosition: 0 };
  reader.flag();
  if (isMonochrome) return { ...depth, subsamplingX: 1, subsamplingY: 1, samplePosition: 0 };
  const [subsamplingX, subsamplingY] = readSubsampling(reader, profile, isTwelveBit);
  const samplePosition = subsamplingX === 1 && subsamplingY === 1 ? reader.bits(2) : 0;
  return { ...depth, subsamplingX, subsamplingY, samplePosition };
}

function readColourIsRgb(reader: BitReader): boolean {
  if (reader.flag() === 0) return false;
  const [primaries, transfer, matrix] = [reader.bits(8), reader.bits(8), reader.bits(8)];
  return primaries === BT_709 && transfer === SRGB && matrix === IDENTITY;
}

function readSubsampling(reader: BitReader, profile: number, isTwelveBit: boolean): readonly [0 | 1, 0 | 1] {
  if (profile === 0) return [1, 1];
  if (profile === 1) return [0, 0];
  if (!isTwelveBit) return [1, 0];
  return reader.flag() === 1 ? [1, reader.flag()] : [0, 0];
}

/**
 * The size of a shown keyframe from its frame header (AV1 bitstream §5.9.2; payload of a frame or frame header OBU), `notKey` for every other frame.
 *
 * @throws RangeError when the header is cut off.
 */
export function readKeyFrameSize(payload: Buffer, sequence: Av1Sequence): Av1Size | 'notKey' {
  const reader = new BitReader(payload);
  const showsExisting = reader.flag() === 1;
  if (showsExisting || reader.bits(2) !== KEY_FRAME) return 'notKey';
  const isShown = reader.flag() === 1;
  if (!isShown) return 'notKey';
  const { frames, width, height } = sequence;
  if (frames === undefined) return { width, height };
  reader.flag();
  const hasScreenContent = frames.screenContent === 'chosen' ? reader.flag() : frames.screenContent;
  if (hasScreenContent === 1 && frames.integerMotion === 'chosen') reader.flag();
  reader.bits(frames.idBits);
  const isOtherSize = reader.flag() === 1;
  reader.bits(frames.orderBits);
  if (!isOtherSize) return { width, height };
  return { width: reader.bits(frames.widthBits) + 1, height: reader.bits(frames.heightBits) + 1 };
}
