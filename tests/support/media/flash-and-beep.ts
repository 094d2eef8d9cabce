import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { runPiped } from '../../../recorder/ffmpeg/pipe.ts';

const SOUND_RATE = 48_000;
/** The beep has 18,000; the faint tone below it 1,000. */
const BEEP_LEVEL = 6_000;
const WHITE_LEVEL = 128;
/** Two onsets are further apart than this. */
const QUIET_S = 0.5;

/** Seconds at which the band at the bottom of the test picture turns white. */
export async function flashTimes(path: string): Promise<number[]> {
  const shown = await runPiped({
    program: 'ffmpeg',
    args: [
      ...[
        '-v',
        'info',
        '-copyts',
        '-i',
        path,
        '-vf',
        'crop=iw:ih/16:0:ih-ih/16,scale=1:1,format=gray,showinfo=checksum=0',
      ],
      ...['-vsync', 'passthrough', '-f', 'rawvideo', 'pipe:1'],
    ],
  });
  const times = [...shown.stderr.matchAll(/ pts_time:\s*(-?[\d.]+)/g)].map((match) => Number(match[1]));
  return onsets(times.map((time, index) => ({ time, isOn: (shown.stdout[index] ?? 0) > WHITE_LEVEL })));
}

/** Seconds at which the beep begins, for a file whose sound begins at `startS`; `level` is above all other sound. */
export async function beepTimes(path: string, startS = 0, level = BEEP_LEVEL): Promise<number[]> {
  const found: number[] = [];
  let index = 0;
  let lastLoud = Number.NEGATIVE_INFINITY;
  for await (const samples of monoPieces(path)) {
    for (const sample of samples) {
      if (Math.abs(sample) > level) {
        if (index - lastLoud > QUIET_S * SOUND_RATE) found.push(startS + index / SOUND_RATE);
        lastLoud = index;
      }
      index += 1;
    }
  }
  return found;
}

/** The left channel at 48 kHz, piece by piece: a lesson of 45 minutes has 260 MB of it. */
export async function* monoPieces(path: string): AsyncGenerator<Int16Array> {
  const args = ['-v', 'error', '-i', path, '-af', 'pan=mono|c0=c0', '-f', 's16le', '-ar', String(SOUND_RATE), 'pipe:1'];
  const decoder = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(decoder, 'close');
  let rest = Buffer.alloc(0);
  for await (const part of decoder.stdout as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, part]);
    const whole = bytes.length & ~1;
    rest = bytes.subarray(whole);
    yield new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + whole));
  }
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
}

/** All of it at once, of something short. */
export async function decodeMono(path: string): Promise<Int16Array> {
  const samples: number[] = [];
  for await (const piece of monoPieces(path)) samples.push(...piece);
  return Int16Array.from(samples);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** The beginnings of what is on, from states in the order of time. */
export function onsets(states: readonly { readonly time: number; readonly isOn: boolean }[]): number[] {
  const found: number[] = [];
  let lastOn = Number.NEGATIVE_INFINITY;
  for (const { time, isOn } of states) {
    if (!isOn) continue;
    if (time - lastOn > QUIET_S) found.push(time);
    lastOn = time;
  }
  return found;
}
