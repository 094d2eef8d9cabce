/**
 * A picture that tells who sent it and when, and a sound that tells the same: the layout of the code that `timecode-media.ts` paints in
 * the sender's page and `timecode-reader.ts` reads from any decoded frame (a page's `<video>`, or pixels of a file).
 *
 * Four rows of 12 square cells at the top of the frame, large enough to be read in the smallest simulcast layer, black 0, white 1, most significant bit first: 8 bits sender, 32 bits clock in
 * milliseconds modulo 2^32, 8 bits check sum of the five bytes before.
 */
export const COLUMNS = 12;
export const ROWS = 4;
export const FRAME_WIDTH = 640;
export const FRAME_HEIGHT = 360;
/** Below the code: a patch that is white during the first 100 ms of each second, while the beep sounds. */
export const FLASH = { x: 0.7, y: 0.65, size: 0.2 } as const;
export const FLASH_MS = 100;
export const BEEP_HZ = 3_000;

export interface Timecode {
  readonly sender: number;
  /** Milliseconds of the sender's clock, modulo 2^32. */
  readonly clockMs: number;
}

/** A tone is heard when it stands this far out of everything else. */
export const HEARD_DECIBELS = -60;

/** Senders from here on are somebody's screen. */
export const SCREEN_SENDERS = 100;

/** Continuous tone of a sender, far enough apart to tell by ear and by spectrum; that of a screen lies half-way to the next sender's. */
export const toneHz = (sender: number): number =>
  400 + 120 * (sender % SCREEN_SENDERS) + (sender < SCREEN_SENDERS ? 0 : 60);

/** Bits from luminance samples of the 48 cells, or undefined when the check sum says that it is no timecode. */
export function decodeTimecode(luminance: readonly number[]): Timecode | undefined {
  if (luminance.length !== COLUMNS * ROWS) return undefined;
  const bytes: number[] = [];
  for (let start = 0; start < luminance.length; start += 8) {
    bytes.push(luminance.slice(start, start + 8).reduce((byte, value) => byte * 2 + (value > 127 ? 1 : 0), 0));
  }
  const [sender, a, b, c, d, sum] = bytes;
  if (sender === undefined || a === undefined || b === undefined || c === undefined || d === undefined)
    return undefined;
  if (sum !== (sender + a + b + c + d + 0x5a) % 256) return undefined;
  return { sender, clockMs: ((a * 256 + b) * 256 + c) * 256 + d };
}

/** Where the 48 cells are read in a picture of this width: column and line of their middle, pixels. */
export function cellCentres(width: number): readonly (readonly [x: number, y: number])[] {
  const cell = width / COLUMNS;
  const middle = (place: number): number => Math.floor((place + 0.5) * cell);
  return Array.from({ length: COLUMNS * ROWS }, (_cell, index) => [
    middle(index % COLUMNS),
    middle(Math.floor(index / COLUMNS)),
  ]);
}

/** From a grey picture (one byte per pixel, row by row). */
export function readTimecode(pixels: Uint8Array, width: number, height: number): Timecode | undefined {
  const centres = cellCentres(width);
  if (centres.some(([, y]) => y >= height)) return undefined;
  return decodeTimecode(centres.map(([x, y]) => pixels[y * width + x] ?? 0));
}
