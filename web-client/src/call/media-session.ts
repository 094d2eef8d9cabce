import type { types } from 'mediasoup-client';
import type { IceServer, TransportOffer, TransportPair } from '../../../signaling/protocol/media.ts';
import type { InsideSnapshot } from '../../../signaling/protocol/room.ts';
import { RequestFailure, asFailure } from '../api/request-failure.ts';
import { LocalMedia } from './local-media.ts';
import type { LocalMediaOptions } from './local-media.ts';
import type { LocalSource } from './local-media.ts';
import { RemoteMedia } from './remote-media.ts';
import type { RemoteTrack } from './remote-media.ts';
import type { SignalingClient } from './signaling-client.ts';
import { TransportLink } from './transport-link.ts';
import type { WarmDevice } from './warm-device.ts';

const REBUILD_FIRST_MS = 500;
const REBUILD_LONGEST_MS = 5_000;

export type MediaLine = 'idle' | 'connected' | 'interrupted';

export interface MediaState {
  readonly line: MediaLine;
  readonly local: readonly LocalSource[];
  readonly remote: readonly RemoteTrack[];
}

export interface MediaSessionOptions {
  readonly client: Pick<SignalingClient, 'call'>;
  readonly devices: WarmDevice;
  readonly iceServers: readonly IceServer[];
  readonly onChange: () => void;
  readonly onSourceEnded: LocalMediaOptions['onEnded'];
  /** See `RemoteMediaOptions`. */
  readonly picturesOnly?: boolean;
}

/**
 * The media of one seat: transports that heal themselves (ICE restart, else new ones) and everything that goes through
 * them. It knows producers and tracks, not roles; the room's rules are the server's.
 */
export class MediaSession {
  readonly local: LocalMedia;
  readonly remote: RemoteMedia;
  readonly #options: MediaSessionOptions;
  #device: types.Device | null = null;
  #send: TransportLink | null = null;
  #recv: TransportLink | null = null;
  #state: MediaState = { line: 'idle', local: [], remote: [] };
  #rebuilding: Promise<void> | null = null;
  #rebuildTimer: ReturnType<typeof setTimeout> | null = null;
  #failures = 0;
  #closed = false;

  constructor(options: MediaSessionOptions) {
    this.#options = options;
    const onChange = (): void => this.#changed();
    this.local = new LocalMedia({
      call: (name, params) => options.client.call(name, params),
      onChange,
      onEnded: options.onSourceEnded,
    });
    this.remote = new RemoteMedia({
      call: (name, params) => options.client.call(name, params),
      onChange,
      picturesOnly: options.picturesOnly === true,
    });
  }

  get state(): MediaState {
    return this.#state;
  }

  get rtpCapabilities(): types.RtpCapabilities | undefined {
    return this.#device?.recvRtpCapabilities;
  }

  /** Must have happened before the handshake, which carries the capabilities. */
  async load(routerRtpCapabilities: types.RtpCapabilities): Promise<void> {
    this.#device = await this.#options.devices.load(routerRtpCapabilities);
  }

