import type { SeatId } from '../../../signaling/protocol/ids.ts';
import { roomNotices } from '../../../signaling/protocol/room.ts';
import type { CloseReason, RoomNoticeName } from '../../../signaling/protocol/room.ts';
import { asFailure } from '../api/request-failure.ts';
import type { RequestFailure } from '../api/request-failure.ts';
import type { MediaState } from './media-session.ts';
import { fromSnapshot, mergeChat, reduceNotice } from './room-state.ts';
import type { InsideState, RoomView } from './room-state.ts';
import type { ConnectionState, SignalingClient } from './signaling-client.ts';
import { SpeakerFocus } from './speaker-focus.ts';

/** Something that did not work, said once in plain words. */
export interface Complaint {
  readonly id: number;
  readonly failure: RequestFailure;
}

export interface CallState {
  readonly view: RoomView;
  readonly connection: ConnectionState;
  readonly media: MediaState;
  /** Who is shown large; follows the active speaker with hysteresis. */
  readonly focus: SeatId | null;
  readonly complaint: Complaint | null;
  /** Who or what muted us; shown until it is seen. */
  readonly muted: 'teacher' | 'echo' | null;
}

export type Patch = (state: InsideState) => InsideState;

const LONGEST_HOLD_MS = 300;
const NO_MEDIA: MediaState = { line: 'idle', local: [], remote: [] };

/**
 * State of the call for whoever shows it; knows no framework. Truth comes from the server's snapshot and notices; what a
 * person has just done lies on top of it until the server has answered.
 */
export class RoomStore {
  readonly #listeners = new Set<() => void>();
  readonly #patches = new Map<number, Patch>();
  readonly #focus = new SpeakerFocus((seatId) => this.#set({ focus: seatId }));
  #truth: RoomView = { phase: 'joining' };
  #state: CallState = {
    view: this.#truth,
    connection: { kind: 'connecting' },
    media: NO_MEDIA,
    focus: null,
    complaint: null,
    muted: null,
  };
  #count = 0;
  #isHeld = false;

  /** Both are stable functions, as `useSyncExternalStore` wants them. */
  readonly getState = (): CallState => this.#state;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Follows a client's notices. Returns the function that stops it. */
  follow(client: Pick<SignalingClient, 'on'>): () => void {
    const stops = (Object.keys(roomNotices) as RoomNoticeName[])
      .filter((name) => name !== 'snapshot' && name !== 'closed' && name !== 'seatToken')
      .map((name) => client.on(name, (data) => this.#apply(reduceNotice(this.#truth, name, data as never))));
    stops.push(
      client.on('snapshot', (snapshot) => this.#apply(fromSnapshot(snapshot, this.#truth, Date.now()))),
      client.on('state', (connection) => this.#set({ connection })),
      client.on('activeSpeaker', ({ seatId }) => this.#focus.handleActiveSpeaker(seatId)),
      client.on('mutedByTeacher', ({ cause }) => this.#set({ muted: cause })),
    );
    return () => {
      for (const stop of stops) stop();
      this.#focus.close();
    };
  }

  /** Ends when there is something to show: the room, its lobby, that it is over, or that the line is away. */
  whenShowable(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        const { view, connection } = this.#state;
        const isUnderWay = connection.kind === 'connecting' || connection.kind === 'connected';
        if (view.phase === 'joining' && isUnderWay) return;
        stop();
        resolve();
      };
      const stop = this.subscribe(look);
      look();
    });
  }

  /** Listeners are told of nothing until the work has ended, or has taken too long. */
  holdFor(work: Promise<unknown>): void {
    this.#isHeld = true;
    const release = (): void => {
      clearTimeout(timer);
      if (!this.#isHeld) return;
      this.#isHeld = false;
      this.#tell();
    };
    const timer = setTimeout(release, LONGEST_HOLD_MS);
    work.then(release, release);
  }

  setMedia(media: MediaState): void {
    this.#set({ media });
  }

  /** The page's own end of the connection, when no socket is left to say it. */
  setClosed(reason: CloseReason): void {
    this.#set({ connection: { kind: 'closed', reason } });
  }

  addChatHistory(messages: InsideState['chat']): void {
    if (this.#truth.phase !== 'inside') return;
    this.#apply({ ...this.#truth, chat: mergeChat(this.#truth.chat, messages) });
  }

  /**
   * Shows the effect of an action at once. When the server refuses, it is taken back and the reason is shown; when it
   * agrees, the effect stays (its notice says the same).
   */
  async act<T>(patch: Patch | null, request: () => Promise<T>): Promise<T | null> {
    this.#count += 1;
    const id = this.#count;
    if (patch !== null) {
      this.#patches.set(id, patch);
      this.#refresh();
    }
    try {
      const result = await request();
      if (patch !== null && this.#truth.phase === 'inside') this.#truth = patch(this.#truth);
      return result;
    } catch (error) {
      this.#set({ complaint: { id, failure: asFailure(error) } });
      return null;
    } finally {
      this.#patches.delete(id);
      this.#refresh();
    }
  }

  dismissComplaint(): void {
    this.#set({ complaint: null });
  }

  dismissMuted(): void {
    this.#set({ muted: null });
  }

  #apply(truth: RoomView): void {
    if (truth === this.#truth) return;
    this.#truth = truth;
    this.#refresh();
  }

  #refresh(): void {
    let view = this.#truth;
    if (view.phase === 'inside') for (const patch of this.#patches.values()) view = patch(view);
    this.#set({ view });
  }

  #set(change: Partial<CallState>): void {
    this.#state = { ...this.#state, ...change };
    if (!this.#isHeld) this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
