import type { types } from 'mediasoup-client';
import type { ConsumerId, ProducerId, SeatId } from '../../../signaling/protocol/ids.ts';
import type { ConsumerOffer, ProducerInfo, Source } from '../../../signaling/protocol/media.ts';
import { layerForHeight } from './encodings.ts';
import { PatientSound } from './patient-sound.ts';
import type { SignalingClient } from './signaling-client.ts';

/** Wishes of tiles come and go in bursts while a layout changes. */
const SETTLE_MS = 40;
/** What came ready-made plays at once; it is paused only when no tile has asked for it by then. */
const OFFER_GRACE_MS = 2_000;
const RETRY_MS = 1_500;
const BATCH = 64;

export interface RemoteTrack {
  readonly producerId: ProducerId;
  readonly seatId: SeatId;
  readonly source: Source;
  readonly kind: 'audio' | 'video';
  readonly track: MediaStreamTrack;
}

interface Reception {
  readonly consumer: types.Consumer;
  paused: boolean;
  layer: number | null;
  readonly keepUntilMs: number;
}

interface Wish {
  /** In device pixels. */
  readonly heightPx: number;
  /** In a window of its own, which is seen while the page is hidden. */
  readonly floats: boolean;
}

export interface RemoteMediaOptions {
  /** Nothing but the pictures that tiles show: no sound, and of what comes ready-made nothing is kept. */
  readonly picturesOnly?: boolean;
  readonly call: SignalingClient['call'];
  readonly onChange: () => void;
}

const chunks = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / BATCH) }, (_unused, i) => items.slice(i * BATCH, (i + 1) * BATCH));

/**
 * What this seat receives: every sound, and of the pictures those that a tile shows, at the layer that fits it. Nothing is
 * received for a hidden page but sound.
 */
export class RemoteMedia {
  readonly #options: RemoteMediaOptions;
  readonly #producers = new Map<ProducerId, ProducerInfo>();
  readonly #receptions = new Map<ProducerId, Reception>();
  /** Offers being taken up: asked for or offered once more meanwhile, they must not be received twice. */
  readonly #arriving = new Set<ProducerId>();
  /** Per producer, the tiles that show it. */
  readonly #wishes = new Map<ProducerId, Map<symbol, Wish>>();
  readonly #sound = new PatientSound(() => this.#openSounds());
  #transport: types.Transport | null = null;
  #hidden = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #working = false;
  #closed = false;

  constructor(options: RemoteMediaOptions) {
    this.#options = options;
  }

  list(): readonly RemoteTrack[] {
    const tracks: RemoteTrack[] = [];
    for (const [producerId, { consumer }] of this.#receptions) {
      const info = this.#producers.get(producerId);
      if (info === undefined) continue;
      const { seatId, source, kind } = info;
      tracks.push({ producerId, seatId, source, kind, track: consumer.track });
    }
    return tracks;
  }

