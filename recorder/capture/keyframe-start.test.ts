import { describe, expect, it } from 'vitest';
import { startsKeyFrame } from './keyframe-start.ts';

/** An RTP packet with two CSRCs and a header extension of one word, so that the payload is not at the usual place. */
function packetOf(...payload: readonly number[]): Buffer {
  const header = Buffer.alloc(12 + 8 + 8);
  header[0] = 0x80 | 0x10 | 2;
  header.writeUInt16BE(0xbede, 20);
  header.writeUInt16BE(1, 22);
  return Buffer.concat([header, Buffer.from(payload)]);
}

describe('startsKeyFrame', () => {
  it('knows an IDR slice, an SPS, an aggregate with one and the first fragment of one (H264)', () => {
    const is = (...payload: number[]) => startsKeyFrame('video/H264', packetOf(...payload));
    expect(is(0x65, 1)).toBe(true);
    expect(is(0x67, 1)).toBe(true);
    expect(is(0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 1)).toBe(true);
    expect(is(0x78, 0, 2, 0x68, 1, 0, 2, 0x61, 1)).toBe(false);
    expect(is(0x7c, 0x85)).toBe(true);
    expect(is(0x7c, 0x05)).toBe(false);
    expect(is(0x61, 1)).toBe(false);
  });

  it('knows the start of a VP8 frame with P = 0, with and without picture id', () => {
    const is = (...payload: number[]) => startsKeyFrame('video/VP8', packetOf(...payload));
    expect(is(0x10, 0x00)).toBe(true);
    expect(is(0x90, 0x80, 0x81, 0x02, 0x10)).toBe(true);
    expect(is(0x90, 0x80, 0x01, 0x10)).toBe(true);
    expect(is(0x90, 0x80, 0x81, 0x02, 0x11)).toBe(false);
    expect(is(0x00, 0x00)).toBe(false);
    expect(is(0x11, 0x00)).toBe(false);
  });

  it('knows a VP9 frame that is not predicted, in the lowest layer', () => {
    const is = (...payload: number[]) => startsKeyFrame('video/VP9', packetOf(...payload));
    expect(is(0x88, 0x01)).toBe(true);
    expect(is(0xa8, 0x81, 0x02, 0x00)).toBe(true);
    expect(is(0xa8, 0x81, 0x02, 0x02)).toBe(false);
    expect(is(0xc8, 0x01)).toBe(false);
    expect(is(0x80, 0x01)).toBe(false);
  });

  it('says no to sound and to packets that are cut short', () => {
    expect(startsKeyFrame('audio/opus', packetOf(0x65))).toBe(false);
    for (const mimeType of ['video/H264', 'video/VP8', 'video/VP9', 'video/AV1']) {
      const whole = packetOf(0x90);
      for (let length = 0; length < whole.length; length += 1) {
        expect(startsKeyFrame(mimeType, whole.subarray(0, length))).toBe(false);
      }
    }
  });
});
