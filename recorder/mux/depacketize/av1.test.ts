import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMediaClip, type MediaClip } from '../../../tests/support/rtp/media-clip.ts';
import { payloadsOf } from '../../../tests/support/rtp/packetizer.ts';
import { runPiped } from '../../ffmpeg/pipe.ts';
import { encodeInit, encodeSegment } from '../cmaf.ts';
import { Av1Codec } from './av1.ts';
import { FrameAssembler } from './frame-assembler.ts';
import type { VideoFrame } from './video-frame.ts';

const TICKS = 9000;
const SEQUENCE_HEADER = 0x08;
const FRAME = 0x30;
const WITH_EXTENSION = 0x04;

let folder: string;
let clip: MediaClip;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-av1-'));
  clip = await loadMediaClip({ codec: 'AV1', width: 320, height: 180, fps: 10, seconds: 3 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function assemble(units: readonly (readonly Buffer[])[]): VideoFrame[] {
  const built: VideoFrame[] = [];
  const assembler = new FrameAssembler(new Av1Codec(), (frame) => built.push(frame));
  for (const [index, payloads] of units.entries()) {
    for (const [part, payload] of payloads.entries()) {
      const place = { rtp: index * TICKS, timestamp: index * TICKS, receivedUs: 0, chunk: 0, afterLoss: false };
      assembler.push({ payload, marker: part === payloads.length - 1, extended: index, ...place });
    }
  }
  return built;
}

const packetsOf = (index: number): Buffer[] => {
  const frame = clip.frames[index];
  return frame === undefined ? [] : payloadsOf('AV1', frame, index);
};
const unitsOf = (index: number): Buffer[] => [...(clip.frames[index]?.units ?? [])];
const obu = (units: readonly Buffer[], head: number): Buffer =>
  units.find((unit) => ((unit[0] ?? 0) & 0x78) === head) ?? Buffer.alloc(0);
const packet = (head: number, ...elements: (Buffer | number)[]): Buffer =>
  Buffer.concat([
    Buffer.from([head]),
    ...elements.map((each) => (typeof each === 'number' ? Buffer.from([each]) : each)),
  ]);
/** An OBU of an upper spatial layer. */
const inLayer = (unit: Buffer, layer: number): Buffer =>
  Buffer.concat([Buffer.from([(unit[0] ?? 0) | WITH_EXTENSION, layer << 3]), unit.subarray(1)]);

describe('Av1Codec', () => {
  it('makes fMP4 that decodes unit by unit, with size and codec string of the sequence header', async () => {
    const frames = assemble(clip.frames.map((_, index) => packetsOf(index)));
    expect(frames).toHaveLength(clip.frames.length);
    expect(frames.map(({ config }) => config !== undefined)).toEqual(clip.frames.map(({ isKey }) => isKey));
    const config = frames[0]?.config;
    expect(config).toMatchObject({ codec: 'AV1', width: 320, height: 180 });
    expect(config?.mimeCodec).toMatch(/^av01\.0\.\d\dM\.08$/);
    if (config === undefined) return;
    const samples = frames.map(({ parts, bytes, config: own }) => ({
      ...{ parts, bytes, duration: TICKS },
      isKey: own !== undefined,
    }));
    const path = join(folder, 'out.mp4');
    const init = encodeInit({ kind: 'video', config }, 90_000);
    await writeFile(path, Buffer.concat([init, encodeSegment([{ startTick: 90_000, samples }], 1)]));
    const entries = 'stream=codec_name,codec_tag_string,width,height,nb_read_frames,start_time';
    const args = ['-v', 'error', '-count_frames', '-show_entries', entries, '-of', 'json', path];
    const { stdout, stderr } = await runPiped({ program: 'ffprobe', args });
    expect(stderr).toBe('');
    const stream = { codec_name: 'av1', codec_tag_string: 'av01', width: 320, height: 180, start_time: '1.000000' };
    expect(JSON.parse(stdout.toString('utf8'))).toMatchObject({
      streams: [{ ...stream, nb_read_frames: String(clip.frames.length) }],
    });
  });

  it('takes elements with and without their number, and OBUs that kept their size', () => {
    const units = unitsOf(0);
    const [header, frame] = [obu(units, SEQUENCE_HEADER), obu(units, FRAME)];
    const start = frame.subarray(0, 40);
    const sized = Buffer.concat([Buffer.from([(header[0] ?? 0) | 0x02, header.length - 1]), header.subarray(1)]);
    const delimiter = Buffer.from([0x10]);
    const built = [
      [packet(0x08 | 0x20, header.length, header, start)],
      [packet(0x08, header.length, header, start.length, start)],
      [packet(0x08 | 0x30, 1, delimiter, sized.length, sized, start)],
      [packet(0x08 | 0x40, header.length, header, 7, start.subarray(0, 7)), packet(0x80 | 0x10, start.subarray(7))],
    ].map((payloads) => assemble([payloads])[0]);
    const bytes = built.map((each) => Buffer.concat([...(each?.parts ?? [])]).toString('hex'));
    expect(built[0]?.config).toMatchObject({ width: 320, height: 180 });
    expect(new Set(bytes).size).toBe(1);
    expect(bytes[0]?.length).toBeGreaterThan(0);
  });

  it('keeps all spatial layers of a unit, and takes half the size for each that the sequence has and the unit has not', () => {
    const units = unitsOf(0);
    const [header, frame] = [obu(units, SEQUENCE_HEADER), obu(units, FRAME)];
    const elements = [0, 1].map((layer) => inLayer(frame.subarray(0, 40), layer));
    const [built] = assemble([[packet(0x08, header.length, header, 41, elements[0] ?? 0, 41, elements[1] ?? 0)]]);
    expect(built?.config).toMatchObject({ width: 320, height: 180 });
    expect(built?.bytes).toBe(header.length + 1 + 2 * 42);
  });

  it('drops a unit whose beginning or end is missing, and all that follow up to a keyframe', () => {
    const units = unitsOf(0);
    const [header, frame] = [obu(units, SEQUENCE_HEADER), obu(units, FRAME)];
    const begin = packet(0x08 | 0x40 | 0x20, header.length, header, frame.subarray(0, 30));
    const middle = packet(0x80 | 0x40 | 0x10, frame.subarray(30, 60));
    const end = packet(0x80 | 0x10, frame.subarray(60));
    const following = [packetsOf(1), packetsOf(10), packetsOf(11)];
    for (const broken of [[middle, end], [begin, middle], [begin], [end]]) {
      const frames = assemble([broken, ...following]);
      expect(frames.map(({ first }) => first.rtp / TICKS)).toEqual([2, 3]);
    }
    expect(assemble([[begin, middle, end], ...following])).toHaveLength(4);
  });

  it('leaves alone a unit without a picture', () => {
    expect(assemble([[packet(0x10, 0x10)], packetsOf(0)])).toHaveLength(1);
  });
});
