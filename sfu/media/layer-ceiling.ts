import { parseScalabilityMode } from 'mediasoup';
import type { Consumer } from 'mediasoup/types';
import type { Layers } from '../contract.ts';
import { TOP_LAYER } from './demand.ts';

/** Later than mediasoup's own verdict on a stream that has stopped (1.5 s without a packet); from then on it stays away from it by itself. */
const LIFTED_AFTER_MS = 2_500;

/** Tells everybody who shows one sender's simulcast that a layer of it has stopped. */
export class LayerStops {
  readonly #ceilings = new Set<LayerCeiling>();

  add(ceiling: LayerCeiling): void {
    this.#ceilings.add(ceiling);
  }

  remove(ceiling: LayerCeiling): void {
    this.#ceilings.delete(ceiling);
  }

  /** @param flowing a lower layer of which packets come. */
  async tell(stopped: number, flowing: number): Promise<void> {
    await Promise.all([...this.#ceilings].map((ceiling) => ceiling.handleStopped(stopped, flowing)));
  }
}

/**
 * The layers that a receiver wants, less for a while those that have stopped: mediasoup shows a stopped layer for 1.5 s before it looks for another one, and
 * whoever watches a browser whose line has just become short would see it stand for so long.
 */
export class LayerCeiling {
  readonly #consumer: Consumer;
  #wanted: Layers = { spatialLayer: TOP_LAYER };
  #ceiling = TOP_LAYER;
  #lift: NodeJS.Timeout | undefined;

  constructor(consumer: Consumer, stops: LayerStops) {
    this.#consumer = consumer;
    if (consumer.type !== 'simulcast') return;
    stops.add(this);
    consumer.observer.once('close', () => {
      clearTimeout(this.#lift);
      stops.remove(this);
    });
  }

  /** Spatial layers that its sender sends one by one. */
  get layers(): number {
    if (this.#consumer.type !== 'simulcast') return 1;
    return parseScalabilityMode(this.#consumer.rtpParameters.encodings?.[0]?.scalabilityMode).spatialLayers;
  }

  get wanted(): Layers {
    return this.#wanted;
  }

  /** The highest that it can be showing; 0 also while it shows nothing. */
  get shown(): number {
    return Math.min(this.#ceiling, this.#consumer.currentLayers?.spatialLayer ?? 0);
  }

  /** @throws Error of mediasoup: the consumer is closed. */
  async want(layers: Layers): Promise<void> {
    this.#wanted = layers;
    await this.#apply();
  }

  /** Whoever shows the one shows the other at once. */
  async handleStopped(stopped: number, flowing: number): Promise<void> {
    if (this.shown !== stopped) return;
    clearTimeout(this.#lift);
    this.#lift = setTimeout(() => {
      this.#ceiling = TOP_LAYER;
      void this.#applyIfOpen();
    }, LIFTED_AFTER_MS);
    this.#ceiling = flowing;
    await this.#applyIfOpen();
  }

  async #apply(): Promise<void> {
    if (this.#consumer.type === 'simple') return;
    const { spatialLayer, temporalLayer } = this.#wanted;
    await this.#consumer.setPreferredLayers({
      spatialLayer: Math.min(spatialLayer, this.#ceiling),
      ...(temporalLayer === undefined ? {} : { temporalLayer }),
    });
  }

  /** Fails only when the consumer closes meanwhile, of which mediasoup may tell later than it refuses. */
  async #applyIfOpen(): Promise<void> {
    await this.#apply().catch(() => undefined);
  }
}
