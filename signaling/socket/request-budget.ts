import type { Seat } from '../rooms/seat.ts';
import { Level, type Bucket } from '../runtime/bucket.ts';

/** Every request; a page that joins asks for a few dozen things at once. */
const ANY: Bucket = { capacity: 120, perSecond: 40 };
/** Chat messages; the class wall, at which a whole class opens its cameras. */
const CHAT: Bucket = { capacity: 6, perSecond: 1 };
/** Answers to a question: each is written before it is acknowledged, and nobody changes its mind faster. */
const ANSWERS: Bucket = { capacity: 10, perSecond: 2 };
/** Pages turned: a key that is held down must not flood the class and the recording. */
const PAGES: Bucket = { capacity: 10, perSecond: 4 };
/** Parts of strokes: each goes to the whole class, and a page that is drawn on sends five a second. */
const INK: Bucket = { capacity: 40, perSecond: 8 };
/** What each seat of the class is told of by itself. */
const RULES: Bucket = { capacity: 10, perSecond: 1 };
/** Each is written, and told to every teacher. */
const REPORTS: Bucket = { capacity: 3, perSecond: 0.1 };
/** Sound checks: one takes a quarter of a minute. */
const SOUND: Bucket = { capacity: 4, perSecond: 0.2 };
/** Orders to a screen and what it says of itself: a key that is held down must not flood it. */
const SITES: Bucket = { capacity: 12, perSecond: 2 };
/** People moved between groups: each move is told to many, and saved. */
const MOVES: Bucket = { capacity: 30, perSecond: 4 };
/** Hands: each time is told to the whole class. */
const HANDS: Bucket = { capacity: 10, perSecond: 1 };
/** Handshakes: a line that comes and goes has a new one every second or two for a while; each is answered with all of the room. */
const HANDSHAKES: Bucket = { capacity: 30, perSecond: 0.5 };
const OWN: Readonly<Record<string, Bucket>> = {
  setHand: HANDS,
  sendChat: CHAT,
  sendTeacherNote: CHAT,
  answerPoll: ANSWERS,
  showPage: PAGES,
  drawInk: INK,
  reportSite: SITES,
  controlSite: SITES,
  setClassHand: SITES,
  setClassSpeaker: SITES,
  tellGroups: CHAT,
  openGroups: MOVES,
  moveToGroup: MOVES,
  visitGroup: MOVES,
  setRules: RULES,
  handOver: RULES,
  report: REPORTS,
  setWall: CHAT,
  reportSound: SOUND,
};
/** So many refused or malformed requests make a client that is broken or hostile; they are forgiven one per second. */
const STRIKES: Bucket = { capacity: 30, perSecond: 1 };

/** What one seat may ask within a time (SPEC E2). */
export class RequestBudget {
  readonly #any: Level;
  readonly #strikes: Level;
  readonly #handshakes: Level;
  readonly #own = new Map<string, Level>();

  constructor(nowMs: number) {
    this.#any = new Level(ANY, nowMs);
    this.#strikes = new Level(STRIKES, nowMs);
    this.#handshakes = new Level(HANDSHAKES, nowMs);
  }

  /** False: too many. */
  take(requestName: string, nowMs: number): boolean {
    if (!this.#any.take(nowMs)) return false;
    const bucket = Object.hasOwn(OWN, requestName) ? OWN[requestName] : undefined;
    if (bucket === undefined) return true;
    const level = this.#own.get(requestName) ?? new Level(bucket, nowMs);
    this.#own.set(requestName, level);
    return level.take(nowMs);
  }

  /** False: it has come back too often. */
  takeHandshake(nowMs: number): boolean {
    return this.#handshakes.take(nowMs);
  }

  /** A malformed or excessive request. False: enough of them to disconnect. */
  strike(nowMs: number): boolean {
    return this.#strikes.take(nowMs);
  }
}

/** One budget for each seat, whatever connection it has: coming back renews nothing. It goes with the seat. */
export class SeatBudgets {
  readonly #budgets = new WeakMap<Seat, RequestBudget>();

  of(seat: Seat, nowMs: number): RequestBudget {
    const budget = this.#budgets.get(seat) ?? new RequestBudget(nowMs);
    this.#budgets.set(seat, budget);
    return budget;
  }
}
