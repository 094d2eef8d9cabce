import type { DtlsParameters, IceParameters, Router, WebRtcServer, WebRtcTransport } from 'mediasoup/types';
import { TransportId } from '../../signaling/protocol/ids.ts';
import type { TransportOffer } from '../../signaling/protocol/media.ts';
import type { ListenPlan } from './listen-plan.ts';
import { translatingMediaErrors } from './media-error.ts';
import type { SfuNotice } from './notify.ts';

/** Camera, screen and visualiser of one teacher together; more is a defect or an attack. */
const MAX_INCOMING_BITS_PER_SECOND = 8_000_000;
/** Enough for a lecturer and a board at once; congestion control takes over within the first seconds. */
const INITIAL_OUTGOING_BITS_PER_SECOND = 1_000_000;
/** Browsers check consent every 2.5 s at most; several in a row must be lost before a line counts as cut. */
const ICE_CONSENT_TIMEOUT_S = 15;

type TransportState = SfuNotice<'transportState'>['state'];
type LineProtocol = SfuNotice<'transportState'>['protocol'];

export interface PeerTransportOptions {
  readonly router: Router;
  readonly webRtcServer: WebRtcServer;
  readonly listenPlan: ListenPlan;
  readonly direction: 'send' | 'recv';
  readonly onState: (transportId: TransportId, state: TransportState, protocol: LineProtocol) => void;
}

/** One direction of a seat's WebRTC connection, and what its line is doing. */
export class PeerTransport {
  readonly transportId: TransportId;
  readonly webRtc: WebRtcTransport;
  readonly #options: PeerTransportOptions;
  #hasConnect = false;
  #lastState = '';

  static async create(options: PeerTransportOptions): Promise<PeerTransport> {
    return translatingMediaErrors(async () => {
      const webRtc = await options.router.createWebRtcTransport({
        webRtcServer: options.webRtcServer,
        enableUdp: true,
        enableTcp: true,
        preferUdp: true,
        iceConsentTimeout: ICE_CONSENT_TIMEOUT_S,
        initialAvailableOutgoingBitrate: INITIAL_OUTGOING_BITS_PER_SECOND,
      });
      if (options.direction === 'send') {
        await webRtc.setMaxIncomingBitrate(MAX_INCOMING_BITS_PER_SECOND);
      }
      return new PeerTransport(webRtc, options);
    });
  }

  private constructor(webRtc: WebRtcTransport, options: PeerTransportOptions) {
    this.webRtc = webRtc;
    this.transportId = TransportId.parse(webRtc.id);
    this.#options = options;
    webRtc.on('icestatechange', () => this.#reportState());
    webRtc.on('iceselectedtuplechange', () => this.#reportState());
    webRtc.on('dtlsstatechange', () => this.#reportState());
  }

  get offer(): TransportOffer {
    return {
      transportId: this.transportId,
      iceParameters: this.webRtc.iceParameters,
      iceCandidates: this.#options.listenPlan.candidatesOf(this.webRtc.iceCandidates),
      dtlsParameters: this.webRtc.dtlsParameters,
    };
  }

  /** Idempotent: an answer that was lost may be asked for again. */
  async connect(dtlsParameters: DtlsParameters): Promise<void> {
    if (this.#hasConnect) {
      return;
    }
    this.#hasConnect = true;
    try {
      await translatingMediaErrors(() => this.webRtc.connect({ dtlsParameters }));
    } catch (error) {
      this.#hasConnect = false;
      throw error;
    }
  }

  async restartIce(): Promise<IceParameters> {
    return translatingMediaErrors(() => this.webRtc.restartIce());
  }

  /** `cause` is what the room's owner is told. Idempotent. */
  close(cause: 'closed' | 'unclaimed'): void {
    if (!this.webRtc.closed) {
      this.webRtc.close();
      this.#options.onState(this.transportId, cause, null);
    }
  }

  #reportState(): void {
    const state = this.#stateNow();
    const protocol = this.webRtc.iceSelectedTuple?.protocol ?? null;
    const key = `${state} ${protocol}`;
    if (state !== null && key !== this.#lastState && !this.webRtc.closed) {
      this.#lastState = key;
      this.#options.onState(this.transportId, state, protocol);
    }
  }

  #stateNow(): TransportState | null {
    const { iceState, dtlsState } = this.webRtc;
    if (dtlsState === 'failed' || dtlsState === 'closed') {
      return 'failed';
    }
    if (iceState === 'disconnected') {
      return 'disconnected';
    }
    const hasLine = iceState === 'connected' || iceState === 'completed';
    return hasLine && dtlsState === 'connected' ? 'connected' : null;
  }
}
