import type {
  DtlsParameters,
  Producer,
  Router,
  RtpCapabilities,
  RtpParameters,
  WebRtcTransport,
  Worker,
} from 'mediasoup/types';
import * as z from 'zod';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { ProducerId, RoomId, SeatId } from '../../signaling/protocol/ids.ts';
import type { Source } from '../../signaling/protocol/media.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ConsumerOffer, ProducerState } from '../contract.ts';
import { ROOM_CODECS, roomCapabilities, tapCapabilities } from './codecs.ts';
import { Demand, TOP_LAYER } from './demand.ts';
import { openIngestTransport, type IngestAddress } from './ingest.ts';
import type { ListenPlan, PipeListening } from './listen-plan.ts';
import { blamingDescription, translatingMediaErrors } from './media-error.ts';
import { Member } from './member.ts';
import type { NotifyRoom, SfuNotice } from './notify.ts';
import { RoomPipes } from './pipes.ts';
import { roomProducer, type MadeProducer, type RoomProducer } from './room-producer.ts';
import { Speakers } from './speakers.ts';
import { WallWatch } from './wall-watch.ts';
import type { WorkerSlot } from './worker-pool.ts';

/** Measured: H264 viewers who arrive 150 ms after another wait 0.15–0.46 s for a picture with 350, 1.1 s with 0, 1.8 s with 2000. */
const KEY_FRAME_REQUEST_DELAY_MS = 350;
const UNCLAIMED_TIMEOUT_MS = 10_000;

export type RoomCloseCause = 'workerDied' | 'ownerGone' | 'shutdown' | 'requested';

export interface RoomRouterOptions {
  readonly roomId: RoomId;
  readonly slot: WorkerSlot;
  readonly listenPlan: ListenPlan;
  readonly pipeListening: PipeListening;
  readonly notify: NotifyRoom;
  readonly onClosed: (cause: RoomCloseCause) => void;
  readonly log: Log;
  readonly unclaimedTimeoutMs?: number;
}

export interface ProduceOptions {
  readonly producerId: ProducerId;
  readonly seatId: SeatId;
  readonly kind: 'audio' | 'video';
  readonly source: Source;
  readonly rtpParameters: RtpParameters;
  readonly paused: boolean;
}

export interface PipedOptions extends ProduceOptions {
  /** The node that it comes from. */
  readonly nodeId: string;
  /** It is sent whether or not anybody here shows it: sound, which the observers of speech hear. */
  readonly isAlwaysSent: boolean;
}

/** What every room on a worker can do, learnt from one that is gone again. */
export async function capabilitiesOfRooms(worker: Worker): Promise<RtpCapabilities> {
  const router = await worker.createRouter({ mediaCodecs: [...ROOM_CODECS] });
  const capabilities = roomCapabilities(router.rtpCapabilities);
  router.close();
  return capabilities;
}

