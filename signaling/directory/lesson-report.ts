import type { PollWithAnswers, RosterEntry, Seat, SeatActivity, Stay } from '../../storage/ports.ts';
import type { PersonId, SeatId } from '../protocol/ids.ts';
import type { RouteReplyInput } from '../protocol/rest.ts';
import { isTeacherSeat, type LessonKind } from '../protocol/seats.ts';
import { isCorrect, tallyOf } from '../rooms/poll-tally.ts';
import { wardNames } from '../rooms/roll.ts';

type Report = RouteReplyInput<'lessonReport'>;
type ReportedPerson = Report['people'][number];

export interface LessonRecords {
  readonly roster: readonly RosterEntry[];
  readonly seats: readonly Seat[];
  readonly stays: readonly Stay[];
  readonly polls: readonly PollWithAnswers[];
  readonly activity: readonly SeatActivity[];
}

/** What was asked in a lesson, with counts. */
export function reportedPolls(polls: readonly PollWithAnswers[]): Report['polls'] {
  return polls
    .filter(({ poll }) => poll.state !== 'prepared')
    .map(({ poll, answers }) => {
      const { pollId, question, state, openedAtMs } = poll;
      const counted = tallyOf(
        question,
        answers.map(({ answer }) => answer),
      );
      const { answered, counts, correctCount } = counted;
      return { pollId, question, state, openedAtMs, answered, counts, correctCount };
    });
}

/**
 * Everybody expected, in the order of the roster, then everybody else who came. In a meeting those expected are the children, and each is there as long as anybody is who came for it
 * (SPEC S7), by name as on the roll of the room; who waited and was never admitted did not come.
 */
export function reportedPeople(
  kind: LessonKind,
  { roster, seats, stays, polls, activity }: LessonRecords,
  nowMs: number,
): ReportedPerson[] {
  const came = new Set(stays.map(({ seatId }) => seatId));
  const counted = seats.filter(({ seatId, seat }) => came.has(seatId) && !isTeacherSeat(seat) && seat !== 'observer');
  const standsFor = (seat: Seat, { personId, displayName }: RosterEntry): boolean =>
    personOf(seat) === personId || (kind === 'meeting' && wardNames(seat).includes(displayName));
  const cameAs = (own: readonly Seat[]) => {
    const seatIds = new Set(own.map(({ seatId }) => seatId));
    return {
      seat: own[0]?.seat ?? null,
      ...presenceOf(
        stays.filter(({ seatId }) => seatId !== null && seatIds.has(seatId)),
        nowMs,
      ),
      ...activityOf(activity.filter(({ seatId }) => seatIds.has(seatId))),
      answers: answersOf(seatIds, polls),
    };
  };
  const placed = new Set<SeatId>();
  const expected = roster.map((entry) => {
    const { personId, displayName, classGroup } = entry;
    const own = counted.filter((seat) => standsFor(seat, entry));
    for (const { seatId } of own) placed.add(seatId);
    const cameFor = own.filter((seat) => personOf(seat) !== personId).map((seat) => seat.displayName);
    return { personId, displayName, classGroup, cameFor, ...cameAs(own) };
  });
  const others = counted.filter(({ seatId }) => !placed.has(seatId));
  return [
    ...expected,
    ...others.map((seat) => ({
      personId: personOf(seat),
      displayName: seat.displayName,
      classGroup: seat.schoolName,
      cameFor: [],
      ...cameAs([seat]),
    })),
  ];
}

/** How long teachers were heard. */
export function teachersTalkedMs({ seats, activity }: Pick<LessonRecords, 'seats' | 'activity'>): number {
  const teachers = new Set(seats.filter(({ seat }) => isTeacherSeat(seat)).map(({ seatId }) => seatId));
  return activity.reduce((sum, { seatId, talkedMs }) => sum + (teachers.has(seatId) ? talkedMs : 0), 0);
}

/** Of all seats that somebody had together; a line that was measured longer says more. */
export function activityOf(activity: readonly SeatActivity[]) {
  const total = (of: (one: SeatActivity) => number): number => activity.reduce((sum, one) => sum + of(one), 0);
  const lineMs = total((one) => one.lineMs);
  return {
    talkedMs: total((one) => one.talkedMs),
    handsRaised: total((one) => one.handsRaised),
    lineScore: lineMs === 0 ? null : Math.round((total((one) => one.lineScoreMs) / lineMs) * 10) / 10,
    poorLineMs: total((one) => one.poorLineMs),
  };
}

const personOf = ({ holder }: Seat): PersonId | null => (holder.kind === 'person' ? holder.personId : null);

/** Stays are in order; those of two seats may overlap, and are counted once. */
function presenceOf(stays: readonly Stay[], nowMs: number) {
  const isThere = stays.some(({ leftAtMs }) => leftAtMs === null);
  let presentMs = 0;
  let countedToMs = 0;
  for (const { joinedAtMs, leftAtMs } of stays) {
    const toMs = leftAtMs ?? nowMs;
    presentMs += Math.max(0, toMs - Math.max(joinedAtMs, countedToMs));
    countedToMs = Math.max(countedToMs, toMs);
  }
  return {
    firstJoinedAtMs: stays[0]?.joinedAtMs ?? null,
    lastLeftAtMs: isThere || stays.length === 0 ? null : Math.max(...stays.map(({ leftAtMs }) => leftAtMs ?? 0)),
    presentMs,
  };
}

function answersOf(seatIds: ReadonlySet<SeatId>, polls: readonly PollWithAnswers[]): ReportedPerson['answers'] {
  return polls.flatMap(({ poll, answers }) =>
    answers
      .filter(({ seatId }) => seatId !== null && seatIds.has(seatId))
      .map(({ answer, answeredAtMs }) => ({
        ...{ pollId: poll.pollId, answer, answeredAtMs },
        isCorrect: isCorrect(poll.question, answer),
      })),
  );
}
