import { RequestId } from '../../../signaling/protocol/ids.ts';
import type { SeatId } from '../../../signaling/protocol/ids.ts';
import type { Layout, RollEntry } from '../../../signaling/protocol/room.ts';
import { asFailure } from '../api/request-failure.ts';
import { GroupActions } from './group-actions.ts';
import { randomId } from './random-id.ts';
import type { RoomStore } from './room-store.ts';
import { SiteActions } from './site-actions.ts';
import type { SignalingClient } from './signaling-client.ts';
import { ToolActions } from './tool-actions.ts';

const HISTORY_PAGE = 50;
/** What somebody has written waits for the line: a server that starts anew takes no longer. */
const WORDS_PATIENCE_MS = 60_000;

const newRequestId = (): RequestId => RequestId.parse(randomId());

/** What a person can do in the room. Each shows its effect at once and takes it back with a reason when refused. */
export class RoomActions {
  readonly tools: ToolActions;
  readonly sites: SiteActions;
  readonly groups: GroupActions;
  readonly #store: RoomStore;
  readonly #call: SignalingClient['call'];

  constructor(store: RoomStore, call: SignalingClient['call']) {
    this.#store = store;
    this.#call = call;
    this.tools = new ToolActions(store, call);
    this.sites = new SiteActions(store, call);
    this.groups = new GroupActions(store, call);
  }

  setHand(raised: boolean): Promise<unknown> {
    return this.#store.act(
      (state) => {
        const mine = state.self.seatId;
        const others = state.hands.filter((hand) => hand.seatId !== mine);
        if (!raised) return { ...state, hands: others };
        const hand = state.hands.find((one) => one.seatId === mine) ?? {
          seatId: mine,
          raisedAtMs: Date.now() + state.clockOffsetMs,
        };
        return { ...state, hands: [...others, hand].sort((a, b) => a.raisedAtMs - b.raisedAtMs) };
      },
      () => this.#call('setHand', { raised }),
    );
  }

  lowerHand(seatId: SeatId): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, hands: state.hands.filter((hand) => hand.seatId !== seatId) }),
      () => this.#call('lowerHand', { seatId }),
    );
  }

  inviteToStage(seatId: SeatId): Promise<unknown> {
    return this.#store.act(null, () => this.#call('inviteToStage', { seatId }));
  }

  answerStageInvitation(accept: boolean): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, self: { ...state.self, stageInvitation: false } }),
      () => this.#call('answerStageInvitation', { accept }),
    );
  }

  leaveStage(): Promise<unknown> {
    return this.#store.act(null, () => this.#call('leaveStage', {}));
  }

  removeFromStage(seatId: SeatId): Promise<unknown> {
    return this.#store.act(
      (state) => ({
        ...state,
        participants: state.participants.map((one) => (one.seatId === seatId ? { ...one, onStage: false } : one)),
      }),
      () => this.#call('removeFromStage', { seatId }),
    );
  }

  setTalking(talking: boolean): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, self: { ...state.self, talking } }),
      () => this.#call('setTalking', { talking }),
    );
  }

  muteSeat(seatId: SeatId): Promise<unknown> {
    return this.#store.act(
      (state) => ({
        ...state,
        producers: state.producers.map((producer) =>
          producer.seatId === seatId && producer.source === 'microphone' ? { ...producer, paused: true } : producer,
        ),
      }),
      () => this.#call('muteSeat', { seatId }),
    );
  }

  muteAll(): Promise<unknown> {
    return this.#store.act(null, () => this.#call('muteAll', {}));
  }

  removeSeat(seatId: SeatId, keepOut: boolean): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, participants: state.participants.filter((one) => one.seatId !== seatId) }),
      () => this.#call('removeSeat', { seatId, keepOut }),
    );
  }

  setLocked(locked: boolean): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, locked }),
      () => this.#call('setLocked', { locked }),
    );
  }

  admit(seatId: SeatId): Promise<unknown> {
    return this.#answerWaiting(seatId, 'admit');
  }

  deny(seatId: SeatId): Promise<unknown> {
    return this.#answerWaiting(seatId, 'deny');
  }

  admitAll(): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, waiting: [] }),
      () => this.#call('admitAll', {}),
    );
  }

  setLayout(layout: Layout, pinnedSeatId: SeatId | null): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, layout, pinnedSeatId }),
      () => this.#call('setLayout', { layout, pinnedSeatId }),
    );
  }

  /** True when the room took it. */
  async endLesson(): Promise<boolean> {
    return (await this.#store.act(null, () => this.#call('endLesson', {}))) !== null;
  }

  /** True when it is stored; the text stays in the box otherwise. */
  async sendChat(text: string): Promise<boolean> {
    const requestId = newRequestId();
    const untilMs = Date.now() + WORDS_PATIENCE_MS;
    const { view } = this.#store.getState();
    // It waits for the line, and the groups may be over by then.
    const place = view.phase === 'inside' ? { group: view.self.group } : {};
    const send = () => this.#call('sendChat', { requestId, text, ...place }, untilMs - Date.now());
    // What went out and was not answered is stored once however often it is sent (SPEC C3), in one patience for all of it.
    const persist = (error: unknown) => {
      const failure = asFailure(error);
      return failure.isConnection && Date.now() < untilMs ? send() : Promise.reject(failure);
    };
    const result = await this.#store.act(null, () => send().catch(persist));
    if (result !== null) this.#store.addChatHistory([result.message]);
    return result !== null;
  }

  /** Older messages than those known; false when there are no more. */
  async loadOlderChat(beforeMs: number): Promise<boolean> {
    const page = await this.#store.act(null, () => this.#call('chatHistory', { beforeMs, limit: HISTORY_PAGE }));
    if (page === null) return true;
    this.#store.addChatHistory(page.messages);
    return page.more;
  }

  async roll(): Promise<readonly RollEntry[] | null> {
    return (await this.#store.act(null, () => this.#call('roll', {})))?.entries ?? null;
  }

  async participants(offset: number) {
    return this.#store.act(null, () => this.#call('participants', { offset, limit: HISTORY_PAGE }));
  }

  setRecordingPaused(paused: boolean): Promise<unknown> {
    return this.#store.act(
      // A recording that has stopped does not go on by this.
      (state) => (state.recording === 'failed' ? state : { ...state, recording: paused ? 'paused' : 'recording' }),
      () => this.#call('setRecordingPaused', { paused }),
    );
  }

  /** True when the room took it. */
  async startRecording(): Promise<boolean> {
    return (await this.#store.act(null, () => this.#call('startRecording', {}))) !== null;
  }

  /** True when the room took it. */
  async redoTake(): Promise<boolean> {
    const result = await this.#store.act(
      (state) => ({ ...state, takes: state.takes && { ...state.takes, last: null } }),
      () => this.#call('redoTake', {}),
    );
    return result !== null;
  }

  async addMarker(title: string): Promise<boolean> {
    const requestId = newRequestId();
    return (await this.#store.act(null, () => this.#call('addMarker', { requestId, title }))) !== null;
  }

  #answerWaiting(seatId: SeatId, answer: 'admit' | 'deny'): Promise<unknown> {
    return this.#store.act(
      (state) => ({ ...state, waiting: state.waiting.filter((one) => one.seatId !== seatId) }),
      () => this.#call(answer, { seatId }),
    );
  }
}
