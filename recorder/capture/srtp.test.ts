import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SrtpReceiver } from './srtp.ts';

const SSRC = 0x5501_a0b2;
const master = randomBytes(44);

/** The sending end, written down by RFC 3711 §4.3 and RFC 7714 §8 once more. */
function sealed(sequence: number, rollovers: number, words: string, extension = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(12);
  header[0] = extension.length > 0 ? 0x90 : 0x80;
  header[1] = 96;
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(SSRC, 8);
  const nonce = Buffer.concat([Buffer.alloc(2), header.subarray(8, 12), Buffer.alloc(4), header.subarray(2, 4)]);
  nonce.writeUInt32BE(rollovers, 6);
  const salt = keyStream(0x02, 12);
  const cipher = createCipheriv(
    'aes-256-gcm',
    keyStream(0x00, 32),
    Buffer.from(nonce.map((byte, at) => byte ^ (salt[at] ?? 0))),
  );
  const clear = Buffer.concat([header, extension]);
  cipher.setAAD(clear);
  return Buffer.concat([clear, cipher.update(words), cipher.final(), cipher.getAuthTag()]);
}

function keyStream(label: number, bytes: number): Buffer {
  const counter = Buffer.concat([master.subarray(32), Buffer.alloc(4)]);
  counter.writeUInt8(counter.readUInt8(7) ^ label, 7);
  return createCipheriv('aes-256-ctr', master.subarray(0, 32), counter).update(Buffer.alloc(bytes));
}

const receiver = () => new SrtpReceiver(master.toString('base64'));
const wordsOf = (packet: Buffer | undefined, headerBytes = 12) => packet?.subarray(headerBytes).toString();

describe('SrtpReceiver', () => {
  it('opens a packet and leaves its header and header extensions as they are', () => {
    const extension = Buffer.from([0xbe, 0xde, 0, 1, 0x10, 0xff, 0, 0]);
    const packet = sealed(7, 0, '同课', extension);
    const opened = receiver().openRtp(packet);
    expect(opened?.subarray(0, 20)).toEqual(packet.subarray(0, 20));
    expect(wordsOf(opened, 20)).toBe('同课');
  });

  it('follows numbers that wrap, also where packets overtake each other there', () => {
    const link = receiver();
    const order = [
      [65_534, 0],
      [0, 1],
      [65_535, 0],
      [2, 1],
      [1, 1],
      [20_000, 1],
      [40_000, 1],
      [60_000, 1],
      [10, 2],
    ] as const;
    const heard = order.map(([sequence, rollovers]) =>
      wordsOf(link.openRtp(sealed(sequence, rollovers, `${sequence}`))),
    );
    expect(heard).toEqual(order.map(([sequence]) => `${sequence}`));
  });

  it('opens nothing that is forged, cut or plain, and goes on with the next good packet', () => {
    const link = receiver();
    const forged = sealed(3, 0, 'words');
    forged.writeUInt8(forged.readUInt8(14) ^ 1, 14);
    const otherHeader = sealed(3, 0, 'words');
    otherHeader.writeUInt8(97, 1);
    const plain = Buffer.concat([sealed(3, 0, '').subarray(0, 12), randomBytes(60)]);
    const cut = [0, 5, 12, 20, 27].map((bytes) => sealed(60_000, 0, 'words').subarray(0, bytes));
    for (const packet of [forged, otherHeader, plain, ...cut]) {
      expect(link.openRtp(packet)).toBeUndefined();
      expect(link.openRtcp(packet)).toBeUndefined();
    }
    expect(wordsOf(link.openRtp(sealed(4, 0, 'words')))).toBe('words');
  });

  it('takes no key of another length', () => {
    expect(() => new SrtpReceiver(randomBytes(30).toString('base64'))).toThrow(RangeError);
  });
});
