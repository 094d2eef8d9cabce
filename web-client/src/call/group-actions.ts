import { RequestId } from '../../../signaling/protocol/ids.ts';
import type { SeatId } from '../../../signaling/protocol/ids.ts';
import type { RoomParams } from '../../../signaling/protocol/room.ts';
import { randomId } from './random-id.ts';
import type { RoomStore } from './room-store.ts';
import type { SignalingClient } from './signaling-client.ts';

const newRequestId = (): RequestId => RequestId.parse(randomId());

/** What a teacher does with groups. Where anybody is, the server says: a move is shown when it has happened. */
export class GroupActions {
  readonly #store: RoomStore;
  readonly #call: SignalingClient['call'];

  constructor(store: RoomStore, call: SignalingClient['call']) {
    this.#store = store;
    this.#call = call;
  }

  /** True when they are open. */
  async open(order: Omit<RoomParams<'openGroups'>, 'requestId'>): Promise<boolean> {
    const requestId = newRequestId();
    return (await this.#store.act(null, () => this.#call('openGroups', { requestId, ...order }))) !== null;
  }

  move(seatId: SeatId, group: number | null): Promise<unknown> {
    return this.#store.act(
      (state) => ({
        ...state,
        participants: state.participants.map((one) => (one.seatId === seatId ? { ...one, group } : one)),
      }),
      () => this.#call('moveToGroup', { seatId, group }),
    );
  }

  visit(group: number | null): Promise<unknown> {
    return this.#store.act(null, () => this.#call('visitGroup', { group }));
  }

  setTime(leftMs: number | null): Promise<unknown> {
    return this.#store.act(null, () => this.#call('setGroupsTime', { leftMs }));
  }

  /** True when everybody has it; the text stays in the box otherwise. */
  async tell(text: string): Promise<boolean> {
    const requestId = newRequestId();
    return (await this.#store.act(null, () => this.#call('tellGroups', { requestId, text }))) !== null;
  }

  close(): Promise<unknown> {
    return this.#store.act(null, () => this.#call('closeGroups', {}));
  }
}
