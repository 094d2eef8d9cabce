/** What a sender report (RFC 3550 §6.4.1) says about time: at `ntpUnixUs` the stream's clock showed `rtpTimestamp`. */
export interface SenderReport {
  readonly ssrc: number;
  readonly ntpUnixUs: number;
  readonly rtpTimestamp: number;
}

const SENDER_REPORT = 200;
const SENDER_REPORT_BYTES = 28;
/** Seconds from 1900 (NTP) to 1970 (unix). */
const NTP_UNIX_OFFSET_S = 2_208_988_800;

/** An NTP timestamp of 64 bits (RFC 5905 §6), microseconds since 1970. */
export function readNtpUnixUs(bytes: Buffer, at: number): number {
  const seconds = bytes.readUInt32BE(at) - NTP_UNIX_OFFSET_S;
  return seconds * 1e6 + Math.round((bytes.readUInt32BE(at + 4) * 1e6) / 2 ** 32);
}

/** All sender reports of a compound packet; what is malformed ends the reading. */
export function parseSenderReports(bytes: Buffer): SenderReport[] {
  const reports: SenderReport[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    if (bytes.readUInt8(at) >> 6 !== 2) break;
    const end = at + (bytes.readUInt16BE(at + 2) + 1) * 4;
    if (end > bytes.length) break;
    if (bytes.readUInt8(at + 1) === SENDER_REPORT && end - at >= SENDER_REPORT_BYTES) {
      reports.push({
        ssrc: bytes.readUInt32BE(at + 4),
        ntpUnixUs: readNtpUnixUs(bytes, at + 8),
        rtpTimestamp: bytes.readUInt32BE(at + 16),
      });
    }
    at = end;
  }
  return reports;
}
