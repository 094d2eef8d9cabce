import { parsePictureParameterIds, parseSequenceParameters, type SequenceParameters } from './h264-parameter-sets.ts';
import type { TimedPacket } from './timed-packet.ts';
import type { BuildResult, VideoCodec, VideoConfig } from './video-frame.ts';

const SLICE = 1;
const PARTITION_LAST = 4;
const IDR_SLICE = 5;
const SEQUENCE_PARAMETERS = 7;
const PICTURE_PARAMETERS = 8;
const PARAMETER_SETS = [SEQUENCE_PARAMETERS, PICTURE_PARAMETERS];
const ACCESS_UNIT_DELIMITER = 9;
const LAST_SINGLE = 23;
const STAP_A = 24;
const FU_A = 28;
const LENGTH_BYTES = 4;

/** One NAL unit, in the parts it came in. */
interface Unit {
  readonly type: number;
  readonly parts: Buffer[];
}

/**
 * H.264 over RTP (RFC 6184, packetization mode 1: single NAL units, STAP-A, FU-A) to length-prefixed samples of ISO 14496-15. Parameter sets go into the `avcC`, not into
 * the samples.
 */
export class H264Codec implements VideoCodec {
  readonly #sequences = new Map<number, { readonly unit: Buffer; readonly parameters: SequenceParameters }>();
  readonly #pictures = new Map<number, { readonly unit: Buffer; readonly sequenceId: number }>();
  #config: VideoConfig | undefined;
  /** Whether the last keyframe came with its parameter sets, as a WebRTC sender's always do. */
  #repeatsParameters = false;