  useTransport(transport: types.Transport | null): void {
    this.#transport = transport;
    for (const { consumer } of this.#receptions.values()) consumer.close();
    this.#receptions.clear();
    this.#arriving.clear();
    this.#options.onChange();
    this.#schedule();
  }

  /** The producers of everybody else, whole: what is not among them is gone. */
  setProducers(producers: readonly ProducerInfo[]): void {
    const present = new Set(producers.map((producer) => producer.producerId));
    for (const known of [...this.#producers.keys()]) if (!present.has(known)) this.removeProducer(known);
    for (const producer of producers) this.#producers.set(producer.producerId, producer);
    this.#schedule();
  }

  addProducer(producer: ProducerInfo): void {
    this.#producers.set(producer.producerId, producer);
    this.#schedule();
  }

  removeProducer(producerId: ProducerId): void {
    // Wishes stay: a tile that goes takes its own back, one that stays wants the producer when it returns.
    this.#producers.delete(producerId);
    this.#drop(producerId);
  }

  handleConsumersClosed(consumerIds: readonly ConsumerId[]): void {
    const gone = new Set<string>(consumerIds);
    for (const [producerId, { consumer }] of [...this.#receptions]) if (gone.has(consumer.id)) this.#drop(producerId);
    this.#schedule();
  }

  /** Ready-made consumers: received and opened in one go, without waiting for a tile. */
  async acceptOffers(offers: readonly ConsumerOffer[]): Promise<void> {
    if (this.#options.picturesOnly === true) {
      await this.#declineOffers(offers);
      return;
    }
    const fresh = offers.filter(
      ({ producerId }) => !this.#receptions.has(producerId) && !this.#arriving.has(producerId),
    );
    // Nothing flows before the transport is connected, so what comes with it may be opened ahead of that, without a round trip of its own.
    const opening = this.#transport?.connectionState === 'new' ? this.#openAhead(fresh) : null;
    const accepted = await Promise.all(fresh.map((offer) => this.#receive(offer, Date.now() + OFFER_GRACE_MS)));
    const ready = accepted.filter((reception) => reception !== null);
    if (ready.length === 0) return;
    this.#options.onChange();
    if (opening === null || !(await opening)) await this.#setPaused(ready, false);
    else for (const reception of ready) reception.paused = false;
  }

  async #declineOffers(offers: readonly ConsumerOffer[]): Promise<void> {
    // What a tile has asked for meanwhile comes by its own request, which is answered with this very consumer.
    const unwanted = offers.filter(
      ({ producerId }) => !this.#receptions.has(producerId) && !this.#wishes.has(producerId),
    );
    for (const batch of chunks(unwanted)) {
      await this.#options.call('closeConsumers', { consumerIds: batch.map(({ consumerId }) => consumerId) });
    }
    this.#schedule();
  }

  async #openAhead(offers: readonly ConsumerOffer[]): Promise<boolean> {
    try {
      for (const batch of chunks(offers)) {
        const consumerIds = batch.map(({ consumerId }) => consumerId);
        await this.#options.call('setConsumersPaused', { consumerIds, paused: false });
      }
      return true;
    } catch {
      return false;
    }
  }

  /** A tile shows this producer at a height; the returned function takes the wish back. */
  want(producerId: ProducerId, heightPx: number, { floats = false } = {}): () => void {
    const key = Symbol('tile');
    const wishes = this.#wishes.get(producerId) ?? new Map<symbol, Wish>();
    this.#wishes.set(producerId, wishes);
    wishes.set(key, { heightPx, floats });
    this.#schedule();
    return () => {
      wishes.delete(key);
      if (wishes.size === 0 && this.#wishes.get(producerId) === wishes) this.#wishes.delete(producerId);
      this.#schedule();
    };
  }

  setHidden(hidden: boolean): void {
    this.#hidden = hidden;
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#sound.close();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.useTransport(null);
    this.#producers.clear();
  }

  #openSounds(): types.Consumer[] {
    return [...this.#receptions.values()]
      .filter(({ consumer, paused }) => consumer.kind === 'audio' && !paused)
      .map(({ consumer }) => consumer);
  }

  #drop(producerId: ProducerId): void {
    this.#receptions.get(producerId)?.consumer.close();
    if (this.#receptions.delete(producerId)) this.#options.onChange();
  }

  #schedule(afterMs = SETTLE_MS): void {
    if (this.#closed || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#reconcile();
    }, afterMs);
  }

  #tallestWish(producerId: ProducerId): number {
    const wishes = [...(this.#wishes.get(producerId)?.values() ?? [])];
    return Math.max(0, ...wishes.filter(({ floats }) => floats || !this.#hidden).map(({ heightPx }) => heightPx));
  }

  #shouldPlay(info: ProducerInfo): boolean {
    if (info.kind === 'audio') return this.#options.picturesOnly !== true;
    return this.#tallestWish(info.producerId) > 0;
  }

  /** Brings what is received to what is wished; a failure (the line is away) is tried again. */
  async #reconcile(): Promise<void> {
    if (this.#transport === null || this.#closed) return;
    if (this.#working) {
      this.#schedule();
      return;
    }
    this.#working = true;
    try {
      await this.#consumeMissing();
      await this.#adjust();
    } catch {
      this.#schedule(RETRY_MS);
    } finally {
      this.#working = false;
    }
  }

  async #consumeMissing(): Promise<void> {
    const missing = [...this.#producers.values()]
      .filter((info) => this.#shouldPlay(info))
      .map((info) => info.producerId)
      .filter((producerId) => !this.#receptions.has(producerId) && !this.#arriving.has(producerId));
    for (const producerIds of chunks(missing)) {
      const { consumers } = await this.#options.call('consume', { producerIds });
      await Promise.all(consumers.map((offer) => this.#receive(offer, 0)));
      this.#options.onChange();
    }
  }

  async #adjust(): Promise<void> {
    const open: Reception[] = [];
    const shut: Reception[] = [];
    const now = Date.now();
    for (const [producerId, reception] of this.#receptions) {
      const info = this.#producers.get(producerId);
      if (info === undefined) continue;
      const plays = this.#shouldPlay(info);
      if (plays && reception.paused) open.push(reception);
      if (!plays && !reception.paused) {
        if (reception.keepUntilMs <= now) shut.push(reception);
        else this.#schedule(reception.keepUntilMs - now);
      }
    }
    await this.#preferLayers();
    await this.#setPaused(open, false);
    await this.#setPaused(shut, true);
  }

  async #preferLayers(): Promise<void> {
    for (const [producerId, reception] of this.#receptions) {
      const info = this.#producers.get(producerId);
      // There is one layer on the class wall.
      if (info?.kind !== 'video' || info.source === 'wall' || !this.#shouldPlay(info)) continue;
      const spatialLayer = layerForHeight(info.source, this.#tallestWish(producerId));
      if (reception.layer === spatialLayer) continue;
      reception.layer = spatialLayer;
      await this.#options.call('setPreferredLayers', { consumerId: reception.consumer.id, spatialLayer }).catch(() => {
        reception.layer = null;
      });
    }
  }

  async #setPaused(receptions: readonly Reception[], paused: boolean): Promise<void> {
    for (const batch of chunks(receptions)) {
      await this.#options.call('setConsumersPaused', {
        consumerIds: batch.map((reception) => reception.consumer.id as ConsumerId),
        paused,
      });
      for (const reception of batch) {
        reception.paused = paused;
        if (paused) reception.consumer.pause();
        else reception.consumer.resume();
      }
    }
  }

  async #receive(offer: ConsumerOffer, keepUntilMs: number): Promise<Reception | null> {
    const transport = this.#transport;
    const { consumerId, producerId, kind, rtpParameters, seatId, source } = offer;
    if (transport === null || this.#receptions.has(producerId) || this.#arriving.has(producerId)) return null;
    this.#arriving.add(producerId);
    const consuming = transport.consume({
      id: consumerId,
      producerId,
      kind,
      rtpParameters: rtpParameters as types.RtpParameters,
      // Lip sync within a seat: its camera and microphone share a stream, its screen and the screen's sound another.
      streamId: `${seatId}-${source === 'screen' || source === 'screenAudio' ? 'screen' : source === 'visualiser' || source === 'wall' ? source : 'person'}`,
    });
    const consumer = await consuming.finally(() => {
      if (this.#transport === transport) this.#arriving.delete(producerId);
    });
    if (this.#transport !== transport) {
      consumer.close();
      return null;
    }
    const reception: Reception = { consumer, paused: true, layer: null, keepUntilMs };
    if (!this.#producers.has(producerId)) {
      this.#producers.set(producerId, { producerId, seatId, kind, source, paused: offer.producerPaused });
    }
    this.#receptions.set(producerId, reception);
    consumer.on('transportclose', () => {
      if (this.#receptions.get(producerId) === reception) this.#drop(producerId);
    });
    return reception;
  }
}
