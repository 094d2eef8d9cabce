import { runPiped } from '../../../recorder/ffmpeg/pipe.ts';

const RATE = 48_000;

/** The sound of a file from its first sample on, mono. */
export async function decodeSound(path: string): Promise<Int16Array> {
  const args = ['-v', 'error', '-i', path, '-vn', '-ac', '1', '-ar', String(RATE), '-f', 's16le', 'pipe:1'];
  const { stdout } = await runPiped({ program: 'ffmpeg', args });
  return new Int16Array(
    stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length - (stdout.length % 2)),
  );
}

/** Amplitude of a tone in each whole second of a sound (Goertzel): 1,000 for a sine of 1,000. */
export const toneBySecond = (sound: Int16Array, hz: number): number[] => toneByPart(sound, hz, RATE);

/** The same for each tenth of a second. */
export const toneByTenth = (sound: Int16Array, hz: number): number[] => toneByPart(sound, hz, RATE / 10);

function toneByPart(sound: Int16Array, hz: number, samples: number): number[] {
  return Array.from({ length: Math.floor(sound.length / samples) }, (_, part) =>
    toneIn(sound.subarray(part * samples, (part + 1) * samples), hz),
  );
}

function toneIn(sound: Int16Array, hz: number): number {
  const turn = (2 * Math.PI * hz) / RATE;
  let [one, two] = [0, 0];
  for (const sample of sound) [one, two] = [sample + 2 * Math.cos(turn) * one - two, one];
  const power = one * one + two * two - 2 * Math.cos(turn) * one * two;
  return (2 * Math.sqrt(Math.max(0, power))) / sound.length;
}