  build(packets: readonly TimedPacket[]): BuildResult {
    const units = collectUnits(packets)?.filter((unit) => unit.type !== ACCESS_UNIT_DELIMITER);
    if (units === undefined) return 'damaged';
    const picture = units.filter((unit) => !this.#keepParameters(unit));
    const firstSlice = picture.find(isSlice);
    if (firstSlice === undefined) return 'empty';
    // The first slice of a picture starts at macroblock 0, Exp-Golomb-coded as a single 1 bit: anything else means that slices are missing.
    if (!startsPicture(firstSlice)) return 'damaged';
    const parts = picture.flatMap((unit) => [lengthOf(unit), ...unit.parts]);
    if (!picture.some((unit) => unit.type === IDR_SLICE)) return { parts, config: undefined };
    const bringsParameters = PARAMETER_SETS.every((type) => units.some((unit) => unit.type === type));
    // They may have been lost, and may have told of another resolution: with the old ones the picture would be garbage.
    if (!bringsParameters && this.#repeatsParameters && packets[0]?.afterLoss === true) return 'damaged';
    this.#repeatsParameters = bringsParameters;
    this.#config ??= this.#makeConfig();
    return this.#config === undefined ? 'damaged' : { parts, config: this.#config };
  }

  #keepParameters(unit: Unit): boolean {
    if (unit.type !== SEQUENCE_PARAMETERS && unit.type !== PICTURE_PARAMETERS) return false;
    const bytes = Buffer.concat(unit.parts);
    if (unit.type === SEQUENCE_PARAMETERS) {
      const parameters = parseSequenceParameters(bytes);
      if (parameters === undefined || this.#sequences.get(parameters.id)?.unit.equals(bytes) === true) return true;
      this.#sequences.delete(parameters.id);
      this.#sequences.set(parameters.id, { unit: bytes, parameters });
      // Picture parameter sets of the old sequence are void (§7.4.1.2.1); a sender always repeats them.
      for (const [id, picture] of this.#pictures) if (picture.sequenceId === parameters.id) this.#pictures.delete(id);
      this.#config = undefined;
      return true;
    }
    const ids = parsePictureParameterIds(bytes);
    if (ids === undefined || this.#pictures.get(ids.id)?.unit.equals(bytes) === true) return true;
    this.#pictures.set(ids.id, { unit: bytes, sequenceId: ids.sequenceId });
    this.#config = undefined;
    return true;
  }

  /** The most recent sequence parameter set that has picture parameter sets is the one in use. */
  #makeConfig(): VideoConfig | undefined {
    const sequences = [...this.#sequences.values()].reverse();
    for (const { unit, parameters } of sequences) {
      const pictures = [...this.#pictures.values()].filter(({ sequenceId }) => sequenceId === parameters.id);
      if (pictures.length === 0) continue;
      const decoderConfig = encodeAvcConfig(
        unit,
        parameters,
        pictures.map((picture) => picture.unit),
      );
      const { width, height, profileBytes } = parameters;
      const mimeCodec = `avc1.${profileBytes.toString('hex')}`;
      return { id: decoderConfig.toString('base64'), codec: 'H264', mimeCodec, width, height, decoderConfig };
    }
    return undefined;
  }
}

function isSlice(unit: Unit): boolean {
  return unit.type >= SLICE && unit.type <= IDR_SLICE;
}

function startsPicture(unit: Unit): boolean {
  if (unit.type > 1 && unit.type <= PARTITION_LAST) return true;
  const [head, next] = unit.parts;
  const byte = head !== undefined && head.length > 1 ? head[1] : next?.[0];
  return byte !== undefined && (byte & 0x80) !== 0;
}

function lengthOf(unit: Unit): Buffer {
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt32BE(
    unit.parts.reduce((sum, part) => sum + part.length, 0),
    0,
  );
  return length;
}

/** Undefined when a packet is malformed or a fragmented unit lacks its beginning or end. */
function collectUnits(packets: readonly TimedPacket[]): Unit[] | undefined {
  const units: Unit[] = [];
  let open: Unit | undefined;
  for (const { payload } of packets) {
    const type = payload.readUInt8(0) & 0x1f;
    if (type === FU_A) {
      const fragment = readFragment(payload);
      if (fragment === undefined || fragment.isStart === (open !== undefined)) return undefined;
      open ??= openUnit(payload.readUInt8(0), fragment.type);
      open.parts.push(payload.subarray(2));
      if (!fragment.isEnd) continue;
      units.push(open);
      open = undefined;
    } else if (open !== undefined || !splitWhole(payload, type, units)) {
      return undefined;
    }
  }
  return open === undefined ? units : undefined;
}

function readFragment(payload: Buffer): { isStart: boolean; isEnd: boolean; type: number } | undefined {
  if (payload.length < 3) return undefined;
  const head = payload.readUInt8(1);
  return { isStart: (head & 0x80) !== 0, isEnd: (head & 0x40) !== 0, type: head & 0x1f };
}

/** Units that lie in one packet. */
function splitWhole(payload: Buffer, type: number, units: Unit[]): boolean {
  if (type === STAP_A) return splitAggregate(payload, units);
  if (type === 0 || type > LAST_SINGLE) return false;
  units.push({ type, parts: [payload] });
  return true;
}

function openUnit(indicator: number, type: number): Unit {
  return { type, parts: [Buffer.from([(indicator & 0xe0) | type])] };
}

function splitAggregate(payload: Buffer, units: Unit[]): boolean {
  let at = 1;
  while (at < payload.length) {
    if (at + 2 > payload.length) return false;
    const length = payload.readUInt16BE(at);
    const end = at + 2 + length;
    if (length === 0 || end > payload.length) return false;
    units.push({ type: payload.readUInt8(at + 2) & 0x1f, parts: [payload.subarray(at + 2, end)] });
    at = end;
  }
  return true;
}

/** AVCDecoderConfigurationRecord (ISO 14496-15 §5.3.3.1). */
function encodeAvcConfig(sequence: Buffer, parameters: SequenceParameters, pictures: readonly Buffer[]): Buffer {
  const sized = (unit: Buffer): Buffer[] => {
    const length = Buffer.allocUnsafe(2);
    length.writeUInt16BE(unit.length, 0);
    return [length, unit];
  };
  const { profileBytes, chromaFormat, lumaDepth, chromaDepth } = parameters;
  const profile = profileBytes.readUInt8(0);
  const hasDepth = profile !== 66 && profile !== 77 && profile !== 88;
  const depth = [0xfc | chromaFormat, 0xf8 | (lumaDepth - 8), 0xf8 | (chromaDepth - 8), 0];
  return Buffer.concat([
    Buffer.from([1]),
    profileBytes,
    Buffer.from([0xff, 0xe1]),
    ...sized(sequence),
    Buffer.from([pictures.length]),
    ...pictures.flatMap(sized),
    Buffer.from(hasDepth ? depth : []),
  ]);
}
