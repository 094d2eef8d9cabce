import type { Kysely, Selectable } from 'kysely';
import type { LessonId } from '../../signaling/protocol/ids.ts';
import type { PollQuestion } from '../../signaling/protocol/polls.ts';
import type { NewPollAnswer, PollRow, PollStore, PollWithAnswers } from '../ports/poll-store.ts';
import { instantOrNull } from './instant.ts';
import { putQuestionMethods } from './put-questions.ts';
import type { Database, PollTable } from './schema.ts';

export function createPollStore(db: Kysely<Database>): PollStore {
  return {
    save: (lessonId, poll) => savePoll(db, lessonId, poll),
    async remove(pollId) {
      await db.deleteFrom('polls').where('poll_id', '=', pollId).where('state', '=', 'prepared').execute();
    },
    saveAnswer: (answer) => saveAnswer(db, answer),
    list: (lessonId) => listPolls(db, lessonId),
    ...putQuestionMethods(db),
    async askedBySeat(seatId, limit) {
      const rows = await db
        .selectFrom('polls as p')
        .innerJoin('seats as s', 's.seat_id', 'p.asked_by')
        .innerJoin('seats as mine', 'mine.person_id', 's.person_id')
        .select('p.question')
        .select((eb) => eb.fn.max('p.created_at').as('last_at'))
        .where('mine.seat_id', '=', seatId)
        .groupBy('p.question')
        .orderBy('last_at', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ question }): PollQuestion => question);
    },
    async forgetBallots(lessonId) {
      await db.updateTable('polls').set({ ballot_key: null }).where('lesson_id', '=', lessonId).execute();
    },
  };
}

async function savePoll(db: Kysely<Database>, lessonId: LessonId, poll: PollRow): Promise<void> {
  const changing = {
    state: poll.state,
    opened_at: dateOrNull(poll.openedAtMs),
    closed_at: dateOrNull(poll.closedAtMs),
    changed_at: new Date(poll.changedAtMs),
  };
  await db
    .insertInto('polls')
    .values({
      poll_id: poll.pollId,
      lesson_id: lessonId,
      asked_by: poll.askedBy,
      question: JSON.stringify(poll.question),
      ballot_key: poll.ballotKey,
      created_at: new Date(poll.createdAtMs),
      ...changing,
    })
    .onConflict((conflict) =>
      // The ballot key is written once: a replay must not bring back what has been forgotten.
      conflict.column('poll_id').doUpdateSet(changing).where('polls.changed_at', '<', changing.changed_at),
    )
    .execute();
}

async function saveAnswer(db: Kysely<Database>, { pollId, voter, seatId, answer, answeredAtMs }: NewPollAnswer) {
  const given = {
    choices: JSON.stringify(answer.choices),
    body: answer.text,
    answered_at: new Date(answeredAtMs),
  };
  await db
    .insertInto('poll_answers')
    .values({ poll_id: pollId, voter, seat_id: seatId, ...given })
    .onConflict((conflict) =>
      conflict
        .columns(['poll_id', 'voter'])
        .doUpdateSet(given)
        .where('poll_answers.answered_at', '<', given.answered_at),
    )
    .execute();
}

async function listPolls(db: Kysely<Database>, lessonId: LessonId): Promise<PollWithAnswers[]> {
  const polls = await db
    .selectFrom('polls')
    .selectAll()
    .where('lesson_id', '=', lessonId)
    .orderBy('created_at')
    .orderBy('poll_id')
    .execute();
  const answers = await db
    .selectFrom('poll_answers as a')
    .innerJoin('polls as p', 'p.poll_id', 'a.poll_id')
    .leftJoin('seats as s', 's.seat_id', 'a.seat_id')
    .selectAll('a')
    .select(['s.display_name', 's.seat', 's.person_id'])
    .where('p.lesson_id', '=', lessonId)
    .orderBy('a.answered_at')
    .orderBy('a.voter')
    .execute();
  const byPoll = Map.groupBy(answers, (answer) => answer.poll_id);
  return polls.map((row) => ({
    poll: toPoll(row),
    answers: (byPoll.get(row.poll_id) ?? []).map((answer) => ({
      voter: answer.voter,
      seatId: answer.seat_id,
      answer: { choices: answer.choices, text: answer.body },
      answeredAtMs: answer.answered_at.getTime(),
      displayName: answer.display_name,
      seat: answer.seat,
      personId: answer.person_id,
    })),
  }));
}

const toPoll = (row: Selectable<PollTable>): PollRow => ({
  pollId: row.poll_id,
  askedBy: row.asked_by,
  question: row.question,
  state: row.state,
  ballotKey: row.ballot_key,
  createdAtMs: row.created_at.getTime(),
  openedAtMs: instantOrNull(row.opened_at),
  closedAtMs: instantOrNull(row.closed_at),
  changedAtMs: row.changed_at.getTime(),
});

const dateOrNull = (atMs: number | null): Date | null => (atMs === null ? null : new Date(atMs));
