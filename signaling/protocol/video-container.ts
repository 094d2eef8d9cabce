import type { UploadRefusal } from './rest/uploads.ts';

/**
 * What a file is by its first bytes, whatever its name says. The page asks before it sends anything, the server when the first part
 * has come, and the recorder before it opens the file with nothing but the reader of that one container.
 */
export type VideoContainer = 'mov' | 'matroska' | 'avi' | 'mpegts' | 'mpegps' | 'flv' | 'asf';

export type Sniffed =
  | { readonly container: VideoContainer }
  | {
      readonly refusal: Extract<
        UploadRefusal,
        'image' | 'archive' | 'document' | 'text' | 'playlist' | 'audioOnly' | 'notVideo'
      >;
    };

/** So many bytes tell everything, as far as the file has them. */
export const SNIFF_BYTES = 4_096;

const ascii = (bytes: Uint8Array, from: number, length: number): string =>
  String.fromCodePoint(...bytes.subarray(from, from + length));

const startsWith = (bytes: Uint8Array, ...magic: number[]): boolean =>
  magic.every((value, index) => bytes[index] === value);

const isOneOf =
  (...names: string[]) =>
  (text: string): boolean =>
    names.includes(text);

/** Boxes that a QuickTime file may begin with where it has no `ftyp`. */
const isOldMovieBox = isOneOf('moov', 'mdat', 'wide', 'free', 'skip', 'pnot');
const isPictureBrand = isOneOf('heic', 'heix', 'hevc', 'heim', 'heis', 'mif1', 'msf1', 'avif', 'avis');
const isSoundBrand = isOneOf('M4A ', 'M4B ', 'F4A ');

const TS_PACKET = 188;
/** Camcorders (AVCHD) put four bytes of time before each packet. */
const M2TS_PACKET = 192;
const TS_SYNC = 0x47;

function isTransportStream(bytes: Uint8Array): boolean {
  const hasRow = (first: number, step: number): boolean =>
    bytes.length > first + 2 * step && [0, 1, 2].every((index) => bytes[first + index * step] === TS_SYNC);
  return hasRow(0, TS_PACKET) || hasRow(4, M2TS_PACKET);
}

function ofBoxes(bytes: Uint8Array): Sniffed | undefined {
  const box = ascii(bytes, 4, 4);
  if (isOldMovieBox(box)) return { container: 'mov' };
  if (box !== 'ftyp') return undefined;
  const brand = ascii(bytes, 8, 4);
  if (isPictureBrand(brand)) return { refusal: 'image' };
  return isSoundBrand(brand) ? { refusal: 'audioOnly' } : { container: 'mov' };
}

function ofRiff(bytes: Uint8Array): Sniffed | undefined {
  if (ascii(bytes, 0, 4) !== 'RIFF') return undefined;
  const form = ascii(bytes, 8, 4);
  if (form === 'AVI ') return { container: 'avi' };
  return { refusal: form === 'WEBP' ? 'image' : 'audioOnly' };
}

function ofOtherVideo(bytes: Uint8Array): Sniffed | undefined {
  if (startsWith(bytes, 0x1a, 0x45, 0xdf, 0xa3)) return { container: 'matroska' };
  if (startsWith(bytes, 0x46, 0x4c, 0x56, 0x01)) return { container: 'flv' };
  if (startsWith(bytes, 0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11)) return { container: 'asf' };
  if (startsWith(bytes, 0x00, 0x00, 0x01, 0xba)) return { container: 'mpegps' };
  return isTransportStream(bytes) ? { container: 'mpegts' } : undefined;
}

/** What people send by mistake, by the bytes it begins with. */
const OTHERS: readonly (readonly [
  Extract<UploadRefusal, 'image' | 'archive' | 'document' | 'audioOnly'>,
  readonly number[],
])[] = [
  ['image', [0xff, 0xd8, 0xff]],
  ['image', [0x89, 0x50, 0x4e, 0x47]],
  ['image', [0x47, 0x49, 0x46, 0x38]],
  ['image', [0x42, 0x4d]],
  ['image', [0x49, 0x49, 0x2a, 0x00]],
  ['image', [0x4d, 0x4d, 0x00, 0x2a]],
  ['document', [0x25, 0x50, 0x44, 0x46]],
  ['document', [0xd0, 0xcf, 0x11, 0xe0]],
  ['archive', [0x50, 0x4b, 0x03, 0x04]],
  ['archive', [0x50, 0x4b, 0x05, 0x06]],
  ['archive', [0x52, 0x61, 0x72, 0x21]],
  ['archive', [0x37, 0x7a, 0xbc, 0xaf]],
  ['archive', [0x1f, 0x8b]],
  ['audioOnly', [0x49, 0x44, 0x33]],
  ['audioOnly', [0x4f, 0x67, 0x67, 0x53]],
  ['audioOnly', [0x66, 0x4c, 0x61, 0x43]],
];

function ofKnownOthers(bytes: Uint8Array): Sniffed | undefined {
  const known = OTHERS.find(([, magic]) => startsWith(bytes, ...magic));
  if (known !== undefined) return { refusal: known[0] };
  // Sync of MPEG audio and ADTS: eleven bits set.
  const isSound = bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0;
  return isSound ? { refusal: 'audioOnly' } : undefined;
}

/** Text of any kind, also one that a media reader would follow to other files. */
function ofText(bytes: Uint8Array): Sniffed | undefined {
  const hasBinary = bytes
    .subarray(0, SNIFF_BYTES)
    .some((value) => value < 9 || (value > 13 && value < 32 && value !== 27));
  if (hasBinary) return undefined;
  const start = ascii(bytes, 0, 64)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  return { refusal: /^(#EXTM3U|ffconcat|<MPD|<\?xml|\[playlist)/i.test(start) ? 'playlist' : 'text' };
}

export function sniffVideo(bytes: Uint8Array): Sniffed {
  return (
    ofBoxes(bytes) ??
    ofRiff(bytes) ??
    ofOtherVideo(bytes) ??
    ofKnownOthers(bytes) ??
    ofText(bytes) ?? { refusal: 'notVideo' }
  );
}
