import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { splitAnnexB, splitAv1Ivf, splitIvf, splitOggOpus, type StreamFrame } from './elementary-streams.ts';
import { drawTestPicture, drawTestSound, FLASH_US } from './test-picture.ts';

/** Raise when pictures, sounds or arguments change: old cached clips are not used any more. */
const CLIP_VERSION = 1;
const OPUS_RATE = 48_000;
const OPUS_FRAME_US = 20_000;
const ENCODERS = {
  // Access unit delimiters let the stream be cut into frames again; parameter sets stand before every keyframe.
  H264:
    '-c:v libx264 -preset veryfast -profile:v baseline -level 3.1 -tune zerolatency -bf 0 ' +
    '-x264-params repeat-headers=1:aud=1:sliced-threads=0:scenecut=0',
  VP8: '-c:v libvpx -deadline realtime -cpu-used 8 -lag-in-frames 0 -auto-alt-ref 0',
  VP9: '-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -lag-in-frames 0 -auto-alt-ref 0 -row-mt 1',
  AV1: '-c:v libaom-av1 -usage realtime -cpu-used 8 -lag-in-frames 0 -row-mt 1',
} as const;

export type VideoClipCodec = keyof typeof ENCODERS;
export type ClipCodec = VideoClipCodec | 'opus';

export interface VideoClipSpec {
  readonly codec: VideoClipCodec;
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
  readonly seconds?: number;
  readonly keyFrameEverySeconds?: number;
  readonly kilobitsPerSecond?: number;
}

export interface AudioClipSpec {
  readonly codec: 'opus';
  readonly seconds?: number;
  /** Faint tone under the beeps, to tell sources apart. */
  readonly toneHz?: number;
}

export interface ClipFrame {
  /** H264: one access unit in NAL units without start codes; AV1: one temporal unit in OBUs without sizes; else a single encoded frame. */
  readonly units: readonly Buffer[];
  /** Media time of what a decoder will give for this frame, µs since the clip's start (slightly negative where Opus begins early). */
  readonly ptsUs: number;
  readonly isKey: boolean;
}

/** Really encoded media that can be repeated without a seam: flash and beep fall on whole seconds of media time. */
export interface MediaClip {
  readonly kind: 'audio' | 'video';
  readonly codec: ClipCodec;
  readonly frames: readonly ClipFrame[];
  readonly durationUs: number;
  readonly width: number;
  readonly height: number;
}

/** Encodes once per machine (kept under the temporary folder) and reads from there afterwards. */
export async function loadMediaClip(spec: VideoClipSpec | AudioClipSpec): Promise<MediaClip> {
  return spec.codec === 'opus' ? loadAudioClip(spec) : loadVideoClip({ ...spec, codec: spec.codec });
}

async function loadVideoClip(spec: VideoClipSpec): Promise<MediaClip> {
  const { codec, width = 640, height = 360, fps = 30, seconds = 10, keyFrameEverySeconds = 1 } = spec;
  const { kilobitsPerSecond = 800 } = spec;
  const full = { codec, width, height, fps, seconds, keyFrameEverySeconds, kilobitsPerSecond };
  const gop = Math.round(fps * keyFrameEverySeconds);
  const rate = `-g ${gop} -b:v ${kilobitsPerSecond}k -maxrate ${kilobitsPerSecond}k -bufsize ${kilobitsPerSecond}k`;
  const encoder = `${ENCODERS[codec]} ${rate} ${codec === 'H264' ? '-f h264' : `-keyint_min ${gop} -f ivf`}`.split(' ');
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-r', `${fps}`, '-i', 'pipe:0'];
  const file = await cached(full, [...input, ...encoder], function* pictures() {
    for (let index = 0; index < seconds * fps; index += 1) {
      const inSecondUs = ((index % fps) * 1_000_000) / fps;
      yield drawTestPicture(index, inSecondUs < FLASH_US, width, height);
    }
  });
  const frames = framesOf(codec, file);
  return {
    kind: 'video',
    codec,
    width,
    height,
    durationUs: seconds * 1_000_000,
    frames: frames.map((frame, index) => ({ ...frame, ptsUs: Math.round((index * 1_000_000) / fps) })),
  };
}

function framesOf(codec: VideoClipCodec, file: Buffer): StreamFrame[] {
  switch (codec) {
    case 'H264':
      return splitAnnexB(file);
    case 'AV1':
      return splitAv1Ivf(file);
    case 'VP8':
    case 'VP9':
      return splitIvf(file, codec);
  }
}

async function loadAudioClip(spec: AudioClipSpec): Promise<MediaClip> {
  const { seconds = 10, toneHz = 440 } = spec;
  const input = ['-f', 's16le', '-ar', `${OPUS_RATE}`, '-ac', '1', '-i', 'pipe:0'];
  const encoder = ['-c:a', 'libopus', '-b:a', '32k', '-frame_duration', '20', '-vbr', 'on', '-f', 'ogg'];
  const file = await cached({ codec: 'opus', seconds, toneHz }, [...input, ...encoder], function* sounds() {
    for (let second = 0; second < seconds; second += 1) {
      yield drawTestSound(second * OPUS_RATE, OPUS_RATE, OPUS_RATE, toneHz);
    }
  });
  const { packets, preSkipSamples } = splitOggOpus(file);
  const earlyUs = Math.round((preSkipSamples * 1_000_000) / OPUS_RATE);
  return {
    kind: 'audio',
    codec: 'opus',
    width: 0,
    height: 0,
    durationUs: seconds * 1_000_000,
    // The encoder puts its look-ahead in front: the first decoded sample is that much older than the first sample given.
    frames: packets
      .slice(0, (seconds * 1_000_000) / OPUS_FRAME_US)
      .map((packet, index) => ({ units: [packet], ptsUs: index * OPUS_FRAME_US - earlyUs, isKey: true })),
  };
}

async function cached(spec: object, args: readonly string[], input: () => Generator<Buffer>): Promise<Buffer> {
  const name = createHash('sha256').update(JSON.stringify({ CLIP_VERSION, spec, args })).digest('hex').slice(0, 24);
  const folder = join(tmpdir(), 'tongke-test-media');
  const path = join(folder, name);
  if (!existsSync(path)) {
    await mkdir(folder, { recursive: true });
    const temporary = `${path}.${process.pid}.${Date.now()}`;
    try {
      await encode([...args, temporary], input());
      await rename(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
  }
  return readFile(path);
}

async function encode(args: readonly string[], input: Generator<Buffer>): Promise<void> {
  const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let problems = '';
  child.stderr.on('data', (text: Buffer) => {
    problems += text.toString();
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  child.stdin.on('error', () => undefined);
  for (const piece of input) {
    if (!child.stdin.write(piece)) {
      await Promise.race([once(child.stdin, 'drain'), ended]);
    }
  }
  child.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${problems}`);
}
