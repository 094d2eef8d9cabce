/** One RTP packet (RFC 3550 §5.1). Buffers are views into the datagram. */
export interface RtpPacket {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** Without padding; empty when the packet holds padding alone. */
  readonly payload: Buffer;
  /** RFC 8285 profile and body of the header extension. */
  readonly extension: HeaderExtensionBlock | undefined;
}

export interface HeaderExtensionBlock {
  readonly profile: number;
  readonly body: Buffer;
}

const FIXED_HEADER_BYTES = 12;
const ONE_BYTE_PROFILE = 0xbede;
const TWO_BYTE_PROFILE = 0x1000;
/** Ends the reading of one-byte elements. */
const ONE_BYTE_STOP = 15;

/** Undefined when the bytes are no RTP packet. */
export function parseRtpPacket(bytes: Buffer): RtpPacket | undefined {
  if (bytes.length < FIXED_HEADER_BYTES) return undefined;
  const first = bytes.readUInt8(0);
  if (first >> 6 !== 2) return undefined;
  const second = bytes.readUInt8(1);
  let at = FIXED_HEADER_BYTES + (first & 0x0f) * 4;
  let extension: HeaderExtensionBlock | undefined;
  if ((first & 0x10) !== 0) {
    if (at + 4 > bytes.length) return undefined;
    const end = at + 4 + bytes.readUInt16BE(at + 2) * 4;
    if (end > bytes.length) return undefined;
    extension = { profile: bytes.readUInt16BE(at), body: bytes.subarray(at + 4, end) };
    at = end;
  }
  let end = bytes.length;
  if ((first & 0x20) !== 0) {
    const padding = bytes.readUInt8(bytes.length - 1);
    if (padding === 0) return undefined;
    end -= padding;
  }
  if (end < at) return undefined;
  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payload: bytes.subarray(at, end),
    extension,
  };
}

/** The elements of a header extension by their id (RFC 8285 §4.2 and §4.3); what is cut off is left out. */
export function readHeaderExtensions(block: HeaderExtensionBlock): Map<number, Buffer> {
  const elements = new Map<number, Buffer>();
  const isOneByte = block.profile === ONE_BYTE_PROFILE;
  if (!isOneByte && (block.profile & 0xfff0) !== TWO_BYTE_PROFILE) return elements;
  const { body } = block;
  let at = 0;
  while (at < body.length) {
    if (body[at] === 0) {
      at += 1;
      continue;
    }
    const { id, start, end } = isOneByte ? oneByteElement(body, at) : twoByteElement(body, at);
    if (id === ONE_BYTE_STOP && isOneByte) break;
    if (end > body.length) break;
    elements.set(id, body.subarray(start, end));
    at = end;
  }
  return elements;
}

interface ElementPlace {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

function oneByteElement(body: Buffer, at: number): ElementPlace {
  const head = body.readUInt8(at);
  return { id: head >> 4, start: at + 1, end: at + 2 + (head & 0x0f) };
}

function twoByteElement(body: Buffer, at: number): ElementPlace {
  const length = body[at + 1] ?? body.length;
  return { id: body.readUInt8(at), start: at + 2, end: at + 2 + length };
}
