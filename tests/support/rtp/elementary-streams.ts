/** Readers of the simple containers that test clips are encoded into. */

export interface StreamFrame {
  readonly units: readonly Buffer[];
  readonly isKey: boolean;
}

const NAL_IDR = 5;
const NAL_SEI = 6;
const NAL_AUD = 9;
const IVF_HEADER_BYTES = 32;
const IVF_FRAME_HEADER_BYTES = 12;
const OGG_HEADER_BYTES = 27;
const OGG_FULL_LACING = 255;
const OBU_SEQUENCE_HEADER = 1;
const OBU_TEMPORAL_DELIMITER = 2;
const OBU_HAS_EXTENSION = 0x04;
const OBU_HAS_SIZE = 0x02;

/** H264 byte stream (ITU-T H.264 Annex B) in access units; each must begin with an access unit delimiter, which is dropped. */
export function splitAnnexB(stream: Buffer): StreamFrame[] {
  const frames: Buffer[][] = [];
  for (const unit of nalUnitsOf(stream)) {
    const type = (unit[0] ?? 0) & 0x1f;
    if (type === NAL_AUD) {
      frames.push([]);
    } else if (type !== NAL_SEI) {
      frames.at(-1)?.push(unit);
    }
  }
  return frames.map((units) => ({ units, isKey: units.some((unit) => ((unit[0] ?? 0) & 0x1f) === NAL_IDR) }));
}

/** VP8: the lowest bit of the first byte (RFC 6386 §9.1); VP9: frame type behind marker, profile 0 and "show existing" (bitstream §6.2). */
const IS_KEY = {
  VP8: (unit: Buffer) => ((unit[0] ?? 1) & 1) === 0,
  VP9: (unit: Buffer) => ((unit[0] ?? 4) & 4) === 0,
} as const;

/** IVF with VP8 or VP9. */
export function splitIvf(stream: Buffer, codec: keyof typeof IS_KEY): StreamFrame[] {
  return ivfFrames(stream).map((unit) => ({ units: [unit], isKey: IS_KEY[codec](unit) }));
}

/** IVF with AV1: the OBUs of each temporal unit without their sizes, the delimiter left out. Encoders put a sequence header before every keyframe. */
export function splitAv1Ivf(stream: Buffer): StreamFrame[] {
  return ivfFrames(stream).map((unit) => {
    const units = obusOf(unit).filter((obu) => obuType(obu) !== OBU_TEMPORAL_DELIMITER);
    return { units, isKey: units.some((obu) => obuType(obu) === OBU_SEQUENCE_HEADER) };
  });
}

function ivfFrames(stream: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  let at = IVF_HEADER_BYTES;
  while (at + IVF_FRAME_HEADER_BYTES <= stream.length) {
    const from = at + IVF_FRAME_HEADER_BYTES;
    const frame = stream.subarray(from, from + stream.readUInt32LE(at));
    frames.push(frame);
    at = from + frame.length;
  }
  return frames;
}

function obuType(obu: Buffer): number {
  return ((obu[0] ?? 0) >> 3) & 0x0f;
}

/** Each OBU of a low-overhead byte stream has its size (AV1 bitstream §5.2). */
function obusOf(unit: Buffer): Buffer[] {
  const obus: Buffer[] = [];
  let at = 0;
  while (at < unit.length) {
    const first = unit[at] ?? 0;
    const headerEnd = at + ((first & OBU_HAS_EXTENSION) === 0 ? 1 : 2);
    let size = 0;
    let from = headerEnd;
    for (let shift = 0; ; shift += 7) {
      const byte = unit[from] ?? 0;
      size |= (byte & 0x7f) << shift;
      from += 1;
      if ((byte & 0x80) === 0) break;
    }
    const header = Buffer.from(unit.subarray(at, headerEnd));
    header[0] = first & ~OBU_HAS_SIZE;
    obus.push(Buffer.concat([header, unit.subarray(from, from + size)]));
    at = from + size;
  }
  return obus;
}

/** Ogg Opus (RFC 7845): audio packets after the two header packets, and the pre-skip at 48 kHz. */
export function splitOggOpus(stream: Buffer): { packets: Buffer[]; preSkipSamples: number } {
  const packets: Buffer[] = [];
  let pending: Buffer[] = [];
  let at = 0;
  while (at + OGG_HEADER_BYTES <= stream.length) {
    const segments = stream[at + 26] ?? 0;
    const lacing = stream.subarray(at + OGG_HEADER_BYTES, at + OGG_HEADER_BYTES + segments);
    at += OGG_HEADER_BYTES + segments;
    for (const length of lacing) {
      pending.push(stream.subarray(at, at + length));
      at += length;
      if (length < OGG_FULL_LACING) {
        packets.push(Buffer.concat(pending));
        pending = [];
      }
    }
  }
  const preSkipSamples = packets[0]?.readUInt16LE(10) ?? 0;
  return { packets: packets.slice(2), preSkipSamples };
}

function* nalUnitsOf(stream: Buffer): Generator<Buffer> {
  const startCode = Buffer.from([0, 0, 1]);
  let from = stream.indexOf(startCode);
  while (from !== -1) {
    const next = stream.indexOf(startCode, from + 3);
    let to = next === -1 ? stream.length : next;
    // A four-byte start code's first zero belongs to the code.
    while (to > from + 3 && stream[to - 1] === 0) {
      to -= 1;
    }
    yield stream.subarray(from + 3, to);
    from = next;
  }
}
