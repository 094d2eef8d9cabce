import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageSize } from '../../signaling/protocol/rest/courseware.ts';
import { ProgramError } from '../ffmpeg/pipe.ts';
import { exifOrientation } from './exif-orientation.ts';
import { runLimited, type Limits } from './limited-program.ts';
import { Unreadable } from './unreadable.ts';

/** The longer side at most: sharp on a 55-inch screen, and a page to read on a phone that enlarges it. */
export const PAGE_PX = 1_920;
const THUMB_PX = 240;
/**
 * A page is legible within ten seconds of the turn, on a line of 150 kbit/s that loses 5 % and carries 40 kbit/s of sound: of the 110 left,
 * what is lost is sent twice (× 0.95) and headers of IP, TCP and TLS take their part (× 0.95), which leaves 99 kbit/s. 90,000 bytes take
 * 7.3 s of that, the small picture before them (5,000) 0.4 s; 2.3 s are left for the word of the turn, the request, a connection that
 * waits for what was lost, and the end of what was loaded ahead.
 */
export const PAGE_BYTES = 90_000;
const LAST = { quality: 35, px: 1_280 };
/** Tried in this order until a page is small enough; what is not then (noise, a photograph of leaves) is made smaller and smaller. */
const STEPS = [{ quality: 80, px: PAGE_PX }, { quality: 60, px: PAGE_PX }, { quality: 45, px: 1_600 }, LAST];
const SMALLER = 0.75;
const LIMITS: Limits = { memoryMib: 1_536, cpuSeconds: 30, fileMib: 16 };
/** A picture that unpacks to more is a bomb, or a poster. */
const MAX_PIXELS = 80_000_000;

/** Headers with a small picture in them are this long at most. */
const HEADER_BYTES = 262_144;
/** Filters that set a picture upright, by its EXIF orientation. */
const UPRIGHT: Readonly<Record<number, readonly string[]>> = {
  2: ['hflip'],
  3: ['hflip', 'vflip'],
  4: ['vflip'],
  5: ['transpose=0'],
  6: ['transpose=1'],
  7: ['transpose=3'],
  8: ['transpose=2'],
};

export interface PageFiles extends PageSize {
  readonly page: string;
  readonly thumb: string;
}

/**
 * Makes the picture of a page, and a small one, from any picture.
 *
 * @throws Unreadable `damaged`, `tooHeavy`
 */
export async function makePagePictures(source: string, folder: string, signal: AbortSignal): Promise<PageFiles> {
  const page = join(folder, 'page.webp');
  const thumb = join(folder, 'thumb.webp');
  const upright = UPRIGHT[exifOrientation(await beginningOf(source))] ?? [];
  for (const step of steps()) {
    await encode(source, { page, thumb, upright, ...step }, signal);
    if ((await stat(page)).size <= PAGE_BYTES) break;
  }
  return { page, thumb, ...sizeOfWebp(await readFile(page)) };
}

/** The last is hardly larger than the small picture: small enough, whatever is on it. */
function* steps(): Generator<Pick<Encoding, 'quality' | 'px'>> {
  yield* STEPS;
  for (let px = LAST.px * SMALLER; px > THUMB_PX; px *= SMALLER) yield { quality: LAST.quality, px: Math.round(px) };
}

async function beginningOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

interface Encoding {
  readonly upright: readonly string[];
  readonly page: string;
  readonly thumb: string;
  readonly quality: number;
  readonly px: number;
}

async function encode(
  source: string,
  { page, thumb, upright, quality, px }: Encoding,
  signal: AbortSignal,
): Promise<void> {
  // Transparent pictures lie on white, as they do on paper.
  const onWhite =
    'format=rgba,split[ink][paper];[paper]lutrgb=r=255:g=255:b=255:a=255[white];[white][ink]overlay=format=auto';
  const sizes = `format=yuv420p,split[page][whole];[whole]${within(THUMB_PX)}[thumb]`;
  const graph = `[0:v]${[...upright, within(px), onWhite, sizes].join(',')}`;
  const picture = (name: string, q: number, target: string) => [
    ...['-map', `[${name}]`, '-frames:v', '1', '-c:v', 'libwebp', '-quality', String(q)],
    ...['-compression_level', '4', '-map_metadata', '-1', '-f', 'webp', target],
  ];
  const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error', '-y', '-threads', '1'];
  const input = [
    '-noautorotate',
    '-max_pixels',
    String(MAX_PIXELS),
    '-protocol_whitelist',
    'file',
    '-f',
    'image2',
    '-i',
    source,
  ];
  const outputs = [...picture('page', quality, page), ...picture('thumb', 60, thumb)];
  try {
    await runLimited(['ffmpeg', ...quiet, ...input, '-filter_complex', graph, ...outputs], LIMITS, signal);
  } catch (error) {
    throw error instanceof ProgramError ? new Unreadable('damaged', error) : error;
  }
}

/** Never enlarged; even, as the chroma of WebP and video wants it. */
const within = (px: number): string =>
  `scale='min(${px},iw)':'min(${px},ih)':force_original_aspect_ratio=decrease:force_divisible_by=2`;

/** Of a simple lossy WebP: 14 bits each behind the start code of its only frame (RFC 9649 §2.5, RFC 6386 §9.1). */
export function sizeOfWebp(bytes: Buffer): PageSize {
  const isSimple = bytes.length > 30 && bytes.toString('latin1', 12, 16) === 'VP8 ';
  if (!isSimple) throw new Unreadable('damaged');
  return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
}
