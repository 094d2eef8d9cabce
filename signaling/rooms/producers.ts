import { randomUUID } from 'node:crypto';
import type { RtpParameters } from 'mediasoup/types';
import type { Log } from '../runtime/log.ts';
import { AppError } from '../protocol/errors.ts';
import { ProducerId, type RequestId, type SeatId } from '../protocol/ids.ts';
import type { ProducerInfo, Source } from '../protocol/media.ts';
import type { MediaNode } from './ports.ts';
import { RememberedRequests } from './remembered-requests.ts';
import type { Hold } from './room-state.ts';

/** Of one seat. */
const REMEMBERED_REQUESTS = 32;

export interface NewProducer {
  readonly requestId: RequestId;
  readonly kind: 'audio' | 'video';
  readonly source: Source;
  readonly rtpParameters: RtpParameters;
  readonly paused: boolean;
}

export interface ProducersOptions {
  readonly node: () => MediaNode;
  readonly log: Log;
  /** `isAdopted`: it was there before this process knew of it. */
  readonly onAdded: (producer: ProducerInfo, isAdopted: boolean) => void;
  readonly onPaused: (producer: ProducerInfo) => void;
  readonly onClosed: (producer: ProducerInfo) => void;
}

interface Producer {
  readonly info: ProducerInfo;
  readonly holds: Set<Hold>;
}

/** What a seat must satisfy to send: `check` throws the refusal, `holds` says what keeps the new producer shut. */
export interface SendRule {
  readonly check: () => void;
  readonly holds: () => readonly Hold[];
}

const KIND_OF_SOURCE: Readonly<Record<Source, 'audio' | 'video'>> = {
  camera: 'video',
  visualiser: 'video',
  wall: 'video',
  screen: 'video',
  microphone: 'audio',
  screenAudio: 'audio',
};

/**
 * What is sent into the room. A producer is paused for as long as anything holds it: its owner, a teacher, safe mode, half-duplex
 * (SPEC M6). What is wanted is stated to the node; while the node is away it is stated again when the room is adopted.
 */
export class Producers {
  readonly #options: ProducersOptions;
  readonly #byId = new Map<ProducerId, Producer>();
  readonly #requests = new Map<SeatId, RememberedRequests<Promise<ProducerId>>>();

  constructor(options: ProducersOptions) {
    this.#options = options;
  }

  list(): ProducerInfo[] {
    return [...this.#byId.values()].map(({ info }) => ({ ...info }));
  }

  ofSeat(seatId: SeatId): ProducerInfo[] {
    return this.list().filter((producer) => producer.seatId === seatId);
  }

  find(producerId: ProducerId): ProducerInfo | null {
    const producer = this.#byId.get(producerId);
    return producer === undefined ? null : { ...producer.info };
  }

  /** @throws AppError `notFound` for an unknown one, `forbidden` for somebody else's. */
  requireOwn(seatId: SeatId, producerId: ProducerId): ProducerInfo {
    const producer = this.find(producerId);
    if (producer === null) throw new AppError('notFound', { message: 'no such producer' });
    if (producer.seatId !== seatId) throw new AppError('forbidden', { message: 'not your producer' });
    return producer;
  }

  /** Idempotent by `requestId` (SPEC M4). @throws AppError `invalidInput`, what the rule throws, what the node throws. */
  add(seatId: SeatId, wanted: NewProducer, rule: SendRule): Promise<ProducerId> {
    const requests = this.#requests.get(seatId) ?? new RememberedRequests<Promise<ProducerId>>(REMEMBERED_REQUESTS);
    this.#requests.set(seatId, requests);
    const earlier = requests.get(wanted.requestId);
    if (earlier !== undefined) return earlier;
    const making = this.#make(seatId, wanted, rule);
    requests.remember(wanted.requestId, making);
    making.catch(() => requests.forget(wanted.requestId));
    return making;
  }

  async #make(seatId: SeatId, wanted: NewProducer, rule: SendRule): Promise<ProducerId> {
    if (KIND_OF_SOURCE[wanted.source] !== wanted.kind) {
      throw new AppError('invalidInput', { message: 'this source has another kind of media' });
    }
    rule.check();
    const producerId = ProducerId.parse(randomUUID());
    const { kind, source, rtpParameters } = wanted;
    const holds = (): Set<Hold> => new Set([...(wanted.paused ? (['self'] as const) : []), ...rule.holds()]);
    const paused = holds().size > 0;
    this.#closeSame(seatId, source);
    await this.#options.node().produce(seatId, { producerId, kind, source, rtpParameters, paused });
    try {
      // The teacher may have left, or the seat its stage, while the node was making it.
      rule.check();
    } catch (error) {
      this.#tellNode(this.#options.node().closeProducer(producerId));
      throw error;
    }
    this.#closeSame(seatId, source);
    const producer: Producer = { info: { producerId, seatId, kind, source, paused }, holds: holds() };
    this.#byId.set(producerId, producer);
    this.#options.onAdded({ ...producer.info }, false);
    this.#apply(producer);
    return producerId;
  }

