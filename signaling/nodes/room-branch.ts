import type { sfuContract } from '../../sfu/contract.ts';
import { AppError } from '../protocol/errors.ts';
import type { ProducerId, SeatId } from '../protocol/ids.ts';
import type { MediaListener } from '../rooms/ports.ts';
import type { InnerParams, InnerRequestName, InnerResult } from '../runtime/inner-contract.ts';
import type { RoomDescription, SfuRoom } from './sfu-room.ts';
import type { SfuLink } from './sfu-nodes.ts';
import { orderOf, type OfRoom, type RoomName } from './sfu-order.ts';

/** How long a node whose link broke may come back before its seats go to the home node. */
const WAIT_FOR_NODE_MS = 1_500;

type Contract = typeof sfuContract;
type Order = <N extends InnerRequestName<Contract>>(
  name: N,
  params: Omit<InnerParams<Contract, N>, OfRoom>,
) => Promise<InnerResult<Contract, N>>;

/** The part of a room on one node, as far as that node's notices need it. */
export interface RoomPart {
  readonly listener: MediaListener;
  lostByNode(): void;
  pipeWanted(producerId: ProducerId, layer: number | null): void;
}

export interface RoomBranchOptions {
  readonly room: RoomName;
  readonly nodeId: string;
  readonly link: (nodeId: string) => SfuLink | null;
  readonly home: () => SfuRoom;
  readonly listener: MediaListener;
  /** It is gone, with the seats that it had. Called once. */
  readonly onLost: (cause: unknown) => void;
}

/**
 * A node beside its home on which a room has seats: those of its region. Every stream comes and goes through one pipe to the home node,
 * once, whatever the number of seats here.
 */
export class RoomBranch {
  readonly nodeId: string;
  readonly listener: MediaListener;
  readonly seats = new Set<SeatId>();
  readonly #options: RoomBranchOptions;
  readonly #brought = new Map<ProducerId, Promise<void>>();
  #ready: Promise<void>;
  #pipe: Promise<void>;
  #awayTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** Opens the room on the node. `isThere`: a process before this one did, it is to be adopted. */
  constructor(options: RoomBranchOptions, { isThere }: { readonly isThere: boolean }) {
    this.#options = options;
    this.nodeId = options.nodeId;
    this.listener = options.listener;
    this.#ready = isThere ? this.#untilBack() : this.#open();
    this.#pipe = isThere ? this.#ready : this.#ready.then(async () => this.#openPipe());
    this.#pipe.catch((error: unknown) => this.lost(error));
  }

  /** Resolves when the room is open here, rejects when that has failed. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  isOn(link: SfuLink): boolean {
    return !this.#isClosed && this.#options.link(this.nodeId) === link;
  }

  readonly order: Order = async (name, params) => {
    const link = this.#options.link(this.nodeId);
    if (this.#isClosed || link === null) throw new AppError('unavailable', { message: 'the far node is away' });
    try {
      return await orderOf(link, this.#options.room, name, params);
    } catch (error) {
      if (error instanceof AppError && error.code === 'gone') await this.#lostIfRoomGone(error);
      throw error;
    }
  };

  /** The stream from the home node, for whoever is here. @throws AppError `gone` when there is no such stream (any more) */
  async bring(producerId: ProducerId): Promise<void> {
    const known = this.#brought.get(producerId);
    const bringing = known ?? this.#bring(producerId);
    if (known === undefined) {
      this.#brought.set(producerId, bringing);
      bringing.catch(() => this.forget(producerId));
    }
    await bringing;
  }

  /** A stream that a seat here sends, to the home node: from there it reaches everybody else. */
  async raise(producerId: ProducerId): Promise<void> {
    await this.#pipe;
    const { home, nodeId } = this.#atHome();
    const stream = await this.order('sendPiped', { nodeId, producerId });
    const isAlwaysSent = stream.kind === 'audio';
    await home.order('receivePiped', { ...stream, nodeId: this.nodeId, producerId, isAlwaysSent });
  }

  async setBroughtPaused(producerId: ProducerId, paused: boolean): Promise<void> {
    if (
      (await this.#brought
        .get(producerId)
        ?.then(() => true)
        .catch(() => false)) !== true
    )
      return;
    await this.order('setProducerPaused', { producerId, paused });
  }