  /** Somebody who waited in the lobby was told no capabilities at the door: the first transports bring them. */
  async ensureDevice(): Promise<void> {
    if (this.#device !== null) return;
    const { routerRtpCapabilities } = await this.#options.client.call('createTransports', {
      rtpCapabilities: { codecs: [], headerExtensions: [] },
    });
    await this.load(routerRtpCapabilities as types.RtpCapabilities);
  }

  /** Takes transports that are ready on the server. */
  async attach(pair: TransportPair): Promise<void> {
    this.#dropTransports();
    this.#recv = this.#createLink('recv', pair.recv);
    this.remote.useTransport(this.#recv.transport);
    await this.#attachSend(pair.send);
  }

  /** Follows a snapshot: what others send, what is offered ready-made, and whether transports are needed. */
  async handleSnapshot(snapshot: InsideSnapshot): Promise<void> {
    const others = snapshot.producers.filter((producer) => producer.seatId !== snapshot.self.seatId);
    this.remote.setProducers(others);
    void this.local.useVideoCodec(snapshot.videoCodec).catch((error: unknown) => console.error('not sent anew', error));
    if (this.#device === null) await this.ensureDevice();
    if (snapshot.needsTransports || this.#recv === null) {
      await this.#startOver();
      return;
    }
    const own = snapshot.producers.filter((producer) => producer.seatId === snapshot.self.seatId);
    await Promise.all([
      this.remote.acceptOffers(snapshot.consumers),
      this.local.reconcile(own.map((producer) => producer.producerId)),
    ]);
  }

  /** Every transport, producer and consumer is gone on the server: make new ones and send the same things again. */
  async handleReset(): Promise<void> {
    this.remote.setProducers([]);
    await this.#startOver();
  }

  /** A seat that came on stage gets its sending transport; what it receives goes on untouched. */
  async ensureSending(): Promise<void> {
    if (this.#send !== null && !this.#send.transport.closed) return;
    await this.rebuild(this.#recv !== null);
  }

  /** Whatever is being made now may wait for an answer on transports that are dead: they go first, and it ends with them. */
  async #startOver(): Promise<void> {
    this.#dropTransports();
    await this.#rebuilding?.catch(() => undefined);
    await this.rebuild();
  }

  rebuild(sendOnly = false): Promise<void> {
    this.#rebuilding ??= this.#rebuildNow(sendOnly).finally(() => {
      this.#rebuilding = null;
    });
    return this.#rebuilding;
  }

  /** The network changed under us: the path is looked for anew before anybody notices. */
  handleNetworkChange(): void {
    this.#send?.restart();
    this.#recv?.restart();
  }

  setHidden(hidden: boolean): void {
    this.remote.setHidden(hidden);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#rebuildTimer !== null) clearTimeout(this.#rebuildTimer);
    this.remote.close();
    await this.local.close();
    this.#send?.close();
    this.#recv?.close();
  }

  async #rebuildNow(sendOnly: boolean): Promise<void> {
    const device = this.#device;
    if (device === null || this.#closed) return;
    try {
      const { transports, routerRtpCapabilities } = await this.#options.client.call('createTransports', {
        rtpCapabilities: device.recvRtpCapabilities,
        sendOnly,
      });
      this.#device = await this.#options.devices.load(routerRtpCapabilities as types.RtpCapabilities);
      if (sendOnly) await this.#attachSend(transports.send);
      else await this.attach(transports);
      this.#failures = 0;
    } catch (error) {
      if (!asFailure(error).isConnection) throw error;
      this.#rebuildLater();
    }
  }

  #rebuildLater(): void {
    if (this.#closed || this.#rebuildTimer !== null) return;
    const afterMs = Math.min(REBUILD_FIRST_MS * 2 ** this.#failures, REBUILD_LONGEST_MS);
    this.#failures += 1;
    this.#rebuildTimer = setTimeout(() => {
      this.#rebuildTimer = null;
      this.rebuild().catch(() => this.#rebuildLater());
    }, afterMs);
  }

  async #attachSend(offer: TransportOffer | null): Promise<void> {
    this.#send?.close();
    this.#send = offer === null ? null : this.#createLink('send', offer);
    await this.local.useTransport(this.#send?.transport ?? null, this.#device);
  }

  #createLink(direction: 'send' | 'recv', offer: TransportOffer): TransportLink {
    const device = this.#device;
    if (device === null) throw new RequestFailure('unsupportedMedia');
    return new TransportLink({
      device,
      direction,
      offer,
      iceServers: this.#options.iceServers,
      call: (name, params) => this.#options.client.call(name, params),
      transportId: offer.transportId,
      onLine: () => this.#changed(),
      onBroken: () => void this.#startOver().catch(() => this.#rebuildLater()),
    });
  }

  #dropTransports(): void {
    this.#send?.close();
    this.#recv?.close();
    this.#send = null;
    this.#recv = null;
    this.remote.useTransport(null);
    void this.local.useTransport(null, null);
  }

  #changed(): void {
    const links = [this.#send, this.#recv].filter((link) => link !== null);
    const interrupted = links.some((link) => link.isInterrupted);
    const connected = links.some((link) => link.isConnected);
    const line: MediaLine = interrupted ? 'interrupted' : connected ? 'connected' : 'idle';
    const state: MediaState = { line, local: this.local.list(), remote: this.remote.list() };
    // Each change is drawn by the whole room.
    if (isSame(state, this.#state)) return;
    this.#state = state;
    this.#options.onChange();
  }
}

function isSame(a: MediaState, b: MediaState): boolean {
  return a.line === b.line && areSame(a.local, b.local) && areSame(a.remote, b.remote);
}

/** The parts of a source or a track are plain values and the browser's own objects. */
function areSame<T extends object>(a: readonly T[], b: readonly T[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, i) => {
      const other = b[i];
      return other !== undefined && (Object.keys(one) as (keyof T)[]).every((key) => one[key] === other[key]);
    })
  );
}
