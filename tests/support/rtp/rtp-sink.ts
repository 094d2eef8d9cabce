import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readSenderReports, type SenderReport } from './rtcp.ts';
import { nowUnixUs } from './rtp-source.ts';

export interface ReceivedRtp {
  readonly receivedUnixUs: number;
  readonly payloadType: number;
  readonly isMarked: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly bytes: Buffer;
}

/** A pair of sockets that keeps everything that arrives, like a recorder's. */
export interface RtpSink {
  readonly ip: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
  readonly packets: readonly ReceivedRtp[];
  readonly reports: readonly (SenderReport & { readonly receivedUnixUs: number })[];
  close(): void;
}

/** @param ip of this machine. */
export async function createRtpSink(ip = '127.0.0.1'): Promise<RtpSink> {
  const rtp = await bound(ip);
  const rtcp = await bound(ip);
  const packets: ReceivedRtp[] = [];
  const reports: (SenderReport & { receivedUnixUs: number })[] = [];
  rtp.on('message', (bytes) => {
    packets.push({
      receivedUnixUs: nowUnixUs(),
      payloadType: (bytes[1] ?? 0) & 0x7f,
      isMarked: ((bytes[1] ?? 0) & 0x80) !== 0,
      sequence: bytes.readUInt16BE(2),
      timestamp: bytes.readUInt32BE(4),
      ssrc: bytes.readUInt32BE(8),
      bytes,
    });
  });
  rtcp.on('message', (bytes) => {
    const receivedUnixUs = nowUnixUs();
    reports.push(...readSenderReports(bytes).map((report) => ({ ...report, receivedUnixUs })));
  });
  return {
    ip,
    rtpPort: rtp.address().port,
    rtcpPort: rtcp.address().port,
    packets,
    reports,
    close: () => {
      rtp.close();
      rtcp.close();
    },
  };
}

async function bound(ip: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  socket.bind(0, ip);
  await once(socket, 'listening');
  return socket;
}
