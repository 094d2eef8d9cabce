/** Writers of EBML elements (RFC 8794) as WebM uses them. */
const SIZE_BYTES = 4;
/** An element whose end is not known yet: the segment of a stream. */
export const UNKNOWN_SIZE = Buffer.from([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);

export function elementId(id: number): Buffer {
  const bytes = id > 0xff_ffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1;
  const encoded = Buffer.allocUnsafe(bytes);
  encoded.writeUIntBE(id, 0, bytes);
  return encoded;
}

/** Id and size of a master or binary element; the size always takes four bytes, up to 256 MiB. */
export function elementHead(id: number, size: number): Buffer {
  const head = Buffer.allocUnsafe(SIZE_BYTES);
  head.writeUInt32BE((0x1000_0000 | size) >>> 0, 0);
  return Buffer.concat([elementId(id), head]);
}

export function element(id: number, ...parts: readonly Uint8Array[]): Buffer {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([elementHead(id, size), ...parts]);
}

export function unsigned(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value), 0);
  return element(id, bytes);
}

export function ascii(id: number, value: string): Buffer {
  return element(id, Buffer.from(value, 'latin1'));
}

export function float(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value, 0);
  return element(id, bytes);
}
