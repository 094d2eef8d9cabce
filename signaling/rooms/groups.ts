import { AppError } from '../protocol/errors.ts';
import { GROUP_SIZE, hasGroups, joinsGroups, type Groups as ShownGroups } from '../protocol/groups.ts';
import type { RequestId, SeatId } from '../protocol/ids.ts';
import type { LessonFacts, RoomParsedParams } from '../protocol/room.ts';
import type { Clock } from './ports.ts';
import type { SavedGroups } from './room-state.ts';
import { hasJoined, type Seat } from './seat.ts';

/** A seat that is elsewhere now; null is outside of all groups. */
export interface GroupMove {
  readonly seatId: SeatId;
  readonly from: number | null;
  readonly to: number | null;
}

export interface GroupsOptions {
  readonly clock: Clock;
  readonly lesson: () => LessonFacts;
  readonly inside: () => readonly Seat[];
  /** 0 to below `count`, each as likely. */
  readonly random: (count: number) => number;
  /** Told before anybody moves. What is to be as it was when they are back. */
  readonly onOpening: (count: number) => Pick<SavedGroups, 'quietOnStage' | 'hasPausedRecording'>;
  /** They are elsewhere already; everything that follows for media is still to be done. */
  readonly onMoved: (moves: readonly GroupMove[]) => void;
  /** Everybody is back. */
  readonly onClosed: (before: Pick<SavedGroups, 'quietOnStage' | 'hasPausedRecording'>) => void;
  readonly onChanged: (shown: ShownGroups | null) => void;
}

interface Running extends Omit<SavedGroups, 'members' | 'visits'> {
  readonly members: Map<SeatId, number | null>;
  readonly visits: Map<SeatId, number>;
}

/** Who is in which group, which teacher visits which, and until when (SPEC N). */
export class Groups {
  readonly #options: GroupsOptions;
  #running: Running | null = null;
  #openedBy: RequestId | null = null;
  #cancelEnd: (() => void) | null = null;
  /** What the members send; until it is, nobody can be muted. */
  #isMediaKnown = true;

  constructor(options: GroupsOptions) {
    this.#options = options;
  }

  get shown(): ShownGroups | null {
    const running = this.#running;
    if (running === null) return null;
    const { count, openedAtMs, endsAtMs, placesRest } = running;
    return { count, openedAtMs, endsAtMs, placesRest };
  }

  /** The group that the seat is in or visits; null outside of all, and while none run. */
  placeOf(seatId: SeatId): number | null {
    return this.#running?.visits.get(seatId) ?? this.memberOf(seatId);
  }

  memberOf(seatId: SeatId): number | null {
    return this.#running?.members.get(seatId) ?? null;
  }

  /** Whether the one may hear and see the other. */
  areTogether(one: SeatId, other: SeatId): boolean {
    return this.#running === null || this.placeOf(one) === this.placeOf(other);
  }

  /** Idempotent by `requestId`. @throws AppError `forbidden`, `conflict`, `groupFull` (SPEC N1). */
  open({ requestId, count, members, placesRest, durationMs }: RoomParsedParams<'openGroups'>): void {
    if (requestId === this.#openedBy) return;
    const { kind, origin } = this.#options.lesson();
    if (!hasGroups(kind, origin)) throw new AppError('forbidden', { message: 'no groups in this kind of lesson' });
    if (this.#running !== null) throw new AppError('conflict', { message: 'groups run already' });
    const placed = this.#placed(members, count);
    const openedAtMs = this.#options.clock.nowMs();
    this.#openedBy = requestId;
    const before = this.#options.onOpening(count);
    const endsAtMs = durationMs === null ? null : openedAtMs + durationMs;
    this.#change(() => {
      this.#running = { count, openedAtMs, endsAtMs, placesRest, ...before, members: placed, visits: new Map() };
      if (placesRest) this.#placeRest();
    });
    this.#watchEnd();
  }