/** The media of one room on this node: one mediasoup router, its members and what they send. Knows nothing of roles. */
export class RoomRouter {
  readonly roomId: RoomId;
  readonly slot: WorkerSlot;
  readonly router: Router;
  readonly pipes: RoomPipes;
  readonly #options: RoomRouterOptions;
  readonly #speakers: Speakers;
  readonly #wallWatch = new WallWatch((producerId) => this.closeProducer(producerId));
  readonly #members = new Map<SeatId, Member>();
  readonly #producers = new Map<ProducerId, RoomProducer>();
  /** Producers being made: a repeated request waits for the first instead of making a second. */
  readonly #producing = new Map<ProducerId, Promise<RoomProducer>>();
  #isClosed = false;
  /** A room that goes as a whole is told of once: what goes down with it (hundreds of streams) is not told of one by one. */
  readonly #notify: NotifyRoom = (name, data) => {
    if (!this.router.closed) this.#options.notify(name, data);
  };

  static async create(options: RoomRouterOptions): Promise<RoomRouter> {
    return translatingMediaErrors(async () => {
      const router = await options.slot.worker.createRouter({ mediaCodecs: [...ROOM_CODECS] });
      const room: { current: RoomRouter | null } = { current: null };
      const speakers = await Speakers.create(router, {
        onChange: (producerId) => room.current?.handleSpeaker(producerId),
        onTalked: (seats) => room.current?.handleTalked(seats),
      });
      room.current = new RoomRouter(router, speakers, options);
      return room.current;
    });
  }

  private constructor(router: Router, speakers: Speakers, options: RoomRouterOptions) {
    this.roomId = options.roomId;
    this.slot = options.slot;
    this.router = router;
    this.pipes = new RoomPipes({ router, listening: options.pipeListening });
    this.#speakers = speakers;
    this.#options = options;
    router.on('workerclose', () => this.close('workerDied'));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What browsers may use. */
  get rtpCapabilities(): RtpCapabilities {
    return roomCapabilities(this.router.rtpCapabilities);
  }

  get tapCapabilities(): RtpCapabilities {
    return tapCapabilities(this.router.rtpCapabilities);
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  get producers(): readonly RoomProducer[] {
    return [...this.#producers.values()];
  }

  get producerStates(): ProducerState[] {
    return this.producers.map(({ producerId, seatId, kind, source, producer, demand }) => ({
      producerId,
      seatId,
      kind,
      source,
      paused: producer.paused,
      piped: demand === null ? null : { layer: demand.layer },
    }));
  }

  get transports(): WebRtcTransport[] {
    return this.members.flatMap((member) => member.transports);
  }

  get consumerCount(): number {
    return this.members.reduce((sum, member) => sum + member.consumers.size, 0);
  }

  /** @throws AppError `gone`: the seat has no media here (any more). */
  member(seatId: SeatId): Member {
    const member = this.#members.get(seatId);
    if (member === undefined) {
      throw new AppError('gone', { message: 'the seat has no media here' });
    }
    return member;
  }

  memberOrNew(seatId: SeatId): Member {
    const existing = this.#members.get(seatId);
    if (existing !== undefined) return existing;
    const member = new Member({
      roomId: this.roomId,
      seatId,
      router: this.router,
      webRtcServer: this.slot.webRtcServer,
      listenPlan: this.#options.listenPlan,
      unclaimedTimeoutMs: this.#options.unclaimedTimeoutMs ?? UNCLAIMED_TIMEOUT_MS,
      notify: this.#notify,
      scoreOfSent: () => this.#scoreOfSent(seatId),
      closeSent: () => this.#closeSentBy(seatId),
    });
    this.#members.set(seatId, member);
    return member;
  }

  removeMember(seatId: SeatId): void {
    this.#closeSentBy(seatId);
    this.#members.get(seatId)?.close();
    this.#members.delete(seatId);
  }

  #closeSentBy(seatId: SeatId): void {
    for (const entry of this.producers) if (entry.seatId === seatId) this.closeProducer(entry.producerId);
  }

  async connectTransport(
    seatId: SeatId,
    transportId: Parameters<Member['connectTransport']>[0],
    dtlsParameters: DtlsParameters,
  ): Promise<void> {
    await this.member(seatId).connectTransport(transportId, dtlsParameters);
  }

  /** Idempotent by `producerId`. */
  async produce(options: ProduceOptions): Promise<void> {
    const { seatId } = options;
    await this.#addOnce(options, async () => {
      const transport = this.member(seatId).sendTransport;
      const producer = await blamingDescription(() => transport.produce(mediasoupOptionsOf(options)));
      return { producer, ingest: null, demand: null };
    });
  }

  /** The stream comes as plain RTP (an encoder, a test) instead of WebRTC. Idempotent by `producerId`. */
  async openIngest(options: ProduceOptions): Promise<IngestAddress> {
    this.memberOrNew(options.seatId);
    const entry = await this.#addOnce(options, async () => {
      const ingest = await openIngestTransport(this.router);
      try {
        return { producer: await ingest.produce(mediasoupOptionsOf(options)), ingest, demand: null };
      } catch (error) {
        ingest.close();
        throw error;
      }
    });
    const { tuple, rtcpTuple } = entry.ingest ?? {};
    if (tuple === undefined || rtcpTuple === undefined) {
      throw new AppError('conflict', { message: 'the producer does not come as plain RTP' });
    }
    return { ip: tuple.localAddress, rtpPort: tuple.localPort, rtcpPort: rtcpTuple.localPort };
  }

  /** A stream that comes over the pipe from another node of the room. Idempotent by `producerId`. */
  async receivePiped(options: PipedOptions): Promise<void> {
    const { producerId, nodeId } = options;
    const { roomId } = this;
    const demand = new Demand((layer) => this.#notify('pipeWanted', { roomId, producerId, layer }));
    await this.#addOnce(options, async () => {
      const producer = await this.pipes.receive(nodeId, mediasoupOptionsOf(options));
      if (options.isAlwaysSent) demand.set(roomId, TOP_LAYER);
      return { producer, ingest: null, demand };
    });
  }

  async setProducerPaused(producerId: ProducerId, paused: boolean): Promise<void> {
    const { producer } = this.producer(producerId);
    if (producer.paused === paused) {
      return;
    }
    await translatingMediaErrors(() => (paused ? producer.pause() : producer.resume()));
    this.#notify('producerPaused', { roomId: this.roomId, producerId, paused });
  }

  /** Idempotent. */
  closeProducer(producerId: ProducerId): void {
    const entry = this.#producers.get(producerId);
    if (entry === undefined) return;
    this.#wallWatch.remove(entry);
    entry.producer.close();
    this.#forgetProducer(entry);
  }

  async consume(
    seatId: SeatId,
    producerIds: readonly ProducerId[],
    rtpCapabilities: RtpCapabilities,
  ): Promise<ConsumerOffer[]> {
    return translatingMediaErrors(() => {
      const producers = producerIds
        .flatMap((producerId) => this.#producers.get(producerId) ?? [])
        .filter(({ producerId }) => this.router.canConsume({ producerId, rtpCapabilities }));
      return this.member(seatId).consume(producers, rtpCapabilities);
    });
  }

  /** @throws AppError `gone`. */
  producer(producerId: ProducerId): RoomProducer {
    const entry = this.#producers.get(producerId);
    if (entry === undefined) {
      throw new AppError('gone', { message: 'no such producer' });
    }
    return entry;
  }

  /** Closes everything in the room and tells once. Idempotent. */
  close(cause: RoomCloseCause): void {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    this.#wallWatch.close();
    this.router.close();
    for (const member of this.#members.values()) {
      member.close();
    }
    this.#members.clear();
    this.#producers.clear();
    this.#options.log.info({ cause }, 'room closed');
    this.#options.onClosed(cause);
  }

  /** Called by the observers of this room's router only. */
  handleSpeaker(producerId: string | null): void {
    const entry = this.producers.find((candidate) => candidate.producerId === producerId);
    this.#notify('activeSpeaker', {
      roomId: this.roomId,
      seatId: entry?.seatId ?? null,
      producerId: entry?.producerId ?? null,
    });
  }

  /** Called by the observers of this room's router only. */
  handleTalked(seats: SfuNotice<'talked'>['seats']): void {
    this.#notify('talked', { roomId: this.roomId, seats });
  }

  async #addOnce(options: ProduceOptions, make: () => Promise<MadeProducer>): Promise<RoomProducer> {
    const { producerId } = options;
    const existing = this.#producers.get(producerId);
    if (existing !== undefined) {
      return ownedBy(options.seatId, existing);
    }
    // Nothing is awaited between looking and setting, or two requests at once would both make one.
    const pending = this.#producing.get(producerId);
    if (pending !== undefined) {
      return ownedBy(options.seatId, await pending);
    }
    const making = translatingMediaErrors(async () => this.#keepProducer(options, await make()));
    this.#producing.set(producerId, making);
    try {
      return await making;
    } finally {
      this.#producing.delete(producerId);
    }
  }

  #keepProducer(options: ProduceOptions, made: MadeProducer): RoomProducer {
    const { producer } = made;
    if (this.#isClosed || producer.closed) {
      throw new AppError('gone', { message: 'closed meanwhile' });
    }
    const { producerId, seatId, source } = options;
    const entry = roomProducer(options, made);
    this.#producers.set(producerId, entry);
    producer.on('transportclose', () => this.#forgetProducer(entry));
    producer.on('score', () => this.#members.get(seatId)?.handleScoreOfSent());
    this.#wallWatch.add(entry);
    // What comes over a pipe unasked is observed where it is always sent.
    if (source === 'microphone' && made.demand?.layer !== null) {
      this.#speakers.add(producer, seatId).catch((error: unknown) => {
        this.#options.log.debug({ err: error, producerId }, 'speaker is not observed');
      });
    }
    return entry;
  }

  #forgetProducer(entry: RoomProducer): void {
    const { producerId, seatId } = entry;
    if (this.#isClosed || !this.#producers.delete(producerId)) return;
    entry.ingest?.close();
    this.#speakers.handleProducerClosed(producerId);
    this.#members.get(seatId)?.handleScoreOfSent();
    this.#notify('producerClosed', { roomId: this.roomId, producerId, seatId });
  }

  #scoreOfSent(seatId: SeatId): number | null {
    const scores = this.producers.flatMap((entry) =>
      entry.seatId === seatId && !entry.producer.paused ? bestScoreOf(entry.producer) : [],
    );
    return scores.length === 0 ? null : Math.min(...scores);
  }
}

