import { BitReader } from './bit-reader.ts';

export interface SequenceParameters {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  /** Profile, constraints, level: the three bytes of `avc1.PPCCLL`. */
  readonly profileBytes: Buffer;
  readonly chromaFormat: number;
  readonly lumaDepth: number;
  readonly chromaDepth: number;
}

/** Profiles that carry chroma format and bit depth (ITU-T H.264 §7.3.2.1.1). */
const HIGH_PROFILES: ReadonlySet<number> = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const MAX_DIMENSION = 8192;

/** What matters of a sequence parameter set (NAL unit with its header byte); undefined when it is damaged. */
export function parseSequenceParameters(unit: Buffer): SequenceParameters | undefined {
  if (unit.length < 5) return undefined;
  try {
    const parsed = readSequenceParameters(unit);
    const fits = (size: number): boolean => size > 0 && size <= MAX_DIMENSION;
    return fits(parsed.width) && fits(parsed.height) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Ids of a picture parameter set: its own and that of its sequence parameter set. */
export function parsePictureParameterIds(
  unit: Buffer,
): { readonly id: number; readonly sequenceId: number } | undefined {
  try {
    const reader = new BitReader(withoutEmulation(unit.subarray(1)));
    return { id: reader.unsignedGolomb(), sequenceId: reader.unsignedGolomb() };
  } catch {
    return undefined;
  }
}

/** Takes out the emulation prevention bytes (§7.4.1): 00 00 03 → 00 00. */
function withoutEmulation(unit: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(unit.length);
  let length = 0;
  let zeros = 0;
  for (const byte of unit) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    bytes[length] = byte;
    length += 1;
  }
  return bytes.subarray(0, length);
}

function readSequenceParameters(unit: Buffer): SequenceParameters {
  const bytes = withoutEmulation(unit.subarray(1));
  const profileBytes = Buffer.from(bytes.subarray(0, 3));
  const reader = new BitReader(bytes.subarray(3));
  const id = reader.unsignedGolomb();
  const chroma = HIGH_PROFILES.has(bytes.readUInt8(0)) ? readChroma(reader) : PLAIN_CHROMA;
  reader.unsignedGolomb();
  skipPictureOrder(reader);
  reader.unsignedGolomb();
  reader.flag();
  const widthInBlocks = reader.unsignedGolomb() + 1;
  const heightInUnits = reader.unsignedGolomb() + 1;
  const framesOnly = reader.flag();
  if (framesOnly === 0) reader.flag();
  reader.flag();
  const crop = readCrop(reader);
  const unitX = chroma.chromaFormat === 1 || chroma.chromaFormat === 2 ? 2 : 1;
  const unitY = (chroma.chromaFormat === 1 ? 2 : 1) * (2 - framesOnly);
  return {
    id,
    width: widthInBlocks * 16 - (crop.left + crop.right) * unitX,
    height: heightInUnits * 16 * (2 - framesOnly) - (crop.top + crop.bottom) * unitY,
    profileBytes,
    ...chroma,
  };
}

const PLAIN_CHROMA = { chromaFormat: 1, lumaDepth: 8, chromaDepth: 8 } as const;

function readChroma(reader: BitReader): { chromaFormat: number; lumaDepth: number; chromaDepth: number } {
  const chromaFormat = reader.unsignedGolomb();
  if (chromaFormat === 3) reader.flag();
  const lumaDepth = reader.unsignedGolomb() + 8;
  const chromaDepth = reader.unsignedGolomb() + 8;
  reader.flag();
  if (reader.flag() === 1) {
    const lists = chromaFormat === 3 ? 12 : 8;
    for (let index = 0; index < lists; index += 1)
      if (reader.flag() === 1) skipScalingList(reader, index < 6 ? 16 : 64);
  }
  return { chromaFormat, lumaDepth, chromaDepth };
}

function skipScalingList(reader: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let index = 0; index < size; index += 1) {
    if (next !== 0) next = (last + reader.signedGolomb() + 256) % 256;
    if (next !== 0) last = next;
  }
}

function skipPictureOrder(reader: BitReader): void {
  const type = reader.unsignedGolomb();
  if (type === 0) reader.unsignedGolomb();
  if (type !== 1) return;
  reader.flag();
  reader.signedGolomb();
  reader.signedGolomb();
  const cycle = reader.unsignedGolomb();
  if (cycle > 255) throw new RangeError('no picture order count');
  for (let index = 0; index < cycle; index += 1) reader.signedGolomb();
}

function readCrop(reader: BitReader): { left: number; right: number; top: number; bottom: number } {
  if (reader.flag() === 0) return { left: 0, right: 0, top: 0, bottom: 0 };
  const left = reader.unsignedGolomb();
  const right = reader.unsignedGolomb();
  const top = reader.unsignedGolomb();
  const bottom = reader.unsignedGolomb();
  return { left, right, top, bottom };
}
