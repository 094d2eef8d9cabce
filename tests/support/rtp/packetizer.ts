import type { ClipCodec, ClipFrame } from './media-clip.ts';

const MAX_PAYLOAD_BYTES = 1_180;
const NAL_FU_A = 28;
/** Their length takes one byte. */
const SMALL_OBU_BYTES = 100;

/** Payloads of one frame's RTP packets in order; the last one carries the marker (video). */
export function payloadsOf(codec: ClipCodec, frame: ClipFrame, pictureId: number): Buffer[] {
  switch (codec) {
    case 'H264':
      return frame.units.flatMap((unit) => h264PayloadsOf(unit));
    case 'VP8':
      return frame.units.flatMap((unit) => vp8PayloadsOf(unit, pictureId));
    case 'VP9':
      return frame.units.flatMap((unit) => vp9PayloadsOf(unit, pictureId, frame.isKey));
    case 'AV1':
      return av1PayloadsOf(frame.units, frame.isKey);
    case 'opus':
      return [...frame.units];
  }
}

/** RFC 6184, packetization mode 1: single NAL unit packets and FU-A. */
function h264PayloadsOf(unit: Buffer): Buffer[] {
  if (unit.length <= MAX_PAYLOAD_BYTES) {
    return [unit];
  }
  const header = unit[0] ?? 0;
  const body = unit.subarray(1);
  const pieces = piecesOf(body, MAX_PAYLOAD_BYTES - 2);
  return pieces.map((piece, index) => {
    const start = index === 0 ? 0x80 : 0;
    const end = index === pieces.length - 1 ? 0x40 : 0;
    return Buffer.concat([Buffer.from([(header & 0xe0) | NAL_FU_A, start | end | (header & 0x1f)]), piece]);
  });
}

/** RFC 7741 with a 15-bit picture id. */
function vp8PayloadsOf(unit: Buffer, pictureId: number): Buffer[] {
  return piecesOf(unit, MAX_PAYLOAD_BYTES - 4).map((piece, index) => {
    const descriptor = Buffer.from([
      0x80 | (index === 0 ? 0x10 : 0),
      0x80,
      0x80 | ((pictureId >> 8) & 0x7f),
      pictureId & 0xff,
    ]);
    return Buffer.concat([descriptor, piece]);
  });
}

/** RFC 9628, one layer, flexible mode with a 15-bit picture id; an inter picture refers to the one before it. */
function vp9PayloadsOf(unit: Buffer, pictureId: number, isKey: boolean): Buffer[] {
  const pieces = piecesOf(unit, MAX_PAYLOAD_BYTES - 4);
  return pieces.map((piece, index) => {
    const begin = index === 0 ? 0x08 : 0;
    const end = index === pieces.length - 1 ? 0x04 : 0;
    const flags = 0x80 | 0x10 | (isKey ? 0 : 0x40) | begin | end;
    const descriptor = [flags, 0x80 | ((pictureId >> 8) & 0x7f), pictureId & 0xff, ...(isKey ? [] : [1 << 1])];
    return Buffer.concat([Buffer.from(descriptor), piece]);
  });
}

/** AV1 RTP specification 1.0: each OBU by itself in fragments, but small ones share a packet with the beginning of the next. */
function av1PayloadsOf(obus: readonly Buffer[], isKey: boolean): Buffer[] {
  const payloads: Buffer[] = [];
  let waiting: Buffer[] = [];
  for (const [index, obu] of obus.entries()) {
    if (obu.length < SMALL_OBU_BYTES && waiting.length < 2 && index < obus.length - 1) {
      waiting.push(obu);
      continue;
    }
    const room = MAX_PAYLOAD_BYTES - 1 - waiting.reduce((sum, small) => sum + 1 + small.length, 0);
    const pieces = piecesOf(obu, room);
    for (const [part, piece] of pieces.entries()) {
      const continues = part === 0 ? 0 : 0x80;
      const goesOn = part === pieces.length - 1 ? 0 : 0x40;
      const begins = isKey && payloads.length === 0 ? 0x08 : 0;
      const before = waiting.flatMap((small) => [Buffer.from([small.length]), small]);
      const head = continues | goesOn | ((waiting.length + 1) << 4) | begins;
      payloads.push(Buffer.concat([Buffer.from([head]), ...before, piece]));
      waiting = [];
    }
  }
  return payloads;
}

/** Pieces of nearly equal size, none above the limit. */
function piecesOf(body: Buffer, limit: number): Buffer[] {
  const count = Math.max(1, Math.ceil(body.length / limit));
  const size = Math.ceil(body.length / count);
  return Array.from({ length: count }, (_, index) => body.subarray(index * size, (index + 1) * size));
}
