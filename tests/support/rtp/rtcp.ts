/** Just as much of RTCP (RFC 3550, RFC 4585) as tests send and read. */

const NTP_UNIX_OFFSET_S = 2_208_988_800;
const TYPE_SR = 200;
const TYPE_SDES = 202;
const TYPE_PSFB = 206;
const FORMAT_PLI = 1;
const FORMAT_FIR = 4;

export interface SenderReport {
  readonly ssrc: number;
  readonly ntpUnixUs: number;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly bytes: number;
}

/** A compound packet: sender report without report blocks, and the CNAME. */
export function writeSenderReport(report: SenderReport, cname: string): Buffer {
  const sr = Buffer.alloc(28);
  sr.writeUInt8(0x80, 0);
  sr.writeUInt8(TYPE_SR, 1);
  sr.writeUInt16BE(6, 2);
  sr.writeUInt32BE(report.ssrc, 4);
  const seconds = Math.floor(report.ntpUnixUs / 1_000_000);
  sr.writeUInt32BE(seconds + NTP_UNIX_OFFSET_S, 8);
  sr.writeUInt32BE(Math.floor(((report.ntpUnixUs - seconds * 1_000_000) / 1_000_000) * 2 ** 32), 12);
  sr.writeUInt32BE(report.rtpTimestamp, 16);
  sr.writeUInt32BE(report.packets % 2 ** 32, 20);
  sr.writeUInt32BE(report.bytes % 2 ** 32, 24);
  const text = Buffer.from(cname, 'utf8');
  const sdes = Buffer.alloc(8 + Math.ceil((2 + text.length + 1) / 4) * 4);
  sdes.writeUInt8(0x81, 0);
  sdes.writeUInt8(TYPE_SDES, 1);
  sdes.writeUInt16BE(sdes.length / 4 - 1, 2);
  sdes.writeUInt32BE(report.ssrc, 4);
  sdes.writeUInt8(1, 8);
  sdes.writeUInt8(text.length, 9);
  text.copy(sdes, 10);
  return Buffer.concat([sr, sdes]);
}

/** Sender reports of a compound packet. */
export function readSenderReports(packet: Buffer): SenderReport[] {
  return [...partsOf(packet)].flatMap(({ type, body }) => {
    if (type !== TYPE_SR || body.length < 28) {
      return [];
    }
    const seconds = body.readUInt32BE(8) - NTP_UNIX_OFFSET_S;
    return {
      ssrc: body.readUInt32BE(4),
      ntpUnixUs: seconds * 1_000_000 + Math.round((body.readUInt32BE(12) / 2 ** 32) * 1_000_000),
      rtpTimestamp: body.readUInt32BE(16),
      packets: body.readUInt32BE(20),
      bytes: body.readUInt32BE(24),
    };
  });
}

/** How many keyframes a compound packet asks for. */
export function countKeyFrameRequests(packet: Buffer): number {
  const isRequest = ({ type, format }: { type: number; format: number }): boolean =>
    type === TYPE_PSFB && (format === FORMAT_PLI || format === FORMAT_FIR);
  return [...partsOf(packet)].filter(isRequest).length;
}

function* partsOf(packet: Buffer): Generator<{ type: number; format: number; body: Buffer }> {
  let at = 0;
  while (at + 4 <= packet.length) {
    const length = (packet.readUInt16BE(at + 2) + 1) * 4;
    yield { format: (packet[at] ?? 0) & 0x1f, type: packet[at + 1] ?? 0, body: packet.subarray(at, at + length) };
    at += length;
  }
}
