/** Readers of the three simple containers that test clips are encoded into. */

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

/** IVF with VP8: a frame is a key frame when the lowest bit of its first byte is 0 (RFC 6386 §9.1). */
export function splitIvf(stream: Buffer): StreamFrame[] {
  const frames: StreamFrame[] = [];
  let at = IVF_HEADER_BYTES;
  while (at + IVF_FRAME_HEADER_BYTES <= stream.length) {
    const from = at + IVF_FRAME_HEADER_BYTES;
    const unit = stream.subarray(from, from + stream.readUInt32LE(at));
    frames.push({ units: [unit], isKey: ((unit[0] ?? 1) & 1) === 0 });
    at = from + unit.length;
  }
  return frames;
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
