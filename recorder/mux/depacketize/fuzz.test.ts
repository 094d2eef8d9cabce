import { describe, expect, it } from 'vitest';
import { loadMediaClip } from '../../../tests/support/rtp/media-clip.ts';
import { payloadsOf } from '../../../tests/support/rtp/packetizer.ts';
import { parseSenderReports } from '../rtcp.ts';
import { parseRtpPacket, readHeaderExtensions } from '../rtp-packet.ts';
import { Av1Codec } from './av1.ts';
import { FrameAssembler } from './frame-assembler.ts';
import { H264Codec } from './h264.ts';
import { opusSamples } from './opus.ts';
import type { VideoCodec } from './video-frame.ts';
import { Vp8Codec } from './vp8.ts';
import { Vp9Codec } from './vp9.ts';

const ROUNDS = 120;

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
}

/** Flips bytes, cuts, doubles: what a broken or hostile sender may send. */
function mutate(payload: Buffer, random: (below: number) => number): Buffer {
  const bytes = Buffer.from(payload);
  const kind = random(5);
  if (kind === 0) return bytes.subarray(0, random(bytes.length + 1));
  if (kind === 1) return Buffer.concat([bytes, bytes.subarray(random(bytes.length + 1))]);
  if (kind === 2) return Buffer.from(Array.from({ length: random(40) }, () => random(256)));
  for (let flips = 1 + random(4); flips > 0 && bytes.length > 0; flips -= 1)
    bytes[random(Math.min(bytes.length, 24))] = random(256);
  return bytes;
}

/** Says which seed it was. */
function withSeed(seed: number, work: (random: (below: number) => number) => void): void {
  try {
    work(randomOf(seed));
  } catch (cause) {
    throw new Error(`failed with seed ${seed}`, { cause });
  }
}

describe('depacketizers under damage', () => {
  it.each([
    ['H264', () => new H264Codec()],
    ['VP8', () => new Vp8Codec()],
    ['VP9', () => new Vp9Codec()],
    ['AV1', () => new Av1Codec()],
    ['VP8', () => new Vp9Codec()], // Foreign payloads: all of it is damage.
    ['H264', () => new Av1Codec()],
  ] as const)(
    'take mutated %s packets (seeded) without an exception and without growing what they were given',
    async (codec, make) => {
      const clip = await loadMediaClip({ codec, width: 160, height: 96, fps: 10, seconds: 3 });
      for (let seed = 1; seed <= ROUNDS; seed += 1) {
        withSeed(seed, (random) => {
          const own: VideoCodec = make();
          let bytesOut = 0;
          let bytesIn = 0;
          const assembler = new FrameAssembler(own, ({ bytes, parts, config, afterGap }) => {
            bytesOut += bytes;
            expect(parts.reduce((sum, part) => sum + part.length, 0)).toBe(bytes);
            if (afterGap) expect(config).toBeDefined();
          });
          for (const [index, frame] of clip.frames.entries()) {
            const payloads = payloadsOf(codec, frame, index);
            for (const [part, original] of payloads.entries()) {
              const payload = random(10) === 0 ? mutate(original, random) : original;
              bytesIn += payload.length + 64;
              const marker = part === payloads.length - 1 && random(20) !== 0;
              const place = { extended: index, rtp: index * 9000, timestamp: index * 9000, receivedUs: 0, chunk: 0 };
              assembler.push({ payload, marker, afterLoss: random(50) === 0, ...place });
            }
          }
          assembler.flush();
          expect(bytesOut).toBeLessThanOrEqual(bytesIn);
        });
      }
    },
  );

  it('takes random bytes as RTP, RTCP and Opus without an exception', () => {
    for (let seed = 1; seed <= 50 * ROUNDS; seed += 1) {
      const random = randomOf(seed);
      const bytes = Buffer.from(Array.from({ length: random(60) }, () => random(256)));
      if (bytes.length > 0) bytes[0] = 0x80 | ((bytes[0] ?? 0) & 0x3f);
      const packet = parseRtpPacket(bytes);
      if (packet?.extension !== undefined) readHeaderExtensions(packet.extension);
      parseSenderReports(bytes);
      opusSamples(bytes);
    }
  });
});
