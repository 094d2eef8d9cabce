import type { RtpCapabilities } from 'mediasoup/types';
import type { sfuContract } from '../../sfu/contract.ts';
import { AppError } from '../protocol/errors.ts';
import type { InnerParams, InnerRequestName, InnerResult } from '../runtime/inner-contract.ts';
import type { Log } from '../runtime/log.ts';
import type { MediaListener, OpenMediaOptions } from '../rooms/ports.ts';
import { orderOf, type OfRoom } from './sfu-order.ts';
import type { SfuLink } from './sfu-nodes.ts';

/** How long a node whose link broke may come back before the room goes elsewhere. */
const WAIT_FOR_NODE_MS = 1_500;
const RETRY_MS = 100;
const CLOCK_SAMPLES = 3;

type Contract = typeof sfuContract;

export interface HomeListener extends Pick<MediaListener, 'onReset'> {
  /** The link was away, or the room was opened by somebody before: this is what the node holds. */
  onAdopted(description: RoomDescription): void;
}

export type RoomDescription = InnerResult<Contract, 'describeRoom'>;

export interface SfuRoomOptions extends Omit<OpenMediaOptions, 'listener' | 'wasOnBranches'> {
  readonly listener: HomeListener;
  readonly log: Log;
  readonly link: (nodeId: string) => SfuLink | null;
  readonly choose: () => SfuLink | null;
  readonly onClosed: () => void;
}

const EMPTY: RoomDescription = { exists: true, routerId: null, routerRtpCapabilities: null, seats: [], producers: [] };

type Place =
  | { readonly kind: 'nowhere' }
  | { readonly kind: 'on'; readonly link: SfuLink; readonly capabilities: RtpCapabilities }
  | { readonly kind: 'closed' };

/**
 * One room on whichever node is its home. When the node's link breaks it is adopted again as it is; when the worker or the node is gone it
 * is opened anew at once, there or elsewhere, and the room is told `onReset`.
 */
export class SfuRoom {
  readonly #options: SfuRoomOptions;
  #place: Place = { kind: 'nowhere' };
  #lastNodeId: string | null;
  #waitForNodeUntilMs: number;
  #isPlacing = false;
  #wakeUp: (() => void) | null = null;
  #whenOpen = Promise.withResolvers<void>();

  constructor(options: SfuRoomOptions) {
    this.#options = options;
    this.#lastNodeId = options.wasOnNodeId;
    this.#waitForNodeUntilMs = Date.now() + WAIT_FOR_NODE_MS;
    this.#whenOpen.promise.catch(() => undefined);
    this.#findPlace();
  }

  get routerRtpCapabilities(): RtpCapabilities | null {
    return this.#place.kind === 'on' ? this.#place.capabilities : null;
  }

