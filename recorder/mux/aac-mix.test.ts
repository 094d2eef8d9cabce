import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeMono } from '../../tests/support/media/flash-and-beep.ts';
import { loadMediaClip } from '../../tests/support/rtp/media-clip.ts';
import { encodeSoundInit, encodeSoundSegment, renderSound, type TrackSound } from './aac-mix.ts';
import { readSegmentSamples } from './cmaf-reader.ts';
import { opusSamples } from './depacketize/opus.ts';
import { decodeOpus } from './opus-decoder.ts';

const FRAMES = 160;
const JOINT = 80;
const BLOCK = 1024;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-aac-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function decode(units: readonly Buffer[]): Promise<Int16Array> {
  const path = join(folder, 'sound.mp4');
  await writeFile(path, Buffer.concat([encodeSoundInit(), encodeSoundSegment(units, 0)]));
  return decodeMono(path);
}

async function soundOf(toneHz: number): Promise<TrackSound> {
  const clip = await loadMediaClip({ codec: 'opus', toneHz });
  return clip.frames.flatMap(({ units, ptsUs }) =>
    ptsUs < 0 ? [] : units.map((data) => ({ startTick: ptsUs, duration: 20_000, data })),
  );
}

async function render(fromFrame: number, toFrame: number, tracks: readonly TrackSound[]): Promise<Buffer[]> {
  const units = await renderSound({ ffmpegPath: 'ffmpeg', fromFrame, toFrame, tracks, leftOut: [] });
  if (units === 'silence') throw new Error('silence');
  return units;
}

function rms(one: Int16Array, other: Int16Array, from: number, to: number): number {
  let sum = 0;
  for (let index = from; index < to; index += 1) sum += ((one[index] ?? 0) - (other[index] ?? 0)) ** 2;
  return Math.sqrt(sum / (to - from));
}

describe('AAC mix', () => {
  it('joins stretches that were rendered independently without gap or click, and of exact length', async () => {
    const tracks = [await soundOf(440), await soundOf(700)];
    const whole = await decode(await render(0, FRAMES, tracks));
    const joined = await decode([...(await render(0, JOINT, tracks)), ...(await render(JOINT, FRAMES, tracks))]);
    expect(joined).toHaveLength(FRAMES * BLOCK);
    expect(whole).toHaveLength(FRAMES * BLOCK);
    const atJoint = rms(joined, whole, (JOINT - 2) * BLOCK, (JOINT + 2) * BLOCK);
    const elsewhere = rms(joined, whole, (JOINT + 4) * BLOCK, (FRAMES - 4) * BLOCK);
    // A missing overlap would be as loud as the sound itself: two tones of 1,000 each.
    expect(atJoint).toBeLessThan(Math.max(60, 2 * elsewhere));
  });

  it('answers silence where nobody sends, without an encoder', async () => {
    const options = { fromFrame: 0, toFrame: 10, tracks: [], leftOut: [] };
    expect(await renderSound({ ffmpegPath: '/nonexistent', ...options })).toBe('silence');
  });

  it('keeps the time of its segments and access units', async () => {
    const units = await render(100, 110, [await soundOf(440)]);
    const samples = readSegmentSamples(encodeSoundSegment(units, 100));
    expect(samples.map(({ startTick }) => startTick)).toEqual(units.map((_, index) => (100 + index) * BLOCK));
    expect(samples.map(({ data }) => data)).toEqual(units);
  });

  it('decodes exactly the samples of each Opus packet', async () => {
    const packets = (await soundOf(440)).slice(0, 100).map(({ data }) => data);
    const expected = packets.reduce((sum, packet) => sum + (opusSamples(packet) ?? 0), 0);
    const sound = await decodeOpus('ffmpeg', packets);
    expect(sound).toHaveLength(expected * 2);
    expect(sound.subarray(-960).some((sample) => sample !== 0)).toBe(true);
  });

  it('fails with what ffmpeg says when it fails', async () => {
    const failing = decodeOpus(
      'false',
      (await soundOf(440)).slice(0, 3).map(({ data }) => data),
    );
    await expect(failing).rejects.toMatchObject({ code: 'internal' });
  });
});
