/**
 * A picture that a program can read: a counter of 24 cells along the top (white is 1, highest bit first), a moving pattern in the
 * middle so that there is something to encode, and a band along the bottom that is white only while the second's beep sounds.
 */
export const COUNTER_BITS = 24;
/** Flash and beep start together on every whole second of media time and last this long. */
export const FLASH_US = 100_000;

const WHITE = 235;
const BLACK = 16;

/** One frame, yuv420p with grey chroma. */
export function drawTestPicture(index: number, isFlash: boolean, width: number, height: number): Buffer {
  const picture = Buffer.alloc(width * height * 1.5, 128);
  const band = bandHeight(height);
  for (let y = 0; y < height; y += 1) {
    const row = y * width;
    if (y < band) {
      drawCounterRow(picture, row, index, width);
    } else if (y >= height - band) {
      picture.fill(isFlash ? WHITE : BLACK, row, row + width);
    } else {
      picture.fill(48 + ((y + index * 2) % 128), row, row + width);
      const box = (index * 7) % (width - width / 8);
      picture.fill(200 - (y % 64), row + Math.floor(box), row + Math.floor(box + width / 8));
    }
  }
  return picture;
}

/** The counter of a decoded luma plane (8 bits a pixel, `width` bytes a row). */
export function readCounter(luma: Uint8Array, width: number, height: number): number {
  const y = Math.floor(bandHeight(height) / 2);
  let value = 0;
  for (let bit = 0; bit < COUNTER_BITS; bit += 1) {
    const x = Math.floor(((bit + 0.5) * width) / COUNTER_BITS);
    value = value * 2 + ((luma[y * width + x] ?? 0) > 128 ? 1 : 0);
  }
  return value;
}

export function hasFlash(luma: Uint8Array, width: number, height: number): boolean {
  const y = height - Math.ceil(bandHeight(height) / 2);
  return (luma[y * width + Math.floor(width / 2)] ?? 0) > 128;
}

/** Mono 16-bit samples of one stretch: a faint tone that tells sources apart, and a loud 1 kHz beep on every whole second. */
export function drawTestSound(fromSample: number, samples: number, sampleRate: number, toneHz: number): Buffer {
  const sound = Buffer.alloc(samples * 2);
  for (let i = 0; i < samples; i += 1) {
    const at = fromSample + i;
    const inSecond = at % sampleRate;
    const isBeep = inSecond < (sampleRate * FLASH_US) / 1_000_000;
    const tone = 1_000 * Math.sin((2 * Math.PI * toneHz * at) / sampleRate);
    const beep = isBeep ? 18_000 * Math.sin((2 * Math.PI * 1_000 * inSecond) / sampleRate) : 0;
    sound.writeInt16LE(Math.round(tone + beep), i * 2);
  }
  return sound;
}

function bandHeight(height: number): number {
  return Math.floor(height / 8);
}

function drawCounterRow(picture: Buffer, row: number, index: number, width: number): void {
  for (let bit = 0; bit < COUNTER_BITS; bit += 1) {
    const isOne = Math.floor(index / 2 ** (COUNTER_BITS - 1 - bit)) % 2 === 1;
    const from = Math.floor((bit * width) / COUNTER_BITS);
    const to = Math.floor(((bit + 1) * width) / COUNTER_BITS);
    picture.fill(isOne ? WHITE : BLACK, row + from, row + to);
  }
}
