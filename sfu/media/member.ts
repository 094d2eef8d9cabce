import type {
  DtlsParameters,
  IceParameters,
  Router,
  RtpCapabilities,
  WebRtcServer,
  WebRtcTransport,
} from 'mediasoup/types';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RoomId, SeatId, TransportId } from '../../signaling/protocol/ids.ts';
import type { TransportOffer } from '../../signaling/protocol/media.ts';
import type { ConsumerOffer } from '../contract.ts';
import { LineQuality } from './line-quality.ts';
import type { ListenPlan } from './listen-plan.ts';
import { MemberConsumers } from './member-consumers.ts';
import type { NotifyRoom } from './notify.ts';
import { PeerTransport } from './peer-transport.ts';
import type { RoomProducer } from './room-producer.ts';

export interface MemberOptions {
  readonly roomId: RoomId;
  readonly seatId: SeatId;
  readonly router: Router;
  readonly webRtcServer: WebRtcServer;
  readonly listenPlan: ListenPlan;
  readonly unclaimedTimeoutMs: number;
  readonly notify: NotifyRoom;
  /** Worst score of what the seat sends; null when it sends nothing. */
  readonly scoreOfSent: () => number | null;
  /** One by one, before the transport takes them down: what they have sent must still be counted. */
  readonly closeSent: () => void;
}

/** A seat's media on this node: its two transports and what it receives. */
export class Member {
  readonly seatId: SeatId;
  readonly consumers: MemberConsumers;
  readonly #options: MemberOptions;
  readonly #lineQuality: LineQuality;
  #send: PeerTransport | null = null;
  #recv: PeerTransport | null = null;
  #isHere = false;
  #claimTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: MemberOptions) {
    const { roomId, seatId, notify } = options;
    this.#options = options;
    this.seatId = seatId;
    this.#lineQuality = new LineQuality(
      () => ({ up: options.scoreOfSent(), down: this.consumers.score }),
      (scores) => notify('lineQuality', { roomId, seatId, ...scores }),
    );
    this.consumers = new MemberConsumers({
      onClosed: (consumerIds) => notify('consumersClosed', { roomId, seatId, consumerIds }),
      onScore: () => this.#lineQuality.handleChange(),
    });
  }

  get sendTransportId(): TransportId | null {
    return this.#send?.transportId ?? null;
  }

  get recvTransportId(): TransportId | null {
    return this.#recv?.transportId ?? null;
  }

  get transports(): WebRtcTransport[] {
    return [this.#send, this.#recv].flatMap((transport) => transport?.webRtc ?? []);
  }

  /**
   * Fresh transports; older ones, and all that ran over them, are closed. With `keepRecv` a receiving transport that is there stays
   * with its consumers.
   */
  async replaceTransports(options: {
    readonly send: boolean;
    readonly keepRecv: boolean;
  }): Promise<{ send: TransportOffer | null; recv: TransportOffer }> {
    const kept = options.keepRecv ? this.#recv : null;
    const [send, recv] = await Promise.all([
      options.send ? this.#createTransport('send') : Promise.resolve(null),
      kept ?? this.#createTransport('recv'),
    ]);
    if (this.#isClosed || recv.webRtc.closed) {
      send?.close('closed');
      recv.close('closed');
      throw new AppError('gone', { message: 'the seat was removed meanwhile' });
    }
    if (kept === null) {
      this.#closeTransports('closed');
      this.#isHere = false;
    } else {
      this.#closeSend('closed');
    }
    this.#send = send;
    this.#recv = recv;
    this.#awaitClaim();
    return { send: send?.offer ?? null, recv: recv.offer };
  }

  /** The seat's browser is here, even if it has nothing to send or receive yet: its transports stay. */
  claim(): void {
    this.#isHere = true;
    clearTimeout(this.#claimTimer);
  }

  async connectTransport(transportId: TransportId, dtlsParameters: DtlsParameters): Promise<void> {
    await this.#transport(transportId).connect(dtlsParameters);
    this.claim();
  }

  async restartIce(transportId: TransportId): Promise<IceParameters> {
    return this.#transport(transportId).restartIce();
  }

  /** @throws AppError `gone` when the seat has none (any more). */
  get sendTransport(): WebRtcTransport {
    if (this.#send === null) {
      throw new AppError('gone', { message: 'the seat has no transport to send' });
    }
    return this.#send.webRtc;
  }

  async consume(producers: readonly RoomProducer[], rtpCapabilities: RtpCapabilities): Promise<ConsumerOffer[]> {
    if (this.#recv === null) {
      throw new AppError('gone', { message: 'the seat has no transport to receive' });
    }
    return this.consumers.add(this.#recv.webRtc, producers, rtpCapabilities);
  }

  handleScoreOfSent(): void {
    this.#lineQuality.handleChange();
  }

  /** Idempotent. */
  close(): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      clearTimeout(this.#claimTimer);
      this.#lineQuality.close();
      this.#closeTransports('closed');
    }
  }

  #awaitClaim(): void {
    clearTimeout(this.#claimTimer);
    if (!this.#isHere) {
      this.#claimTimer = setTimeout(() => this.#closeTransports('unclaimed'), this.#options.unclaimedTimeoutMs);
    }
  }

  #createTransport(direction: 'send' | 'recv'): Promise<PeerTransport> {
    const { roomId, seatId, router, webRtcServer, listenPlan, notify } = this.#options;
    return PeerTransport.create({
      router,
      webRtcServer,
      listenPlan,
      direction,
      onState: (transportId, state, protocol) =>
        notify('transportState', { roomId, seatId, transportId, state, protocol }),
    });
  }

  #transport(transportId: TransportId): PeerTransport {
    const found = [this.#send, this.#recv].find((transport) => transport?.transportId === transportId);
    if (found === undefined || found === null) {
      throw new AppError('gone', { message: 'no such transport' });
    }
    return found;
  }

  #closeTransports(cause: 'closed' | 'unclaimed'): void {
    this.consumers.closeAll();
    this.#closeSend(cause);
    this.#recv?.close(cause);
    this.#recv = null;
  }

  #closeSend(cause: 'closed' | 'unclaimed'): void {
    if (this.#send === null) return;
    this.#options.closeSent();
    this.#send.close(cause);
    this.#send = null;
  }
}
