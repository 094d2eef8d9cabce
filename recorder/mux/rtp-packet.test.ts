import { describe, expect, it } from 'vitest';
import { parseRtpPacket, readHeaderExtensions } from './rtp-packet.ts';

const header = (first: number, second: number): number[] => [first, second, 0x12, 0x34, 0, 0, 0, 9, 0, 0, 0, 7];

describe('parseRtpPacket', () => {
  it('reads the fixed header and leaves out contributing sources and padding', () => {
    const packet = parseRtpPacket(Buffer.from([...header(0xa1, 0xe6), 1, 2, 3, 4, 0xaa, 0xbb, 0, 2]));
    expect(packet).toMatchObject({ marker: true, payloadType: 102, sequence: 0x1234, timestamp: 9, ssrc: 7 });
    expect(packet?.payload).toEqual(Buffer.from([0xaa, 0xbb]));
  });

  it('gives an empty payload for a packet of padding alone', () => {
    expect(parseRtpPacket(Buffer.from([...header(0xa0, 96), 0, 0, 3]))?.payload).toHaveLength(0);
  });

  it('reads one-byte and two-byte header extensions by id', () => {
    const one = Buffer.from([...header(0x90, 96), 0xbe, 0xde, 0, 2, 0x10, 0x85, 0, 0x21, 1, 2, 0, 0, 0xff]);
    const block = parseRtpPacket(one)?.extension;
    expect(block && [...readHeaderExtensions(block)]).toEqual([
      [1, Buffer.from([0x85])],
      [2, Buffer.from([1, 2])],
    ]);
    expect(parseRtpPacket(one)?.payload).toEqual(Buffer.from([0xff]));
    const two = Buffer.from([...header(0x90, 96), 0x10, 0, 0, 2, 20, 3, 1, 2, 3, 0, 21, 0, 0xff]);
    const other = parseRtpPacket(two)?.extension;
    expect(other && [...readHeaderExtensions(other).keys()]).toEqual([20, 21]);
  });

  it.each([
    ['too short', Buffer.alloc(11, 0x80)],
    ['of another version', Buffer.from([...header(0x40, 96), 1])],
    ['with an extension that is cut off', Buffer.from([...header(0x90, 96), 0xbe, 0xde, 0, 9, 1])],
    ['with more padding than packet', Buffer.from([...header(0xa0, 96), 200])],
    ['with more contributing sources than packet', Buffer.from(header(0x8f, 96))],
  ])('refuses bytes %s', (_, bytes) => {
    expect(parseRtpPacket(bytes)).toBeUndefined();
  });
});
