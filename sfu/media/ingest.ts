import type { PlainTransport, Router } from 'mediasoup/types';

const LISTEN_IP = '127.0.0.1';
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** Where the sender's RTP and RTCP are awaited. */
export interface IngestAddress {
  readonly ip: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
}

/**
 * A socket pair for plain RTP that a program on this machine sends; it learns the sender's addresses from the first packets (comedia),
 * so that keyframe requests find their way back.
 */
export function openIngestTransport(router: Router): Promise<PlainTransport> {
  return router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: LISTEN_IP, recvBufferSize: RECEIVE_BUFFER_BYTES },
    rtcpListenInfo: { protocol: 'udp', ip: LISTEN_IP },
    rtcpMux: false,
    comedia: true,
  });
}
