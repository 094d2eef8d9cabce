import { describe, expect, it } from 'vitest';
import { loadMediaClip } from '../../../tests/support/rtp/media-clip.ts';
import { payloadsOf } from '../../../tests/support/rtp/packetizer.ts';
import type { TimedPacket } from './timed-packet.ts';
import { Vp8Codec } from './vp8.ts';

const packets = (payloads: readonly Buffer[]): TimedPacket[] =>
  payloads.map((payload, index) => ({
    payload,
    marker: index === payloads.length - 1,
    extended: index,
    rtp: 0,
    timestamp: 0,
    receivedUs: 0,
    afterLoss: false,
    chunk: 0,
  }));

const DESCRIPTOR_BYTES = 4;
const START_OF_PARTITION = 0x10;

/** A payload as two packets, however small the encoder made the frame. */
function inTwo(payload: Buffer): Buffer[] {
  const middle = Math.ceil((DESCRIPTOR_BYTES + payload.length) / 2);
  const descriptor = Buffer.from(payload.subarray(0, DESCRIPTOR_BYTES));
  descriptor[0] = (descriptor[0] ?? 0) & ~START_OF_PARTITION;
  return [payload.subarray(0, middle), Buffer.concat([descriptor, payload.subarray(middle)])];
}

describe('Vp8Codec', () => {
  it('gives back the frames that were sent and the size of each keyframe', async () => {
    const clip = await loadMediaClip({ codec: 'VP8', width: 320, height: 180, fps: 10, seconds: 3 });
    const codec = new Vp8Codec();
    for (const [index, frame] of clip.frames.entries()) {
      const built = codec.build(packets(payloadsOf('VP8', frame, index)));
      if (typeof built === 'string') throw new Error(built);
      expect(Buffer.concat([...built.parts])).toEqual(Buffer.concat([...frame.units]));
      expect(built.config === undefined ? undefined : [built.config.width, built.config.height]).toEqual(
        frame.isKey ? [320, 180] : undefined,
      );
    }
  });

  it('reads every form of the payload descriptor', () => {
    const frame = Buffer.from([0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00, 9, 9]);
    const heads = [[0x10], [0x90, 0x80, 5], [0x90, 0x80, 0x85, 1], [0x90, 0xe0, 0x85, 1, 7, 0x20], [0x90, 0x10, 0]];
    for (const head of heads) {
      const built = new Vp8Codec().build(packets([Buffer.concat([Buffer.from(head), frame])]));
      expect(built).toMatchObject({ config: { width: 320, height: 240 } });
    }
  });

  it('calls a frame damaged whose first packet is missing or that begins twice', async () => {
    const clip = await loadMediaClip({ codec: 'VP8', width: 320, height: 180, fps: 10, seconds: 3 });
    const payloads = clip.frames.slice(0, 1).flatMap((frame) => payloadsOf('VP8', frame, 0).flatMap(inTwo));
    expect(new Vp8Codec().build(packets(payloads))).not.toBe('damaged');
    expect(new Vp8Codec().build(packets(payloads.slice(1)))).toBe('damaged');
    expect(new Vp8Codec().build(packets([...payloads, ...payloads]))).toBe('damaged');
  });
});
