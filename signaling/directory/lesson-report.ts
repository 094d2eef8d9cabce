import type { PollWithAnswers, RosterEntry, Seat, Stay } from '../../storage/ports.ts';
import type { SeatId } from '../protocol/ids.ts';
import type { RouteReplyInput } from '../protocol/rest.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import { isCorrect, tallyOf } from '../rooms/poll-tally.ts';

type Report = RouteReplyInput<'lessonReport'>;
type ReportedPerson = Report['people'][number];

export interface LessonRecords {
  readonly roster: readonly RosterEntry[];
  readonly seats: readonly Seat[];
  readonly stays: readonly Stay[];
  readonly polls: readonly PollWithAnswers[];
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

/** Everybody expected, in the order of the roster, then everybody else who came. */
export function reportedPeople({ roster, seats, stays, polls }: LessonRecords, nowMs: number): ReportedPerson[] {
  const counted = seats.filter(({ seat }) => !isTeacherSeat(seat) && seat !== 'observer');
  const personOf = (seat: Seat) => (seat.holder.kind === 'person' ? seat.holder.personId : null);
  const byPerson = new Map(counted.map((seat) => [personOf(seat), seat]));
  const cameAs = (seat: Seat | undefined) => ({
    seat: seat?.seat ?? null,
    ...presenceOf(
      stays.filter((stay) => stay.seatId === seat?.seatId),
      nowMs,
    ),
    answers: seat === undefined ? [] : answersOf(seat.seatId, polls),
  });
  const expected = new Set(roster.map(({ personId }) => personId));
  return [
    ...roster.map(({ personId, displayName, classGroup }) => ({
      ...{ personId, displayName, classGroup },
      ...cameAs(byPerson.get(personId)),
    })),
    ...counted
      .filter((seat) => {
        const personId = personOf(seat);
        return personId === null || !expected.has(personId);
      })
      .map((seat) => ({
        personId: personOf(seat),
        displayName: seat.displayName,
        classGroup: seat.schoolName,
        ...cameAs(seat),
      })),
  ];
}

function presenceOf(stays: readonly Stay[], nowMs: number) {
  const isThere = stays.some(({ leftAtMs }) => leftAtMs === null);
  const presentMs = stays.reduce(
    (sum, { joinedAtMs, leftAtMs }) => sum + Math.max(0, (leftAtMs ?? nowMs) - joinedAtMs),
    0,
  );
  return {
    firstJoinedAtMs: stays.length === 0 ? null : Math.min(...stays.map(({ joinedAtMs }) => joinedAtMs)),
    lastLeftAtMs: isThere || stays.length === 0 ? null : Math.max(...stays.map(({ leftAtMs }) => leftAtMs ?? 0)),
    presentMs,
  };
}

function answersOf(seatId: SeatId, polls: readonly PollWithAnswers[]): ReportedPerson['answers'] {
  return polls.flatMap(({ poll, answers }) =>
    answers
      .filter((given) => given.seatId === seatId)
      .map(({ answer, answeredAtMs }) => ({
        ...{ pollId: poll.pollId, answer, answeredAtMs },
        isCorrect: isCorrect(poll.question, answer),
      })),
  );
}