  setHold(producerId: ProducerId, hold: Hold, held: boolean): void {
    const producer = this.#byId.get(producerId);
    if (producer === undefined) return;
    if (held) producer.holds.add(hold);
    else producer.holds.delete(hold);
    this.#apply(producer);
  }

  release(producerId: ProducerId, holds: readonly Hold[]): void {
    const producer = this.#byId.get(producerId);
    if (producer === undefined) return;
    for (const hold of holds) producer.holds.delete(hold);
    this.#apply(producer);
  }

  close(producerId: ProducerId): void {
    if (this.#forget(producerId)) this.#tellNode(this.#options.node().closeProducer(producerId));
  }

  /** The node has closed it already. */
  closedByNode(producerId: ProducerId): void {
    this.#forget(producerId);
  }

  /** The node has closed, or is closing, everything of the seat. */
  forgetSeat(seatId: SeatId): void {
    for (const producer of this.ofSeat(seatId)) this.#forget(producer.producerId);
    this.#requests.delete(seatId);
  }

  clear(): void {
    for (const producerId of [...this.#byId.keys()]) this.#forget(producerId);
    this.#requests.clear();
  }

  /** Takes over what the node holds; what it lacks is gone, and what is paused otherwise than wanted is stated again. */
  adopt(held: readonly ProducerInfo[], savedHolds: ReadonlyMap<ProducerId, readonly Hold[]>): void {
    const there = new Set(held.map((producer) => producer.producerId));
    for (const producerId of [...this.#byId.keys()]) if (!there.has(producerId)) this.#forget(producerId);
    for (const info of held) {
      const known = this.#byId.get(info.producerId);
      const holds = known?.holds ?? new Set(savedHolds.get(info.producerId) ?? (info.paused ? ['self'] : []));
      const producer: Producer = known ?? { info: { ...info }, holds };
      this.#byId.set(info.producerId, producer);
      if (known === undefined) this.#options.onAdded({ ...producer.info }, true);
      const paused = holds.size > 0;
      if (paused !== info.paused) this.#tellNode(this.#options.node().setProducerPaused(info.producerId, paused));
      producer.info.paused = paused;
    }
  }

  saveHolds(): Record<ProducerId, Hold[]> {
    return Object.fromEntries([...this.#byId].map(([producerId, { holds }]) => [producerId, [...holds]]));
  }

  #apply(producer: Producer): void {
    const paused = producer.holds.size > 0;
    if (paused === producer.info.paused) return;
    producer.info.paused = paused;
    this.#options.onPaused({ ...producer.info });
    this.#tellNode(this.#options.node().setProducerPaused(producer.info.producerId, paused));
  }

  #closeSame(seatId: SeatId, source: Source): void {
    for (const producer of this.ofSeat(seatId)) if (producer.source === source) this.close(producer.producerId);
  }

  #forget(producerId: ProducerId): boolean {
    const producer = this.#byId.get(producerId);
    if (producer === undefined) return false;
    this.#byId.delete(producerId);
    this.#options.onClosed({ ...producer.info });
    return true;
  }

  #tellNode(telling: Promise<void>): void {
    telling.catch((error: unknown) => this.#options.log.warn({ err: error }, 'media node could not be told'));
  }
}
