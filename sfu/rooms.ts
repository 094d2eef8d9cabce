import { AppError } from '../signaling/protocol/errors.ts';
import type { Fence, RoomId } from '../signaling/protocol/ids.ts';
import type { InnerConnection } from '../signaling/runtime/inner-server.ts';
import type { Log } from '../signaling/runtime/log.ts';
import type { sfuContract } from './contract.ts';
import type { ListenPlan, PipeListening } from './media/listen-plan.ts';
import type { NotifyRoom } from './media/notify.ts';
import { RoomRouter, type RoomCloseCause } from './media/room-router.ts';
import type { WorkerPool, WorkerSlot } from './media/worker-pool.ts';

const OWNERLESS_GRACE_MS = 30_000;
/** A lesson's fence is of no use long after it; this many cover a district's day. */
const MAX_REMEMBERED_FENCES = 50_000;
const MAX_OPEN_ATTEMPTS = 3;
/** A room's own cost, in streams, when workers are compared. */
const WEIGHT_PER_ROOM = 10;

/** A connection that orders for rooms. */
export type RoomOwner = InnerConnection<typeof sfuContract>;

export interface RoomOrder {
  readonly roomId: RoomId;
  readonly fence: Fence;
}

interface RoomEntry {
  readonly room: RoomRouter;
  /** Those who ordered with the highest fence: they get the room's notices. */
  readonly owners: Set<RoomOwner>;
  graceTimer: NodeJS.Timeout | undefined;
}

export interface RoomsOptions {
  readonly pool: WorkerPool;
  readonly listenPlan: ListenPlan;
  readonly pipeListening: PipeListening;
  readonly log: Log;
  readonly ownerlessGraceMs?: number;
  readonly unclaimedTimeoutMs?: number;
}

/** The rooms of this node and who may order for them: fencing, adoption, and the grace for a room whose owner is gone. */
export class Rooms {
  readonly #options: RoomsOptions;
  readonly #entries = new Map<RoomId, RoomEntry>();
  readonly #opening = new Map<RoomId, Promise<RoomEntry>>();
  readonly #fences = new Map<RoomId, number>();
  #isClosed = false;

  constructor(options: RoomsOptions) {
    this.#options = options;
  }

  get all(): readonly RoomRouter[] {
    return [...this.#entries.values()].map(({ room }) => room);
  }

  /** The room that is there, or a new one on the least loaded worker. @throws AppError `staleFence`, `unavailable`. */
  async open(order: RoomOrder, owner: RoomOwner): Promise<RoomRouter> {
    const { roomId } = order;
    this.#admit(order);
    const entry = this.#entries.get(roomId) ?? (await this.#openOnce(roomId));
    // A newer owner may have come while the room was being made.
    this.#admit(order);
    this.#adopt(entry, owner);
    return entry.room;
  }

  /** The room an order is about, adopted for the one who orders. @throws AppError `staleFence`, `gone`. */
  get(order: RoomOrder, owner: RoomOwner): RoomRouter {
    const room = this.find(order, owner);
    if (room === null) {
      throw new AppError('gone', { message: 'the room is not on this node' });
    }
    return room;
  }

  /** @throws AppError `staleFence`. */
  find(order: RoomOrder, owner: RoomOwner): RoomRouter | null {
    this.#admit(order);
    const entry = this.#entries.get(order.roomId);
    if (entry === undefined) {
      return null;
    }
    this.#adopt(entry, owner);
    return entry.room;
  }

  /** Without an order: for taps, which are fenced by their recording. @throws AppError `gone`. */
  lookUp(roomId: RoomId): RoomRouter {
    const entry = this.#entries.get(roomId);
    if (entry === undefined) {
      throw new AppError('gone', { message: 'the room is not on this node' });
    }
    return entry.room;
  }

  /** Idempotent. @throws AppError `staleFence`. */
  close(order: RoomOrder): void {
    this.#admit(order);
    this.#entries.get(order.roomId)?.room.close('requested');
  }

  handleOwnerGone(owner: RoomOwner): void {
    for (const entry of this.#entries.values()) {
      if (entry.owners.delete(owner) && entry.owners.size === 0) {
        entry.graceTimer = setTimeout(
          () => entry.room.close('ownerGone'),
          this.#options.ownerlessGraceMs ?? OWNERLESS_GRACE_MS,
        );
      }
    }
  }

  closeAll(): void {
    this.#isClosed = true;
    for (const room of this.all) {
      room.close('shutdown');
    }
  }

  /** Refuses an order older than one seen before, also for a room that is closed by now. */
  #admit({ roomId, fence }: RoomOrder): void {
    const highest = this.#fences.get(roomId) ?? 0;
    if (fence < highest) {
      throw new AppError('staleFence', { message: 'a newer owner has this room', details: { highest } });
    }
    if (fence === highest && this.#fences.has(roomId)) {
      return;
    }
    // Re-inserting keeps the map in the order of last growth, so that the oldest are forgotten first.
    this.#fences.delete(roomId);
    this.#fences.set(roomId, fence);
    this.#entries.get(roomId)?.owners.clear();
    for (const oldest of this.#fences.keys()) {
      if (this.#fences.size <= MAX_REMEMBERED_FENCES) {
        break;
      }
      this.#fences.delete(oldest);
    }
  }

