import { isIPv4 } from 'node:net';
import { sfuContract } from '../../sfu/contract.ts';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { ProducerId } from '../../signaling/protocol/ids.ts';
import { Emitter } from '../../signaling/runtime/emitter.ts';
import { InnerClient } from '../../signaling/runtime/inner-client.ts';
import type { InnerParams, InnerResult } from '../../signaling/runtime/inner-contract.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ReceiveClock } from '../packet-log/receive-clock.ts';

const RENEW_INTERVAL_MS = 5_000;
const RENEW_BATCH = 256;
const CLOCK_INTERVAL_MS = 10_000;
/** Of so many questions in a row the one with the shortest round trip tells the time. */
const CLOCK_SAMPLES = 4;
const OPENED_TIMEOUT_MS = 3_000;
const LOOPBACK = '127.0.0.1';

export type OpenTapOrder = InnerParams<typeof sfuContract, 'openTap'>;
export type OpenedTap = InnerResult<typeof sfuContract, 'openTap'>;

export interface ClockPair {
  readonly localUnixUs: number;
  readonly remoteUnixUs: number;
  readonly rttUs: number;
}

interface SfuLinkEvents {
  /** A tap is gone from the node, with the node's word for why. */
  readonly tapGone: [tapId: string, cause: string];
  readonly producerPaused: [producerId: ProducerId, isPaused: boolean];
  readonly clockPair: [pair: ClockPair];
}

export interface SfuLinkOptions {
  readonly url: string;
  readonly secret: string;
  readonly clock: ReceiveClock;
  readonly log: Log;
}

/**
 * Everything capture has to do with one sfu node: taps and their leases, and the node's clock. A tap that disappears, by notice or because the node does not know
 * it any more when its lease is renewed, is told by `tapGone`.
 */
export class SfuLink {
  readonly url: string;
  readonly events: Emitter<SfuLinkEvents>;
  readonly #client: InnerClient<typeof sfuContract>;
  readonly #clock: ReceiveClock;
  readonly #log: Log;
  readonly #tapIds = new Set<string>();
  readonly #timers: readonly NodeJS.Timeout[];
  #pair: ClockPair | undefined;

  constructor({ url, secret, clock, log }: SfuLinkOptions) {
    this.url = url;
    this.#clock = clock;
    this.#log = log.child({ sfuUrl: url });
    this.events = new Emitter((error, event) =>
      this.#log.error({ err: error, event }, 'listener of an sfu link failed'),
    );
    this.#client = new InnerClient({ contract: sfuContract, url, secret, log: this.#log, clientName: 'capture' });
    this.#client.events.on('open', () => {
      void this.#renew();
      void this.#readClock();
    });
    this.#client.notices.on('tapClosed', ({ tapId, cause }) => this.#tapGone(tapId, cause));
    this.#client.notices.on('producerPaused', ({ producerId, paused }) => {
      this.events.emit('producerPaused', producerId, paused);
    });
    this.#timers = [
      setInterval(() => void this.#renew(), RENEW_INTERVAL_MS),
      setInterval(() => void this.#readClock(), CLOCK_INTERVAL_MS),
    ];
  }

  /** The latest clock pair. */
  get pair(): ClockPair | undefined {
    return this.#pair;
  }

  /** A receive time on the node's clock; the same time while nothing is known of that clock. */
  toNodeUnixUs(receivedUnixUs: number): number {
    const pair = this.#pair;
    return pair === undefined ? receivedUnixUs : receivedUnixUs + pair.remoteUnixUs - pair.localUnixUs;
  }

  /**
   * Where the node can send to: loopback on one machine, else the address that this machine has on the way to it.
   *
   * @throws AppError `unavailable`
   */
  async addressHere(): Promise<string> {
    await this.#client.opened(OPENED_TIMEOUT_MS);
    const ends = this.#client.ends;
    if (ends === null) throw new AppError('unavailable', { message: 'no connection to the media node' });
    if (ends.here === ends.there) return LOOPBACK;
    if (isIPv4(ends.here)) return ends.here;
    throw new AppError('unavailable', {
      message: 'the media node is reached over IPv6: CAPTURE_RTP_ADDRESS is needed',
    });
  }

  async openTap(order: OpenTapOrder): Promise<OpenedTap> {
    await this.#client.opened(OPENED_TIMEOUT_MS);
    const tap = await this.#client.call('openTap', order);
    this.#tapIds.add(tap.tapId);
    return tap;
  }

  async resumeTap(tapId: string): Promise<void> {
    await this.#client.call('resumeTap', { tapId });
  }

  async requestKeyFrame(tapId: string): Promise<void> {
    await this.#client.call('requestTapKeyFrame', { tapId });
  }

  async tellLayerStopped(tapId: string): Promise<void> {
    await this.#client.call('tapLayerStopped', { tapId });
  }

  /** Does not wait for a node that is away: there the lease ends by itself. */
  async closeTap(tapId: string): Promise<void> {
    if (!this.#tapIds.delete(tapId)) return;
    await this.#client.call('closeTap', { tapId }).catch(() => undefined);
  }

  /** Idempotent. */
  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#client.close();
    this.events.removeAll();
  }

  #tapGone(tapId: string, cause: string): void {
    if (this.#tapIds.delete(tapId)) this.events.emit('tapGone', tapId, cause);
  }

  async #renew(): Promise<void> {
    const tapIds = [...this.#tapIds];
    for (let at = 0; at < tapIds.length; at += RENEW_BATCH) {
      try {
        const { gone } = await this.#client.call('renewTaps', { tapIds: tapIds.slice(at, at + RENEW_BATCH) });
        for (const tapId of gone) this.#tapGone(tapId, 'leaseLost');
      } catch (error) {
        // The next interval or the next connection asks again.
        this.#log.debug({ err: error }, 'taps could not be renewed');
      }
    }
  }

  async #readClock(): Promise<void> {
    let best: ClockPair | undefined;
    try {
      for (let sample = 0; sample < CLOCK_SAMPLES; sample += 1) {
        const askedUs = this.#clock.nowUnixUs();
        const { unixUs } = await this.#client.call('clock', {});
        const rttUs = this.#clock.nowUnixUs() - askedUs;
        if (best === undefined || rttUs < best.rttUs) {
          best = { localUnixUs: Math.round(askedUs + rttUs / 2), remoteUnixUs: unixUs, rttUs };
        }
      }
    } catch (error) {
      this.#log.debug({ err: error }, 'the clock of an sfu node could not be read');
    }
    if (best === undefined) return;
    this.#pair = best;
    this.events.emit('clockPair', best);
  }
}

/** One link per node, shared by all recordings; closed when the last one lets go. */
export class SfuLinks {
  readonly #create: (url: string) => SfuLink;
  readonly #links = new Map<string, { readonly link: SfuLink; users: number }>();

  constructor(create: (url: string) => SfuLink) {
    this.#create = create;
  }

  acquire(url: string): SfuLink {
    const entry = this.#links.get(url) ?? { link: this.#create(url), users: 0 };
    this.#links.set(url, entry);
    entry.users += 1;
    return entry.link;
  }

  release(link: SfuLink): void {
    const entry = this.#links.get(link.url);
    if (entry === undefined) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    this.#links.delete(link.url);
    link.close();
  }

  close(): void {
    for (const { link } of this.#links.values()) link.close();
    this.#links.clear();
  }
}