function ownedBy(seatId: SeatId, entry: RoomProducer): RoomProducer {
  if (entry.seatId !== seatId) {
    throw new AppError('conflict', { message: 'another seat has this producer' });
  }
  return entry;
}

/** Of simulcast streams the best counts: a sender on a poor line stops the others by itself. */
function bestScoreOf(producer: Producer): number[] {
  return producer.score.length === 0 ? [] : [Math.max(...producer.score.map(({ score }) => score))];
}

const Codecs = z.object({ codecs: z.array(z.object({ mimeType: z.string() })).min(1) });

/** A microphone that declares itself a camera would be recorded and shown as one. */
function assertKindOfCodec({ kind, rtpParameters }: ProduceOptions): void {
  const parsed = Codecs.safeParse(rtpParameters);
  const isOfKind = parsed.data?.codecs.every(({ mimeType }) => mimeType.toLowerCase().startsWith(`${kind}/`)) ?? false;
  if (!isOfKind) throw new AppError('invalidInput', { message: `codecs are not ${kind}` });
}

function mediasoupOptionsOf(options: ProduceOptions) {
  assertKindOfCodec(options);
  return {
    id: options.producerId,
    kind: options.kind,
    rtpParameters: options.rtpParameters,
    paused: options.paused,
    ...(options.kind === 'video' ? { keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS } : {}),
  };
}
