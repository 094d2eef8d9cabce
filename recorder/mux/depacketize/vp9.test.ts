import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitIvf } from '../../../tests/support/rtp/elementary-streams.ts';
import { runPiped } from '../../ffmpeg/pipe.ts';
import { encodeInit, encodeSegment } from '../cmaf.ts';
import { FrameAssembler } from './frame-assembler.ts';
import type { TimedPacket } from './timed-packet.ts';
import type { VideoFrame } from './video-frame.ts';
import { Vp9Codec } from './vp9.ts';

const FRAMES = 20;
const PIECE_BYTES = 1000;
const TICKS = 9000;

let folder: string;
let encoded: Buffer[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-vp9-'));
  const path = join(folder, 'clip.ivf');
  const encoder =
    '-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -lag-in-frames 0 -auto-alt-ref 0 -g 10 -b:v 400k -pix_fmt yuv420p';
  const source = ['-f', 'lavfi', '-i', `testsrc2=s=320x180:r=10:d=${FRAMES / 10}`];
  await runPiped({ program: 'ffmpeg', args: ['-v', 'error', ...source, ...encoder.split(' '), path] });
  encoded = splitIvf(await readFile(path), 'VP9').flatMap(({ units }) => [...units]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** RFC 9628 without layers: I P L F B E V Z. */
function payloadsOf(frame: Buffer, isKey: boolean): Buffer[] {
  const count = Math.ceil(frame.length / PIECE_BYTES);
  return Array.from({ length: count }, (_, index) => {
    const flags = (isKey ? 0 : 0x40) | (index === 0 ? 0x08 : 0) | (index === count - 1 ? 0x04 : 0);
    const piece = frame.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES);
    return Buffer.concat([Buffer.from([0x80 | flags, 0x81, 0x02]), piece]);
  });
}

function assemble(frames: readonly (readonly Buffer[])[]): VideoFrame[] {
  const built: VideoFrame[] = [];
  const assembler = new FrameAssembler(new Vp9Codec(), (frame) => built.push(frame));
  let extended = 0;
  for (const [index, payloads] of frames.entries()) {
    for (const [part, payload] of payloads.entries()) {
      const place = { rtp: index * TICKS, timestamp: index * TICKS, receivedUs: 0, chunk: 0, afterLoss: false };
      const packet: TimedPacket = { payload, marker: part === payloads.length - 1, extended, ...place };
      assembler.push(packet);
      extended += 1;
    }
  }
  return built;
}

describe('Vp9Codec', () => {
  it('makes fMP4 that decodes frame by frame, with size and codec string of the keyframe', async () => {
    const frames = assemble(encoded.map((frame, index) => payloadsOf(frame, index % 10 === 0)));
    expect(frames).toHaveLength(FRAMES);
    const config = frames[0]?.config;
    expect(config).toMatchObject({ width: 320, height: 180, mimeCodec: 'vp09.00.30.08' });
    if (config === undefined) return;
    const samples = frames.map(({ parts, bytes, config: own }) => ({
      parts,
      bytes,
      duration: TICKS,
      isKey: own !== undefined,
    }));
    const path = join(folder, 'out.mp4');
    const init = encodeInit({ kind: 'video', config }, 90_000);
    await writeFile(path, Buffer.concat([init, encodeSegment([{ startTick: 90_000, samples }], 1)]));
    const entries = 'stream=codec_name,width,height,nb_read_frames,start_time';
    const args = ['-v', 'error', '-count_frames', '-show_entries', entries, '-of', 'json', path];
    const { stdout, stderr } = await runPiped({ program: 'ffprobe', args });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout.toString('utf8'))).toMatchObject({
      streams: [{ codec_name: 'vp9', width: 320, height: 180, start_time: '1.000000', nb_read_frames: String(FRAMES) }],
    });
  });

  // Base layer with a scalability structure of two sizes, then a second layer that refers to it; without flexible mode, so with TL0PICIDX.
  const structure = [0x30, 0, 160, 0, 90, 1, 64, 0, 180];
  const upperFrame = Buffer.from([0x86, 1, 2, 3]);
  const baseOf = (frame: Buffer, isKey: boolean): Buffer => {
    const flags = 0x80 | 0x20 | 0x08 | 0x04 | (isKey ? 0x02 : 0x40);
    return Buffer.concat([Buffer.from([flags, 1, 0x00, 7, ...(isKey ? structure : [])]), frame]);
  };
  const upperOf = (isWhole: boolean): Buffer =>
    Buffer.concat([Buffer.from([0x80 | 0x20 | 0x08 | (isWhole ? 0x04 : 0), 1, 0x03, 7]), upperFrame]);

  it('joins the spatial layers of a picture to a superframe and takes the size of the highest', () => {
    const [key = Buffer.alloc(0)] = encoded;
    const [frame] = assemble([[baseOf(key, true), upperOf(true)]]);
    expect(frame?.config).toMatchObject({ width: 320, height: 180 });
    const bytes = Buffer.concat([...(frame?.parts ?? [])]);
    const index = bytes.subarray(-10);
    expect([index[0], index[9]]).toEqual([0xd9, 0xd9]);
    expect([index.readUInt32LE(1), index.readUInt32LE(5)]).toEqual([key.length, 4]);
  });

  it('leaves out a layer that is not whole, and what refers to it until the next keyframe', () => {
    const [key = Buffer.alloc(0), inter = Buffer.alloc(0)] = encoded;
    const frames = assemble([
      [baseOf(key, true), upperOf(true)],
      [baseOf(inter, false), upperOf(false)],
      [baseOf(inter, false), upperOf(true)],
      [baseOf(key, true), upperOf(true)],
    ]);
    expect(frames.map(({ bytes }) => bytes)).toEqual([
      key.length + 4 + 10,
      inter.length,
      inter.length,
      key.length + 4 + 10,
    ]);
  });

  it('takes a flexible picture with references, and an intra-only one as no keyframe', () => {
    const [key = Buffer.alloc(0), inter = Buffer.alloc(0)] = encoded;
    // I P F B E with two reference differences, the last without "more".
    const flexible = Buffer.concat([Buffer.from([0x80 | 0x40 | 0x10 | 0x0c, 0x05, 0x03, 0x04]), inter]);
    const intraOnly = Buffer.concat([Buffer.from([0x80 | 0x0c, 0x06]), Buffer.from([0x86, 0, 0x49, 0x83, 0x42])]);
    const frames = assemble([payloadsOf(key, true), [flexible], [intraOnly]]);
    expect(frames.map(({ config }) => config !== undefined)).toEqual([true, false, false]);
    expect(frames[1]?.bytes).toBe(inter.length);
  });
});