  #adopt(entry: RoomEntry, owner: RoomOwner): void {
    clearTimeout(entry.graceTimer);
    if (owner.isOpen) {
      entry.owners.add(owner);
    } else {
      // Its last order was still on the way when the connection went; the grace must run all the same.
      entry.owners.add(owner);
      this.handleOwnerGone(owner);
    }
  }

  async #openOnce(roomId: RoomId): Promise<RoomEntry> {
    const opening = this.#opening.get(roomId) ?? this.#openNew(roomId);
    this.#opening.set(roomId, opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(roomId);
    }
  }

  async #openNew(roomId: RoomId): Promise<RoomEntry> {
    const { pool, listenPlan, pipeListening, log, unclaimedTimeoutMs } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const slot = pool.pickLightest((candidate) => this.#weightOf(candidate));
      const owners = new Set<RoomOwner>();
      const notify: NotifyRoom = (name, data) => {
        for (const owner of owners) {
          owner.notify(name, data);
        }
      };
      try {
        const room = await RoomRouter.create({
          roomId,
          slot,
          listenPlan,
          pipeListening,
          notify,
          onClosed: (cause) => this.#handleClosed(roomId, cause, notify),
          log: log.child({ roomId, worker: slot.index }),
          ...(unclaimedTimeoutMs === undefined ? {} : { unclaimedTimeoutMs }),
        });
        if (this.#isClosed) {
          room.close('shutdown');
          throw new AppError('unavailable', { message: 'the node is stopping' });
        }
        const entry: RoomEntry = { room, owners, graceTimer: undefined };
        this.#entries.set(roomId, entry);
        log.info({ roomId, worker: slot.index }, 'room opened');
        return entry;
      } catch (error) {
        // The worker died under the room: the next attempt takes another.
        if (!slot.worker.closed || attempt === MAX_OPEN_ATTEMPTS) {
          throw error;
        }
      }
    }
  }

  #handleClosed(roomId: RoomId, cause: RoomCloseCause, notify: NotifyRoom): void {
    clearTimeout(this.#entries.get(roomId)?.graceTimer);
    this.#entries.delete(roomId);
    if (cause !== 'requested') {
      notify('roomClosed', { roomId, cause });
    }
  }

  #weightOf(slot: WorkerSlot): number {
    return this.all
      .filter((room) => room.slot === slot)
      .reduce((sum, room) => sum + WEIGHT_PER_ROOM + room.consumerCount + room.producers.length, 0);
  }
}
