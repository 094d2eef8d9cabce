import type { types } from 'mediasoup-client';
import { RequestId } from '../../../signaling/protocol/ids.ts';
import type { TransportId } from '../../../signaling/protocol/ids.ts';
import type { IceServer, Source, TransportOffer } from '../../../signaling/protocol/media.ts';
import { asFailure } from '../api/request-failure.ts';
import type { RequestFailure } from '../api/request-failure.ts';
import { randomId } from './random-id.ts';
import type { SignalingClient } from './signaling-client.ts';

/** A short dip heals by itself; after this the path is looked for anew. */
const RESTART_AFTER_MS = 2_000;
const RESTART_AGAIN_MS = 4_000;
const RESTARTS_BEFORE_REBUILD = 3;
const ASK_AGAIN_MS = 500;

export interface TransportLinkOptions {
  readonly device: types.Device;
  readonly direction: 'send' | 'recv';
  readonly offer: TransportOffer;
  readonly transportId: TransportId;
  readonly iceServers: readonly IceServer[];
  readonly call: SignalingClient['call'];
  readonly onLine: () => void;
  /** ICE restarts did not help, or the server no longer knows the transport: a new one is needed. */
  readonly onBroken: () => void;
}

interface ProduceData {
  readonly source: Source;
  readonly paused: boolean;
}

/** One WebRTC transport: its signalling, and ICE restarts when the line is lost. */
export class TransportLink {
  readonly transport: types.Transport;
  readonly #options: TransportLinkOptions;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #restarts = 0;
  #restarting = false;

  constructor(options: TransportLinkOptions) {
    this.#options = options;
    const { device, direction, offer, iceServers } = options;
    const transportOptions: types.TransportOptions = {
      id: offer.transportId,
      iceParameters: offer.iceParameters,
      iceCandidates: offer.iceCandidates,
      dtlsParameters: offer.dtlsParameters,
      iceServers: iceServers.map(({ urls, username, credential }) => ({
        urls,
        ...(username === undefined ? {} : { username }),
        ...(credential === undefined ? {} : { credential }),
      })),
    };
    this.transport =
      direction === 'send'
        ? device.createSendTransport(transportOptions)
        : device.createRecvTransport(transportOptions);
    this.#bind();
  }

  get isConnected(): boolean {
    return this.transport.connectionState === 'connected';
  }

  get isInterrupted(): boolean {
    const state = this.transport.connectionState;
    return state === 'disconnected' || state === 'failed';
  }

  restart(): void {
    if (this.transport.connectionState === 'new' || this.transport.closed) return;
    void this.#restartIce();
  }

  close(): void {
    this.#clearTimer();
    this.transport.close();
  }

  #bind(): void {
    this.transport.on('connect', (parameters, done, fail) => void this.#connect(parameters, done, fail));
    this.transport.on('produce', (parameters, done, fail) => void this.#produce(parameters, done, fail));
    this.transport.on('connectionstatechange', (state) => this.#handleState(state));
  }

  async #connect(...[{ dtlsParameters }, done, fail]: types.TransportEvents['connect']): Promise<void> {
    const { call, transportId } = this.#options;
    try {
      await this.#persist(() => call('connectTransport', { transportId, dtlsParameters }));
      done();
    } catch (error) {
      this.#handleRefusal(asFailure(error), fail);
    }
  }

  async #produce(...[parameters, done, fail]: types.TransportEvents['produce']): Promise<void> {
    const { kind, rtpParameters, appData } = parameters;
    const { source, paused } = appData as unknown as ProduceData;
    const requestId = RequestId.parse(randomId());
    try {
      const wanted = { requestId, kind, source, paused, rtpParameters };
      const { producerId } = await this.#persist(() => this.#options.call('produce', wanted));
      done({ id: producerId });
    } catch (error) {
      this.#handleRefusal(asFailure(error), fail);
    }
  }

  /** What the server does not know any more is not asked again: all that waits for it is let go as it closes, and is asked on the one that takes its place. */
  #handleRefusal(failure: RequestFailure, fail: (failure: RequestFailure) => void): void {
    if (failure.code === 'conflict' || failure.code === 'notFound') this.#options.onBroken();
    else fail(failure);
  }

  /**
   * Asks again for as long as the line, or the server, is away. mediasoup-client takes what had failed out of the session while the next is put in
   * already, and neither is sent then: what is wanted must not fail because nobody could be asked. Both requests are idempotent (SPEC M3, M4).
   */
  async #persist<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!asFailure(error).isConnection) throw error;
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
        if (this.transport.closed) throw error;
      }
    }
  }

  #handleState(state: types.ConnectionState): void {
    if (state === 'connected') {
      this.#restarts = 0;
      this.#clearTimer();
    }
    if (state === 'disconnected') this.#restartAfter(RESTART_AFTER_MS);
    if (state === 'failed') this.#restartAfter(0);
    this.#options.onLine();
  }

  #restartAfter(afterMs: number): void {
    this.#clearTimer();
    this.#timer = setTimeout(() => void this.#restartIce(), afterMs);
  }

  async #restartIce(): Promise<void> {
    if (this.#restarting || this.transport.closed) return;
    if (this.#restarts >= RESTARTS_BEFORE_REBUILD) {
      this.#clearTimer();
      this.#options.onBroken();
      return;
    }
    this.#restarting = true;
    try {
      const { iceParameters } = await this.#options.call('restartIce', { transportId: this.#options.transportId });
      if (this.transport.closed) return;
      await this.transport.restartIce({ iceParameters: iceParameters });
      this.#restarts += 1;
    } catch (error) {
      // Without the socket there is nobody to ask; that is not the transport's fault.
      if (!asFailure(error).isConnection) this.#restarts = RESTARTS_BEFORE_REBUILD;
    } finally {
      this.#restarting = false;
    }
    if (!this.transport.closed && this.isInterrupted) this.#restartAfter(RESTART_AGAIN_MS);
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
