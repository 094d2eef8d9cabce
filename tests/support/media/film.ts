import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PlayIndex, PlaySegment } from '../../../signaling/protocol/play-index.ts';
import { FLASH, readTimecode, type Timecode } from '../browser/timecode.ts';
import { beepTimes } from './flash-and-beep.ts';

const run = promisify(execFile);
const PIXELS_MAX_BYTES = 512 * 1024 * 1024;
/** What pictures are shrunk to before they are read. */
const READ_SIZE = { width: 240, height: 135 } as const;

const WHITE_LEVEL = 128;
/** Of 32,767: the beep has 19,000; two senders' tones together 6,600. */
const BEEP_ABOVE_TONES = 12_000;

export interface FilmFacts {
  readonly durationSeconds: number;
  readonly videoCodec: string;
  readonly audioCodec: string | undefined;
  readonly width: number;
  readonly height: number;
}

/** What ffprobe says of a file or URL. */
export async function probeFilm(input: string): Promise<FilmFacts> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', input]);
  const probe = JSON.parse(stdout) as {
    format: { duration: string };
    streams: { codec_type: string; codec_name: string; width?: number; height?: number }[];
  };
  const video = probe.streams.find((stream) => stream.codec_type === 'video');
  if (video === undefined) throw new Error('no video in the film');
  return {
    durationSeconds: Number(probe.format.duration),
    videoCodec: video.codec_name,
    audioCodec: probe.streams.find((stream) => stream.codec_type === 'audio')?.codec_name,
    width: video.width ?? 0,
    height: video.height ?? 0,
  };
}

export interface FrameReading {
  readonly atSeconds: number;
  readonly code: Timecode | undefined;
}

/** A picture as it is stored, with its place on the recording's own time line. */
export interface StoredFrame extends FrameReading {
  readonly isFlash: boolean;
}

/** Decodes the film and reads the timecode within a part of the picture, `framesPerSecond` times a second. */
export async function readFilmTimecodes(
  input: string,
  part: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  framesPerSecond: number,
): Promise<FrameReading[]> {
  const { width, height } = READ_SIZE;
  const filter = `crop=${part.width}:${part.height}:${part.x}:${part.y},scale=${width}:${height},fps=${framesPerSecond}`;
  const { stdout } = await run(
    'ffmpeg',
    ['-v', 'error', '-i', input, '-an', '-vf', filter, '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'],
    { encoding: 'buffer', maxBuffer: PIXELS_MAX_BYTES },
  );
  return framesOf(stdout).map((code, index) => ({ atSeconds: index / framesPerSecond, code }));
}

/** All timecodes of one view of a recording that can be played, oldest first, read from every stored frame. */
export async function readViewTimecodes(
  index: PlayIndex,
  indexUrl: URL,
  view: string,
  folder: string,
): Promise<Timecode[]> {
  const frames = await readViewFrames(index, indexUrl, view, folder);
  return frames.flatMap(({ code }) => (code === undefined ? [] : [code])).toSorted((a, b) => a.clockMs - b.clockMs);
}

/** Every stored frame of a view with its session time, in the order of the segments. */
export async function readViewFrames(
  index: PlayIndex,
  indexUrl: URL,
  view: string,
  folder: string,
): Promise<StoredFrame[]> {
  const runs = index.views.find((candidate) => candidate.view === view)?.runs ?? [];
  const frames: StoredFrame[] = [];
  for (const [number, run] of runs.entries()) {
    const name = `${view}-${number}.${run.container === 'webm' ? 'webm' : 'mp4'}`;
    frames.push(...(await readEveryFrame(await fetchPlayable(run.segments, indexUrl, join(folder, name)))));
  }
  return frames;
}

/** Seconds of session time at which the timecode's beep begins in the recording's sound. */
export async function readBeeps(index: PlayIndex, indexUrl: URL, folder: string): Promise<number[]> {
  const beeps: number[] = [];
  // What follows a hole has a place of its own: a decoder would close the gap.
  const unbroken = (index.sound?.segments ?? []).reduce<PlaySegment[][]>((groups, segment) => {
    const group = groups.at(-1);
    if (group?.at(-1)?.endUs === segment.startUs) group.push(segment);
    else groups.push([segment]);
    return groups;
  }, []);
  for (const [number, segments] of unbroken.entries()) {
    const path = await fetchPlayable(segments, indexUrl, join(folder, `sound-${number}.mp4`));
    beeps.push(...(await beepTimes(path, (segments[0]?.startUs ?? 0) / 1e6, BEEP_ABOVE_TONES)));
  }
  return beeps;
}

/** Initialisations and segments one after another, as a file at `path`. */
export async function fetchPlayable(segments: readonly PlaySegment[], indexUrl: URL, path: string): Promise<string> {
  const parts: Buffer[] = [];
  let init = '';
  for (const segment of segments) {
    if (segment.init !== init) parts.push(await fetchBytes(new URL(segment.init, indexUrl)));
    init = segment.init;
    parts.push(await fetchBytes(new URL(segment.uri, indexUrl)));
  }
  await writeFile(path, Buffer.concat(parts));
  return path;
}

async function fetchBytes(url: URL): Promise<Buffer> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url.pathname}: ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

async function readEveryFrame(path: string): Promise<StoredFrame[]> {
  const { width, height } = READ_SIZE;
  const { stdout, stderr } = await run(
    'ffmpeg',
    [
      ...['-v', 'info', '-copyts', '-i', path, '-an'],
      ...['-vf', `scale=${width}:${height},format=gray,showinfo=checksum=0`],
      ...['-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: PIXELS_MAX_BYTES },
  );
  const times = [...stderr.toString('utf8').matchAll(/ pts_time:\s*(-?[\d.]+)/g)].map((match) => Number(match[1]));
  const [flashX, flashY] = [FLASH.x + FLASH.size / 2, FLASH.y + FLASH.size / 2];
  const flashAt = Math.floor(flashY * height) * width + Math.floor(flashX * width);
  return framesOf(stdout).map((code, index) => ({
    atSeconds: times[index] ?? Number.NaN,
    code,
    isFlash: (stdout[index * width * height + flashAt] ?? 0) > WHITE_LEVEL,
  }));
}

function framesOf(pixels: Buffer): (Timecode | undefined)[] {
  const { width, height } = READ_SIZE;
  const frameBytes = width * height;
  return Array.from({ length: Math.floor(pixels.length / frameBytes) }, (_, index) =>
    readTimecode(pixels.subarray(index * frameBytes, (index + 1) * frameBytes), width, height),
  );
}