  /** @throws AppError `conflict`, `notFound`, `forbidden`, `groupFull` */
  move(seatId: SeatId, group: number | null): void {
    const running = this.#require(group);
    const seat = this.#options.inside().find((other) => other.seatId === seatId);
    if (seat === undefined) throw new AppError('notFound', { message: 'no such seat' });
    assertJoins(seat);
    if (running.members.has(seatId) && this.memberOf(seatId) === group) return;
    if (group !== null && this.#sizeOf(group) >= GROUP_SIZE) throw new AppError('groupFull');
    this.#change(() => running.members.set(seatId, group));
  }

  /** @throws AppError `conflict` */
  visit(teacher: Seat, group: number | null): void {
    const { visits } = this.#require(group);
    if ((visits.get(teacher.seatId) ?? null) === group) return;
    this.#change(() => {
      if (group === null) visits.delete(teacher.seatId);
      else visits.set(teacher.seatId, group);
    });
  }

  /** @throws AppError `conflict` */
  setTime(leftMs: number | null): void {
    const running = this.#require(null);
    running.endsAtMs = leftMs === null ? null : this.#options.clock.nowMs() + leftMs;
    this.#watchEnd();
    this.#options.onChanged(this.shown);
  }

  /** Everybody is back, at the latest when their media is known (SPEC N6). Idempotent. */
  close(): void {
    const running = this.#running;
    if (running === null) return;
    if (!this.#isMediaKnown) {
      this.setTime(0);
      return;
    }
    this.#end();
    this.#options.onMoved(movesBetween(placesIn(running), new Map()));
    this.#options.onClosed(running);
    this.#options.onChanged(null);
  }

  /** A newcomer, who sends and receives nothing yet. */
  arrived(seat: Seat): void {
    const running = this.#running;
    if (running === null || !running.placesRest || !joinsGroups(seat.kind) || running.members.has(seat.seatId)) return;
    this.#placeInSmallest(seat.seatId);
    this.#options.onChanged(this.shown);
  }

  /** Members keep their group, should they come back; a visit is over. */
  gone(seatId: SeatId): void {
    if (this.#running?.visits.delete(seatId) === true) this.#options.onChanged(this.shown);
  }

  /** A teacher has said whether it is recorded: what was before does not count any more. */
  recordingSetByHand(): void {
    if (this.#running !== null) this.#running.hasPausedRecording = false;
  }

  /** @throws AppError `conflict` while no groups run. */
  assertRunning(): void {
    this.#require(null);
  }

  /** The lesson is over; nobody is left to be moved. */
  finish(): void {
    this.#end();
  }

  save(): SavedGroups | null {
    const running = this.#running;
    if (running === null) return null;
    return { ...running, members: Object.fromEntries(running.members), visits: Object.fromEntries(running.visits) };
  }

  restore(saved: SavedGroups): void {
    const mapOf = <T>(record: Readonly<Record<string, T>>) => new Map(Object.entries(record) as [SeatId, T][]);
    this.#running = { ...saved, members: mapOf(saved.members), visits: mapOf(saved.visits) };
    this.#isMediaKnown = false;
  }

  /** After a take-over by another process; idempotent. */
  mediaKnown(): void {
    if (this.#isMediaKnown) return;
    this.#isMediaKnown = true;
    this.#watchEnd();
  }

  /** Idempotent. */
  stop(): void {
    this.#cancelEnd?.();
    this.#cancelEnd = null;
  }

  #end(): void {
    this.stop();
    this.#running = null;
    this.#openedBy = null;
  }

  #placed(members: RoomParsedParams<'openGroups'>['members'], count: number): Map<SeatId, number | null> {
    const inside = new Map(this.#options.inside().map((seat) => [seat.seatId, seat]));
    const placed = new Map<SeatId, number | null>();
    for (const { seatId, group } of members) {
      const seat = inside.get(seatId);
      if (seat === undefined) continue;
      assertJoins(seat);
      if (group > count) throw new AppError('invalidInput', { message: 'no such group' });
      placed.set(seatId, group);
    }
    for (let group = 1; group <= count; group += 1)
      if ([...placed.values()].filter((one) => one === group).length > GROUP_SIZE) throw new AppError('groupFull');
    return placed;
  }

  /** Evenly, each as likely in each group. */
  #placeRest(): void {
    const members = this.#running?.members;
    const rest = this.#options.inside().filter((seat) => hasJoined(seat) && joinsGroups(seat.kind));
    for (const { seatId } of this.#shuffled(rest)) if (members?.has(seatId) === false) this.#placeInSmallest(seatId);
  }

  #shuffled(seats: readonly Seat[]): Seat[] {
    const left = [...seats];
    return seats.flatMap(() => left.splice(this.#options.random(left.length), 1));
  }

  /** Of those as small, any one. Whom no group has room for stays outside. */
  #placeInSmallest(seatId: SeatId): void {
    const running = this.#running;
    if (running === null) return;
    const sizes = Array.from({ length: running.count }, (_unused, index) => this.#sizeOf(index + 1));
    const smallest = Math.min(...sizes);
    if (smallest >= GROUP_SIZE) return;
    const candidates = sizes.flatMap((size, index) => (size === smallest ? [index + 1] : []));
    running.members.set(seatId, candidates[this.#options.random(candidates.length)] ?? 1);
  }

  /** Of those who are there: who has gone leaves its place to others. */
  #sizeOf(group: number): number {
    return this.#options.inside().filter(({ seatId }) => this.memberOf(seatId) === group).length;
  }

  #require(group: number | null): Running {
    const running = this.#running;
    if (running === null) throw new AppError('conflict', { message: 'no groups run' });
    if (group !== null && group > running.count) throw new AppError('invalidInput', { message: 'no such group' });
    return running;
  }

  #change(run: () => void): void {
    const before = placesIn(this.#running);
    run();
    this.#options.onMoved(movesBetween(before, placesIn(this.#running)));
    this.#options.onChanged(this.shown);
  }

  #watchEnd(): void {
    this.stop();
    const endsAtMs = this.#running?.endsAtMs ?? null;
    if (endsAtMs === null || !this.#isMediaKnown) return;
    const { clock } = this.#options;
    this.#cancelEnd = clock.after(Math.max(0, endsAtMs - clock.nowMs()), () => this.close());
  }
}

function assertJoins(seat: Seat): void {
  if (!joinsGroups(seat.kind)) throw new AppError('forbidden', { message: 'this seat is in no group' });
}

type Places = ReadonlyMap<SeatId, number | null>;

const placesIn = (running: Running | null): Places =>
  running === null ? new Map() : new Map([...running.members, ...running.visits]);

function movesBetween(before: Places, after: Places): GroupMove[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((seatId) => {
    const [from, to] = [before.get(seatId) ?? null, after.get(seatId) ?? null];
    return from === to ? [] : [{ seatId, from, to }];
  });
}
