import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';

const KEY_BYTES = 32;
const SALT_BYTES = 12;
const TAG_BYTES = 16;
const RTP_HEADER_BYTES = 12;
const RTCP_HEADER_BYTES = 8;
const INDEX_BYTES = 4;
/** The first bit of an SRTCP index says whether the packet is encrypted. */
const ENCRYPTED_BIT = 0x8000_0000;
const SEQUENCES = 2 ** 16;
const HALF = SEQUENCES / 2;

/** RFC 3711 §4.3.2. */
const LABELS = { rtpKey: 0, rtpSalt: 2, rtcpKey: 3, rtcpSalt: 5 } as const;

/** How often the 16-bit numbers of a stream have wrapped, and the highest one since. */
interface Rollover {
  readonly count: number;
  readonly highest: number;
}

/**
 * The receiving end of SRTP with AEAD_AES_256_GCM (RFC 7714, key derivation of RFC 6188), for what a tap on another machine sends.
 * No list of what has come before: the log keeps packets by their number, and one that comes twice is one.
 */
export class SrtpReceiver {
  /** Key objects: a key of bytes would be taken in anew for each packet, at three times the cost. */
  readonly #rtpKey: KeyObject;
  readonly #rtpSalt: Buffer;
  readonly #rtcpKey: KeyObject;
  readonly #rtcpSalt: Buffer;
  readonly #rollovers = new Map<number, Rollover>();

  /** @param keyBase64 master key and salt, as mediasoup tells them. */
  constructor(keyBase64: string) {
    const master = Buffer.from(keyBase64, 'base64');
    if (master.length !== KEY_BYTES + SALT_BYTES) throw new RangeError('not a key of AEAD_AES_256_GCM');
    const derived = (label: number, bytes: number): Buffer => derive(master, label, bytes);
    this.#rtpKey = createSecretKey(derived(LABELS.rtpKey, KEY_BYTES));
    this.#rtpSalt = derived(LABELS.rtpSalt, SALT_BYTES);
    this.#rtcpKey = createSecretKey(derived(LABELS.rtcpKey, KEY_BYTES));
    this.#rtcpSalt = derived(LABELS.rtcpSalt, SALT_BYTES);
  }

  /** The plain RTP packet; undefined for what nobody with the key has sent. */
  openRtp(packet: Buffer): Buffer | undefined {
    const headerBytes = rtpHeaderBytes(packet);
    if (headerBytes === undefined || packet.length < headerBytes + TAG_BYTES) return undefined;
    const sequence = packet.readUInt16BE(2);
    const ssrc = packet.readUInt32BE(8);
    const before = this.#rollovers.get(ssrc) ?? { count: 0, highest: sequence };
    const count = rolloversOf(sequence, before);
    const nonce = Buffer.alloc(SALT_BYTES);
    nonce.writeUInt32BE(ssrc, 2);
    nonce.writeUInt32BE(count, 6);
    nonce.writeUInt16BE(sequence, 10);
    const header = packet.subarray(0, headerBytes);
    const body = open(this.#rtpKey, xor(nonce, this.#rtpSalt), header, packet.subarray(headerBytes));
    if (body === undefined) return undefined;
    if (count > before.count || (count === before.count && sequence >= before.highest)) {
      this.#rollovers.set(ssrc, { count, highest: sequence });
    }
    return Buffer.concat([header, body]);
  }

  /** The plain RTCP packet; undefined for what nobody with the key has sent, and for what is not encrypted. */
  openRtcp(packet: Buffer): Buffer | undefined {
    if (packet.length < RTCP_HEADER_BYTES + TAG_BYTES + INDEX_BYTES) return undefined;
    const indexWord = packet.subarray(packet.length - INDEX_BYTES);
    const index = indexWord.readUInt32BE();
    if (index < ENCRYPTED_BIT) return undefined;
    const nonce = Buffer.alloc(SALT_BYTES);
    nonce.writeUInt32BE(packet.readUInt32BE(4), 2);
    nonce.writeUInt32BE(index - ENCRYPTED_BIT, 8);
    const header = packet.subarray(0, RTCP_HEADER_BYTES);
    const sealed = packet.subarray(RTCP_HEADER_BYTES, packet.length - INDEX_BYTES);
    const body = open(this.#rtcpKey, xor(nonce, this.#rtcpSalt), Buffer.concat([header, indexWord]), sealed);
    return body === undefined ? undefined : Buffer.concat([header, body]);
  }
}

/** The key stream of AES in counter mode under the master key; the salt is filled up to 14 bytes, the label goes in at its middle. */
function derive(master: Buffer, label: number, bytes: number): Buffer {
  const counter = Buffer.alloc(16);
  master.copy(counter, 0, KEY_BYTES);
  counter[7] = (counter[7] ?? 0) ^ label;
  return createCipheriv('aes-256-ctr', master.subarray(0, KEY_BYTES), counter).update(Buffer.alloc(bytes));
}

function open(key: KeyObject, nonce: Buffer, header: Buffer, sealed: Buffer): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(header);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const body = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  try {
    decipher.final();
    return body;
  } catch {
    return undefined;
  }
}

/** With contributors and header extensions, which stay readable. */
function rtpHeaderBytes(packet: Buffer): number | undefined {
  if (packet.length < RTP_HEADER_BYTES) return undefined;
  const first = packet.readUInt8(0);
  const fixed = RTP_HEADER_BYTES + (first & 0x0f) * 4;
  if ((first & 0x10) === 0) return fixed;
  return packet.length < fixed + 4 ? undefined : fixed + 4 + packet.readUInt16BE(fixed + 2) * 4;
}

/** RFC 3711 appendix A; before the first wrap nothing can belong to an earlier round. */
function rolloversOf(sequence: number, { count, highest }: Rollover): number {
  if (highest - sequence > HALF) return count + 1;
  return sequence - highest > HALF && count > 0 ? count - 1 : count;
}

function xor(nonce: Buffer, salt: Buffer): Buffer {
  for (let at = 0; at < SALT_BYTES; at += 1) nonce[at] = (nonce[at] ?? 0) ^ (salt[at] ?? 0);
  return nonce;
}