  get place(): { readonly nodeId: string; readonly sfuUrl: string; readonly region: string } | null {
    if (this.#place.kind !== 'on') return null;
    const { id, url, region } = this.#place.link.record;
    return { nodeId: id, sfuUrl: url, region };
  }

  isOn(link: SfuLink): boolean {
    return this.#place.kind === 'on' && this.#place.link === link;
  }

  async opened(timeoutMs: number): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(unavailable()), timeoutMs);
    try {
      await Promise.race([this.#whenOpen.promise, promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The link to the node broke; the node may be well. */
  linkLost(): void {
    this.#loosen(WAIT_FOR_NODE_MS);
  }

  /** The node says that the room is gone. */
  lostByNode(): void {
    this.#loosen(0);
  }

  /** Links have changed: a room that looks for a place looks again. */
  wake(): void {
    this.#wakeUp?.();
  }

  /** The pair with the shortest way there and back says most. */
  async clockOffsetUs(): Promise<number> {
    const link = this.#place.kind === 'on' ? this.#place.link : null;
    if (link === null) throw unavailable();
    let best = { wayMs: Number.POSITIVE_INFINITY, offsetUs: 0 };
    for (let sample = 0; sample < CLOCK_SAMPLES; sample += 1) {
      const sentMs = performance.now();
      const { unixUs } = await link.client.call('clock', {});
      const wayMs = performance.now() - sentMs;
      if (wayMs < best.wayMs) best = { wayMs, offsetUs: Math.round(unixUs - (Date.now() - wayMs / 2) * 1_000) };
    }
    return best.offsetUs;
  }

  async close(): Promise<void> {
    const place = this.#place;
    const { roomId, fence } = this.#options;
    this.abandon();
    if (place.kind === 'on') await place.link.client.call('closeRoom', { roomId, fence }).catch(() => undefined);
  }

  abandon(): void {
    if (this.#place.kind === 'closed') return;
    this.#place = { kind: 'closed' };
    this.#whenOpen.reject(unavailable());
    this.#wakeUp?.();
    this.#options.onClosed();
  }

  async order<N extends InnerRequestName<Contract>>(
    name: N,
    params: Omit<InnerParams<Contract, N>, OfRoom>,
  ): Promise<InnerResult<Contract, N>> {
    if (this.#place.kind !== 'on') throw unavailable();
    const { link } = this.#place;
    try {
      return await orderOf(link, this.#options, name, params);
    } catch (error) {
      if (error instanceof AppError && error.code === 'gone' && this.isOn(link)) {
        this.lostByNode();
        throw unavailable(error);
      }
      throw error;
    }
  }

  #loosen(waitForNodeMs: number): void {
    if (this.#place.kind !== 'on') return;
    this.#place = { kind: 'nowhere' };
    this.#whenOpen = Promise.withResolvers<void>();
    this.#whenOpen.promise.catch(() => undefined);
    this.#waitForNodeUntilMs = Date.now() + waitForNodeMs;
    this.#findPlace();
  }

  #findPlace(): void {
    if (this.#isPlacing) return;
    this.#isPlacing = true;
    this.#lookUntilPlaced()
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'room has no media node'))
      .finally(() => {
        this.#isPlacing = false;
        // It may have been loosened again in the same turn.
        if (this.#place.kind === 'nowhere' && !this.#isRefused) this.#findPlace();
      });
  }

  #isRefused = false;

  async #lookUntilPlaced(): Promise<void> {
    while (this.#place.kind === 'nowhere') {
      const link = this.#candidate();
      try {
        if (link !== null && (await this.#tryOn(link))) return;
      } catch (error) {
        if (error instanceof AppError && error.code === 'staleFence') {
          this.#isRefused = true;
          throw error;
        }
        this.#options.log.warn({ err: error }, 'media node did not take the room');
      }
      await this.#sleep();
    }
  }

  /** The node it was on while that may still come back, any other after that. */
  #candidate(): SfuLink | null {
    const last = this.#lastNodeId === null ? null : this.#options.link(this.#lastNodeId);
    if (last?.client.state === 'open') return last;
    const mayComeBack = this.#lastNodeId !== null && Date.now() < this.#waitForNodeUntilMs;
    return mayComeBack ? null : this.#options.choose();
  }

  async #tryOn(link: SfuLink): Promise<boolean> {
    const { roomId, fence, listener, log } = this.#options;
    const wasSomewhere = this.#lastNodeId !== null;
    if (link.record.id === this.#lastNodeId) {
      const held = await link.client.call('describeRoom', { roomId, fence });
      if (held.exists && held.routerRtpCapabilities !== null) {
        if (!this.#settle(link, held.routerRtpCapabilities)) return false;
        listener.onAdopted(held);
        return true;
      }
    }
    // A part of the room that was a branch there, or what is left of an earlier time, is no home.
    if (wasSomewhere) await link.client.call('closeRoom', { roomId, fence });
    const { routerRtpCapabilities } = await link.client.call('openRoom', { roomId, fence });
    if (!this.#settle(link, routerRtpCapabilities)) return false;
    log.info({ nodeId: link.record.id, again: wasSomewhere }, 'room is on a media node');
    if (wasSomewhere) listener.onReset();
    else listener.onAdopted(EMPTY);
    return true;
  }

  #settle(link: SfuLink, capabilities: RtpCapabilities): boolean {
    if (this.#place.kind !== 'nowhere' || link.client.state !== 'open') return false;
    this.#place = { kind: 'on', link, capabilities };
    this.#lastNodeId = link.record.id;
    this.#whenOpen.resolve();
    return true;
  }

  async #sleep(): Promise<void> {
    if (this.#place.kind === 'closed') return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wakeUp = null;
  }
}

const unavailable = (cause?: unknown): AppError =>
  new AppError('unavailable', { message: 'no media node holds the room', ...(cause === undefined ? {} : { cause }) });
