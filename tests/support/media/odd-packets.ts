import type { TimedPacket } from '../rtp/rtp-timeline.ts';

const HEADER_BYTES = 12;
const PADDED = 0x20;
const MARKER = 0x80;
const PADDING_BYTES = 24;

/** What routers, mixers and gateways may do to a stream without changing what it says; each packet in turn is met by another one. */
const ODDITIES: readonly ((packet: Buffer) => Buffer)[] = [
  (packet) => packet,
  withContributors,
  withOneByteExtension,
  withTwoByteExtension,
  withPadding,
];

/**
 * A stream with contributing sources, header extensions of both forms, padding, and packets without any payload between its frames, renumbered from `sequenceBase`;
 * packets of another source are among them.
 */
export function oddly(packets: Iterable<TimedPacket>, sequenceBase: number): TimedPacket[] {
  const odd: TimedPacket[] = [];
  let sequence = sequenceBase;
  let count = 0;
  const add = (packet: TimedPacket, bytes: Buffer): void => {
    bytes.writeUInt16BE(sequence & 0xffff, 2);
    sequence += 1;
    odd.push({ ...packet, bytes });
  };
  for (const packet of packets) {
    if (packet.kind === 'rtcp') {
      odd.push(packet);
      continue;
    }
    add(packet, (ODDITIES[count % ODDITIES.length] ?? withPadding)(Buffer.from(packet.bytes)));
    count += 1;
    if (count % 7 !== 0) continue;
    odd.push({ ...packet, bytes: ofAnotherSource(packet.bytes) });
    // Only behind a whole frame: a sender probes the line between two.
    if (((packet.bytes[1] ?? 0) & MARKER) !== 0) {
      add(packet, paddingAlone(packet.bytes));
      add(packet, withoutPayload(packet.bytes));
    }
  }
  return odd;
}

function withContributors(packet: Buffer): Buffer {
  packet[0] = ((packet[0] ?? 0) & 0xf0) | 2;
  return Buffer.concat([packet.subarray(0, HEADER_BYTES), Buffer.alloc(8, 7), packet.subarray(HEADER_BYTES)]);
}

function withOneByteExtension(packet: Buffer): Buffer {
  // Two elements with padding between them, and the number 15 that ends the reading.
  const block = Buffer.from([0xbe, 0xde, 0, 2, 0x10, 0x55, 0, 0x21, 1, 2, 0xf3, 9]);
  return extended(packet, block);
}

function withTwoByteExtension(packet: Buffer): Buffer {
  const block = Buffer.from([0x10, 0x00, 0, 2, 0x10, 0, 0x20, 3, 1, 2, 3, 0]);
  return extended(packet, block);
}

function extended(packet: Buffer, block: Buffer): Buffer {
  packet[0] = (packet[0] ?? 0) | 0x10;
  return Buffer.concat([packet.subarray(0, HEADER_BYTES), block, packet.subarray(HEADER_BYTES)]);
}

function withPadding(packet: Buffer): Buffer {
  packet[0] = (packet[0] ?? 0) | PADDED;
  return Buffer.concat([packet, paddingOf(5)]);
}

function paddingAlone(packet: Buffer): Buffer {
  const head = withoutPayload(packet);
  head[0] = (head[0] ?? 0) | PADDED;
  return Buffer.concat([head, paddingOf(PADDING_BYTES)]);
}

function withoutPayload(packet: Buffer): Buffer {
  const head = Buffer.from(packet.subarray(0, HEADER_BYTES));
  head[0] = 0x80;
  head[1] = (head[1] ?? 0) & ~MARKER;
  return head;
}

function paddingOf(bytes: number): Buffer {
  const padding = Buffer.alloc(bytes);
  padding[bytes - 1] = bytes;
  return padding;
}

function ofAnotherSource(packet: Buffer): Buffer {
  const other = Buffer.from(packet);
  other.writeUInt32BE(0xdead_beef, 8);
  return other;
}
