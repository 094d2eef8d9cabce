/**
 * A call on bare mediasoup, as its documentation shows it: one page, one WebSocket, one request for each step. Started with an IPC channel that gets
 * the port; the first argument is the file with the page's script.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createWorker } from 'mediasoup';
import type { Consumer, Producer, WebRtcTransport } from 'mediasoup/types';
import { WebSocketServer, type WebSocket } from 'ws';
import { ROOM_CODECS } from '../../../sfu/media/codecs.ts';
import type { BareRequest } from './bare-wire.ts';

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>bare</title><style>body{margin:0}video{display:block;width:98vw;height:84vh;object-fit:cover}</style><button id="join">join</button><script src="/call.js"></script>';
const LISTEN_IP = '127.0.0.1';

const script = readFileSync(process.argv[2] ?? '', 'utf8');
const workerBin = process.env['MEDIASOUP_WORKER_BIN'];
const worker = await createWorker({ logLevel: 'warn', ...(workerBin === undefined ? {} : { workerBin }) });
const webRtcServer = await worker.createWebRtcServer({
  listenInfos: [
    { protocol: 'udp', ip: LISTEN_IP },
    { protocol: 'tcp', ip: LISTEN_IP },
  ],
});
const router = await worker.createRouter({ mediaCodecs: [...ROOM_CODECS] });
const producers = new Set<Producer>();

/** One page's transports and consumers. */
class Peer {
  readonly #transports = new Map<string, WebRtcTransport>();
  readonly #consumers = new Map<string, Consumer>();

  async answer(request: BareRequest): Promise<unknown> {
    switch (request.do) {
      case 'capabilities':
        return router.rtpCapabilities;
      case 'transport':
        return this.#openTransport();
      case 'connect':
        return this.#transport(request.transportId).connect({ dtlsParameters: request.dtlsParameters });
      case 'produce':
        return this.#produce(request);
      case 'consume':
        return this.#consume(request);
      case 'resume':
        return Promise.all(request.consumerIds.map(async (id) => this.#consumers.get(id)?.resume()));
    }
  }

  close(): void {
    for (const transport of this.#transports.values()) transport.close();
  }

  async #openTransport(): Promise<object> {
    const transport = await router.createWebRtcTransport({
      webRtcServer,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
    });
    this.#transports.set(transport.id, transport);
    const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
    return { id, iceParameters, iceCandidates, dtlsParameters };
  }

  async #produce({ transportId, kind, rtpParameters }: Extract<BareRequest, { do: 'produce' }>): Promise<object> {
    const producer = await this.#transport(transportId).produce({ kind, rtpParameters });
    producers.add(producer);
    producer.on('transportclose', () => producers.delete(producer));
    return { id: producer.id };
  }

  async #consume({ transportId, rtpCapabilities }: Extract<BareRequest, { do: 'consume' }>): Promise<object[]> {
    const transport = this.#transport(transportId);
    return Promise.all(
      Array.from(producers, async ({ id: producerId }) => {
        const consumer = await transport.consume({ producerId, rtpCapabilities, paused: true });
        this.#consumers.set(consumer.id, consumer);
        const { id, kind, rtpParameters } = consumer;
        return { id, producerId, kind, rtpParameters };
      }),
    );
  }

  #transport(id: string): WebRtcTransport {
    const transport = this.#transports.get(id);
    if (transport === undefined) throw new Error('no such transport');
    return transport;
  }
}

function serve(socket: WebSocket): void {
  const peer = new Peer();
  socket.on('message', (data) => {
    const { n, request } = JSON.parse((data as Buffer).toString('utf8')) as { n: number; request: BareRequest };
    void peer.answer(request).then((answer) => socket.send(JSON.stringify({ n, answer })));
  });
  socket.on('close', () => peer.close());
}

const server = createServer((request, response) => {
  const isScript = request.url === '/call.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.end(isScript ? script : PAGE);
});
new WebSocketServer({ server }).on('connection', serve);
server.listen(0, LISTEN_IP, () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => {
  worker.close();
  server.closeAllConnections();
  server.close();
  process.exit(0);
});
