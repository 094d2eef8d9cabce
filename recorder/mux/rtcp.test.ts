import { describe, expect, it } from 'vitest';
import { writeSenderReport } from '../../tests/support/rtp/rtcp.ts';
import { parseSenderReports } from './rtcp.ts';

const unixUs = 1_790_000_000_123_456;
const report = writeSenderReport({ ssrc: 5, ntpUnixUs: unixUs, rtpTimestamp: 77, packets: 1, bytes: 2 }, 'cname');

describe('parseSenderReports', () => {
  it('reads NTP time to a microsecond from every sender report of a compound packet', () => {
    const reports = parseSenderReports(Buffer.concat([report, report]));
    expect(reports).toHaveLength(2);
    expect(reports[0]).toMatchObject({ ssrc: 5, rtpTimestamp: 77 });
    expect(Math.abs((reports[0]?.ntpUnixUs ?? 0) - unixUs)).toBeLessThanOrEqual(1);
  });

  it('keeps what stood before a malformed part', () => {
    expect(parseSenderReports(Buffer.concat([report, Buffer.from([0x80, 200, 0, 99])]))).toHaveLength(1);
    expect(parseSenderReports(report.subarray(0, 20))).toEqual([]);
    expect(parseSenderReports(Buffer.alloc(40))).toEqual([]);
  });
});
