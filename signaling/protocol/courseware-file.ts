import type { CoursewareKind } from './rest/courseware.ts';

/** What a file of pages is by its first bytes, whatever its name says: asked by the page before it sends, and by the server before it stores. */

/** So many bytes tell everything, as far as the file has them. */
export const COURSEWARE_SNIFF_BYTES = 2_048;

const ascii = (bytes: Uint8Array, from: number, length: number): string =>
  String.fromCodePoint(...bytes.subarray(from, from + length));

const startsWith = (bytes: Uint8Array, ...magic: number[]): boolean =>
  magic.every((value, index) => bytes[index] === value);

const isPicture = (bytes: Uint8Array): boolean =>
  startsWith(bytes, 0xff, 0xd8, 0xff) ||
  startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) ||
  (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 4) === 'WEBP');

/** A presentation of today's Office or of LibreOffice names what it is in its first entry, one of 2003 is an OLE file. */
function isOffice(bytes: Uint8Array): boolean {
  if (startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)) return true;
  if (!startsWith(bytes, 0x50, 0x4b, 0x03, 0x04)) return false;
  const name = ascii(bytes, 30, 48);
  return (
    /^(?:\[Content_Types\]\.xml|_rels\/|docProps\/|ppt\/)/.test(name) ||
    name.startsWith('mimetypeapplication/vnd.oasis.opendocument.presentation'.slice(0, 48))
  );
}

/** Undefined for what can't be shown page by page. */
export function sniffCourseware(bytes: Uint8Array): CoursewareKind | undefined {
  // Readers of PDF look for its name in the first kilobyte.
  if (ascii(bytes, 0, 1_024).includes('%PDF-')) return 'pdf';
  if (isPicture(bytes)) return 'picture';
  return isOffice(bytes) ? 'office' : undefined;
}
