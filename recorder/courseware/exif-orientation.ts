/** How a telephone was held: the orientation tag of EXIF 2.3 (TIFF tag 0x0112), 1–8; 1 where a JPEG says nothing that can be read. */
export function exifOrientation(jpeg: Buffer): number {
  try {
    return orientationIn(jpeg) ?? 1;
  } catch {
    // Reading behind the end: a broken header turns nothing.
    return 1;
  }
}

const ORIENTATION = 0x0112;
const START_OF_SCAN = 0xda;
const APP1 = 0xe1;

function orientationIn(jpeg: Buffer): number | undefined {
  if (jpeg.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let at = 2; jpeg.readUInt8(at) === 0xff; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg.readUInt8(at + 1);
    if (marker === START_OF_SCAN) return undefined;
    if (marker === APP1 && jpeg.toString('latin1', at + 4, at + 10) === 'Exif\0\0')
      return tagIn(jpeg.subarray(at + 10));
  }
  return undefined;
}

function tagIn(tiff: Buffer): number | undefined {
  const isLittle = tiff.toString('latin1', 0, 2) === 'II';
  const read16 = (at: number): number => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const directory = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  const entries = read16(directory);
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + 2 + entry * 12;
    if (read16(at) !== ORIENTATION) continue;
    const value = read16(at + 8);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}
