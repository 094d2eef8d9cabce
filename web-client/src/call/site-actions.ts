import { RequestId } from '../../../signaling/protocol/ids.ts';
import type { SeatId } from '../../../signaling/protocol/ids.ts';
import type { SiteOrder, SiteSetup } from '../../../signaling/protocol/sites.ts';
import { randomId } from './random-id.ts';
import type { RoomStore } from './room-store.ts';
import type { InsideState } from './room-state.ts';
import type { SignalingClient } from './signaling-client.ts';

type Sites = InsideState['tools']['sites'];

const withSites = (state: InsideState, sites: Partial<Sites>): InsideState => ({
  ...state,
  tools: { ...state.tools, sites: { ...state.tools.sites, ...sites } },
});

/** The screens of listening classrooms: what they say, what they are told, and what the teacher in front of one does for the class. */
export class SiteActions {
  readonly #store: RoomStore;
  readonly #call: SignalingClient['call'];

  constructor(store: RoomStore, call: SignalingClient['call']) {
    this.#store = store;
    this.#call = call;
  }

  /** Of the screen itself. Nobody is there to be told when it fails: the next report says the same. */
  async report(setup: SiteSetup): Promise<void> {
    await this.#call('reportSite', setup).catch(() => undefined);
  }

  control(seatId: SeatId, order: SiteOrder): Promise<unknown> {
    return this.#store.act(null, () => this.#call('controlSite', { seatId, order }));
  }

  setClassHand(siteSeatId: SeatId, raised: boolean): Promise<unknown> {
    return this.#store.act(
      (state) => {
        const others = state.hands.filter((hand) => hand.seatId !== siteSeatId);
        if (!raised) return { ...state, hands: others };
        return { ...state, hands: [...others, { seatId: siteSeatId, raisedAtMs: Date.now() + state.clockOffsetMs }] };
      },
      () => this.#call('setClassHand', { raised }),
    );
  }

  setClassSpeaker(siteSeatId: SeatId, name: string | null): Promise<unknown> {
    return this.#store.act(
      (state) => {
        const others = state.tools.sites.speakers.filter(({ seatId }) => seatId !== siteSeatId);
        return withSites(state, { speakers: name === null ? others : [...others, { seatId: siteSeatId, name }] });
      },
      () => this.#call('setClassSpeaker', { name }),
    );
  }

  /** True when it has arrived. To the lecturer without a seat. */
  async sendNote(text: string, toSeatId: SeatId | null): Promise<boolean> {
    const requestId = RequestId.parse(randomId());
    return (await this.#store.act(null, () => this.#call('sendTeacherNote', { requestId, toSeatId, text }))) !== null;
  }
}
