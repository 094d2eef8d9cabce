import type { ClipCodec, ClipFrame } from './media-clip.ts';

const MAX_PAYLOAD_BYTES = 1_180;
const NAL_FU_A = 28;

/** Payloads of one frame's RTP packets in order; the last one carries the marker (video). */
export function payloadsOf(codec: ClipCodec, frame: ClipFrame, pictureId: number): Buffer[] {
  switch (codec) {
    case 'H264':
      return frame.units.flatMap((unit) => h264PayloadsOf(unit));
    case 'VP8':
      return frame.units.flatMap((unit) => vp8PayloadsOf(unit, pictureId));
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

/** Pieces of nearly equal size, none above the limit. */
function piecesOf(body: Buffer, limit: number): Buffer[] {
  const count = Math.max(1, Math.ceil(body.length / limit));
  const size = Math.ceil(body.length / count);
  return Array.from({ length: count }, (_, index) => body.subarray(index * size, (index + 1) * size));
}
