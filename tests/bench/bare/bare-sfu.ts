/**
 * What one would write first on mediasoup: a worker, a router, a plain transport per stream in and per copy out. Started with an IPC channel, over
 * which it is told what to open; the ruler beside which the sfu is measured.
 */
import { createWorker } from 'mediasoup';
import type { MediaKind, Producer, Router, RtpParameters } from 'mediasoup/types';
import { ROOM_CODECS, tapCapabilities } from '../../../sfu/media/codecs.ts';

const LISTEN_IP = '127.0.0.1';
const listenInfo = { protocol: 'udp', ip: LISTEN_IP } as const;

export type BareOrder =
  | { readonly do: 'ingest'; readonly kind: MediaKind; readonly rtpParameters: RtpParameters }
  | { readonly do: 'copy'; readonly producer: number; readonly rtpPort: number; readonly rtcpPort: number };

export interface BareAnswer {
  readonly rtpPort: number;
  readonly rtcpPort: number;
}

const producers: Producer[] = [];

async function ingest(router: Router, kind: MediaKind, rtpParameters: RtpParameters): Promise<BareAnswer> {
  const transport = await router.createPlainTransport({
    listenInfo,
    rtcpListenInfo: listenInfo,
    rtcpMux: false,
    comedia: true,
  });
  producers.push(await transport.produce({ kind, rtpParameters }));
  return { rtpPort: transport.tuple.localPort, rtcpPort: transport.rtcpTuple?.localPort ?? 0 };
}

async function copy(router: Router, index: number, to: BareAnswer): Promise<BareAnswer> {
  const producer = producers[index];
  if (producer === undefined) throw new Error('no such producer');
  const transport = await router.createPlainTransport({ listenInfo, rtcpListenInfo: listenInfo, rtcpMux: false });
  await transport.connect({ ip: LISTEN_IP, port: to.rtpPort, rtcpPort: to.rtcpPort });
  const rtpCapabilities = tapCapabilities(router.rtpCapabilities);
  await transport.consume({ producerId: producer.id, rtpCapabilities, enableRtx: false });
  return to;
}

const workerBin = process.env['MEDIASOUP_WORKER_BIN'];
const worker = await createWorker({ logLevel: 'warn', ...(workerBin === undefined ? {} : { workerBin }) });
const router = await worker.createRouter({ mediaCodecs: [...ROOM_CODECS] });
process.on('message', (order: BareOrder) => {
  const work =
    order.do === 'ingest' ? ingest(router, order.kind, order.rtpParameters) : copy(router, order.producer, order);
  work.then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => worker.close());
