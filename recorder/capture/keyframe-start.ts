/**
 * Does this RTP packet (RFC 3550) begin a keyframe? Only as much is parsed as that question needs; whether the frame is complete is the muxer's business.
 */
export function startsKeyFrame(mimeType: string, packet: Buffer): boolean {
  const at = payloadOffset(packet);
  if (at === undefined || at >= packet.length) return false;
  switch (mimeType.toLowerCase()) {
    case 'video/h264':
      return startsH264KeyFrame(packet, at);
    case 'video/vp8':
      return startsVp8KeyFrame(packet, at);
    case 'video/vp9':
      return startsVp9KeyFrame(packet, at);
    case 'video/av1':
      // N bit of the aggregation header: first packet of a coded video sequence (AV1 RTP specification §4.4).
      return (byteAt(packet, at) & 0x08) !== 0;
    default:
      return false;
  }
}

const RTP_FIXED_BYTES = 12;

function payloadOffset(packet: Buffer): number | undefined {
  if (packet.length < RTP_FIXED_BYTES) return undefined;
  const first = byteAt(packet, 0);
  const offset = RTP_FIXED_BYTES + (first & 0x0f) * 4;
  if ((first & 0x10) === 0) return offset;
  if (packet.length < offset + 4) return undefined;
  return offset + 4 + packet.readUInt16BE(offset + 2) * 4;
}

const H264_IDR = 5;
const H264_SPS = 7;
const H264_STAP_A = 24;
const H264_FU_A = 28;

/** RFC 6184: a single IDR slice or SPS, an aggregate that holds one, or the first fragment of one. */
function startsH264KeyFrame(packet: Buffer, at: number): boolean {
  const type = byteAt(packet, at) & 0x1f;
  if (type === H264_IDR || type === H264_SPS) return true;
  if (type === H264_FU_A) {
    const header = byteAt(packet, at + 1);
    return (header & 0x80) !== 0 && isH264KeyUnit(header & 0x1f);
  }
  if (type !== H264_STAP_A) return false;
  for (let unit = at + 1; unit + 2 < packet.length; unit += 2 + packet.readUInt16BE(unit)) {
    if (isH264KeyUnit(byteAt(packet, unit + 2) & 0x1f)) return true;
  }
  return false;
}

function isH264KeyUnit(type: number): boolean {
  return type === H264_IDR || type === H264_SPS;
}

/** RFC 7741 §4.2–4.3: start of partition 0 whose payload header has P = 0. */
function startsVp8KeyFrame(packet: Buffer, at: number): boolean {
  const descriptor = byteAt(packet, at);
  const isFrameStart = (descriptor & 0x10) !== 0 && (descriptor & 0x07) === 0;
  if (!isFrameStart) return false;
  let payload = at + 1;
  if ((descriptor & 0x80) !== 0) {
    const extension = byteAt(packet, payload);
    payload += 1;
    if ((extension & 0x80) !== 0) payload += (byteAt(packet, payload) & 0x80) === 0 ? 1 : 2;
    if ((extension & 0x40) !== 0) payload += 1;
    if ((extension & 0x30) !== 0) payload += 1;
  }
  return payload < packet.length && (byteAt(packet, payload) & 0x01) === 0;
}

/** RFC 9628 §4.2: first packet of a frame (B) that is not inter-predicted (P = 0), in the lowest spatial layer. */
function startsVp9KeyFrame(packet: Buffer, at: number): boolean {
  const descriptor = byteAt(packet, at);
  const hasPictureId = (descriptor & 0x80) !== 0;
  const isInterPredicted = (descriptor & 0x40) !== 0;
  const hasLayers = (descriptor & 0x20) !== 0;
  const isFrameStart = (descriptor & 0x08) !== 0;
  if (isInterPredicted || !isFrameStart) return false;
  if (!hasLayers) return true;
  const pictureIdBytes = (byteAt(packet, at + 1) & 0x80) === 0 ? 1 : 2;
  const layers = at + 1 + (hasPictureId ? pictureIdBytes : 0);
  return (byteAt(packet, layers) & 0x0e) === 0;
}

function byteAt(packet: Buffer, at: number): number {
  return packet[at] ?? 0;
}
