import type { Consumer, PlainTransport, Producer, Router, RtpParameters } from 'mediasoup/types';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { ProducerId } from '../../signaling/protocol/ids.ts';
import type { PipeEnd } from '../contract.ts';
import { roomCapabilities } from './codecs.ts';
import { LayerCeiling } from './layer-ceiling.ts';
import type { PipeListening } from './listen-plan.ts';
import { translatingMediaErrors } from './media-error.ts';
import { CIPHER } from './srtp-key.ts';
import { consumerPriorityOf, type RoomProducer } from './room-producer.ts';

const BUFFER_BYTES = 4 * 1024 * 1024;

interface Pipe {
  readonly transport: PlainTransport;
  isConnected: boolean;
  /** Streams that leave through it; one each, whatever the number of receivers behind it. */
  readonly sent: Map<ProducerId, Promise<Sent>>;
}

interface Sent {
  readonly consumer: Consumer;
  readonly ceiling: LayerCeiling;
}

export interface RoomPipesOptions {
  readonly router: Router;
  readonly listening: PipeListening;
}

/**
 * The pipes of a room to its other nodes, one per node. A PlainTransport with SRTP on both ends rather than a PipeTransport: that would
 * send every simulcast layer and know no congestion; here one layer leaves, the highest that anybody behind the pipe shows and that
 * the line carries (DECISIONS: pipes).
 */
export class RoomPipes {
  readonly #options: RoomPipesOptions;
  readonly #pipes = new Map<string, Promise<Pipe>>();

  constructor(options: RoomPipesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#pipes.size;
  }

  /** Of the pipes that are open now. */
  async carriedBytes(): Promise<{ readonly in: number; readonly out: number }> {
    const answers = await Promise.allSettled(
      [...this.#pipes.values()].map(async (pipe) => (await pipe).transport.getStats()),
    );
    const stats = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    return {
      in: stats.reduce((total, { bytesReceived }) => total + bytesReceived, 0),
      out: stats.reduce((total, { bytesSent }) => total + bytesSent, 0),
    };
  }

  /** The pipe that is there, or a new one (idempotent). */
  async open(nodeId: string): Promise<PipeEnd> {
    const known = this.#pipes.get(nodeId);
    const opening = known ?? translatingMediaErrors(() => this.#create());
    if (known === undefined) {
      this.#pipes.set(nodeId, opening);
      opening.catch(() => this.#pipes.delete(nodeId));
    }
    const { transport } = await opening;
    const { srtpParameters, tuple } = transport;
    if (srtpParameters === undefined) throw new Error('a pipe is always encrypted');
    const { keyBase64 } = srtpParameters;
    return { ip: tuple.localAddress, port: tuple.localPort, srtpParameters: { cryptoSuite: CIPHER, keyBase64 } };
  }

  /** Idempotent. @throws AppError `gone` */
  async connect(nodeId: string, { ip, port, srtpParameters }: PipeEnd): Promise<void> {
    const pipe = await this.#pipe(nodeId);
    if (pipe.isConnected) return;
    pipe.isConnected = true;
    await translatingMediaErrors(() => pipe.transport.connect({ ip, port, srtpParameters }));
  }

  /** With everything that came or went through it. Idempotent. */
  async close(nodeId: string): Promise<void> {
    const pipe = this.#pipes.get(nodeId);
    this.#pipes.delete(nodeId);
    (await pipe?.catch(() => undefined))?.transport.close();
  }

  /** What the other end produces it with; paused until it asks for a layer. Idempotent. @throws AppError `gone` */
  async send(nodeId: string, source: RoomProducer): Promise<RtpParameters> {
    const { transport, sent } = await this.#pipe(nodeId);
    const known = sent.get(source.producerId);
    const sending = known ?? translatingMediaErrors(() => this.#consume(transport, source));
    if (known === undefined) {
      const forget = (): void => {
        if (sent.get(source.producerId) === sending) sent.delete(source.producerId);
      };
      sent.set(source.producerId, sending);
      sending.then(({ consumer }) => consumer.on('producerclose', forget)).catch(forget);
    }
    return sentParametersOf((await sending).consumer);
  }

  /**
   * Nothing for a stream that is not sent there any more: it ended before its receivers could say that they want none.
   *
   * @param layer the highest that is wanted at the other end; null when nobody there shows it.
   */
  async setLayer(nodeId: string, producerId: ProducerId, layer: number | null): Promise<void> {
    const pipe = await this.#pipes.get(nodeId);
    const sent = await pipe?.sent.get(producerId);
    if (sent === undefined || sent.consumer.closed) return;
    const { consumer, ceiling } = sent;
    await translatingMediaErrors(async () => {
      if (layer === null) return consumer.pause();
      await ceiling.want({ spatialLayer: layer });
      if (consumer.paused) await consumer.resume();
    });
  }

  /** A stream that comes in. @throws AppError `gone` */
  async receive(nodeId: string, options: Parameters<PlainTransport['produce']>[0]): Promise<Producer> {
    return (await this.#pipe(nodeId)).transport.produce(options);
  }

  async #create(): Promise<Pipe> {
    const transport = await this.#options.router.createPlainTransport({
      listenInfo: { ...this.#options.listening, sendBufferSize: BUFFER_BYTES, recvBufferSize: BUFFER_BYTES },
      rtcpMux: true,
      comedia: false,
      enableSrtp: true,
      srtpCryptoSuite: CIPHER,
    });
    return { transport, isConnected: false, sent: new Map() };
  }

  async #consume(transport: PlainTransport, source: RoomProducer): Promise<Sent> {
    const { producerId } = source;
    const rtpCapabilities = roomCapabilities(this.#options.router.rtpCapabilities);
    const consumer = await transport.consume({ producerId, rtpCapabilities, paused: true, enableRtx: true });
    if (source.kind === 'video') await consumer.setPriority(consumerPriorityOf(source.source));
    return { consumer, ceiling: new LayerCeiling(consumer, source.stops) };
  }

  async #pipe(nodeId: string): Promise<Pipe> {
    const pipe = this.#pipes.get(nodeId);
    if (pipe === undefined) throw new AppError('gone', { message: 'no pipe to that node' });
    return pipe;
  }
}

/** Of simulcast one layer leaves: at the other end the stream has one spatial layer, and its temporal ones. */
function sentParametersOf({ type, rtpParameters }: Consumer): RtpParameters {
  if (type !== 'simulcast') return rtpParameters;
  const encodings = (rtpParameters.encodings ?? []).map(({ scalabilityMode, ...encoding }) => ({
    ...encoding,
    ...(scalabilityMode === undefined ? {} : { scalabilityMode: scalabilityMode.replace(/^L\d+/, 'L1') }),
  }));
  return { ...rtpParameters, encodings };
}