  closeBrought(producerId: ProducerId): void {
    if (!this.forget(producerId)) return;
    this.order('closeProducer', { producerId }).catch(() => undefined);
  }

  forget(producerId: ProducerId): boolean {
    return this.#brought.delete(producerId);
  }

  /** What it holds, after a time in which it could not be heard; null when it is lost. */
  async describe(): Promise<RoomDescription | null> {
    try {
      await this.#ready;
      const held = await this.order('describeRoom', {});
      if (!held.exists) throw new AppError('gone', { message: 'the far node has lost the room' });
      this.seats.clear();
      this.#brought.clear();
      for (const { seatId } of held.seats) this.seats.add(seatId);
      for (const { producerId, piped } of held.producers) {
        if (piped !== null) this.#brought.set(producerId, Promise.resolve());
      }
      return held;
    } catch (error) {
      this.lost(error);
      return null;
    }
  }

  /** The link to the node broke; the node may be well. */
  linkLost(): void {
    if (this.#isClosed || this.#awayTimer !== undefined) return;
    this.#ready = this.#untilBack();
    this.#ready.catch((error: unknown) => this.lost(error));
  }

  #comeBack: (() => void) | null = null;

  /** Links have changed: whether it was away and is back. */
  wake(): boolean {
    if (this.#comeBack === null || this.#options.link(this.nodeId)?.client.state !== 'open') return false;
    this.#comeBack();
    return true;
  }

  /** The node says that the room is gone. */
  lostByNode(): void {
    this.lost(new AppError('gone', { message: 'the far node has lost the room' }));
  }

  lost(cause: unknown): void {
    if (this.#isClosed) return;
    this.close();
    this.#options.onLost(cause);
  }

  /** The room leaves the node. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.order('closeRoom', {}).catch(() => undefined);
    this.abandon();
    const home = this.#options.home();
    home.order('closePipe', { nodeId: this.nodeId }).catch(() => undefined);
  }

  /** Leaves the node as it is for the room's next owner. */
  abandon(): void {
    this.#isClosed = true;
    clearTimeout(this.#awayTimer);
    this.#comeBack = null;
  }

  async #open(): Promise<void> {
    // What is left there of an earlier time, with members and pipes that nobody knows any more, goes first.
    await Promise.all([this.order('closeRoom', {}), this.order('openRoom', {})]);
  }

  async #openPipe(): Promise<void> {
    const { home, nodeId } = this.#atHome();
    const [homeEnd, farEnd] = await Promise.all([
      home.order('openPipe', { nodeId: this.nodeId }),
      this.order('openPipe', { nodeId }),
    ]);
    await Promise.all([
      home.order('connectPipe', { nodeId: this.nodeId, end: farEnd }),
      this.order('connectPipe', { nodeId, end: homeEnd }),
    ]);
  }

  async #bring(producerId: ProducerId): Promise<void> {
    await this.#pipe;
    const { home, nodeId } = this.#atHome();
    const stream = await home.order('sendPiped', { nodeId: this.nodeId, producerId });
    await this.order('receivePiped', { ...stream, nodeId, producerId, isAlwaysSent: false });
  }

  /** @throws AppError `unavailable` while the room has no home. */
  #atHome(): { readonly home: SfuRoom; readonly nodeId: string } {
    const home = this.#options.home();
    if (home.place === null) throw new AppError('unavailable', { message: 'no media node holds the room' });
    return { home, nodeId: home.place.nodeId };
  }

  /** `gone` may be about a seat or a stream. */
  async #lostIfRoomGone(cause: AppError): Promise<void> {
    const link = this.#options.link(this.nodeId);
    const held = link === null ? null : await orderOf(link, this.#options.room, 'describeRoom', {}).catch(() => null);
    if (held?.exists === false) this.lost(cause);
  }

  #untilBack(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const settle = (done: () => void) => (): void => {
      clearTimeout(this.#awayTimer);
      this.#awayTimer = undefined;
      this.#comeBack = null;
      done();
    };
    this.#comeBack = settle(resolve);
    const giveUp = settle(() => reject(new AppError('unavailable', { message: 'the far node did not come back' })));
    this.#awayTimer = setTimeout(giveUp, WAIT_FOR_NODE_MS);
    if (this.#options.link(this.nodeId)?.client.state === 'open') this.#comeBack();
    return promise;
  }
}
