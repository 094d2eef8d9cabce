import { sql, type Kysely, type NotNull } from 'kysely';
import type { PollKind, PollQuestion } from '../../signaling/protocol/polls.ts';
import type {
  PutQuestion,
  PutQuestionCount,
  PutQuestionFilter,
  PutQuestionPage,
  PollStore,
} from '../ports/poll-store.ts';
import { lessonOf } from './audience-filter.ts';
import { instantOrNull } from './instant.ts';
import type { Database } from './schema.ts';

/** What was put to a person, over all lessons. */
export function putQuestionMethods(db: Kysely<Database>): Pick<PollStore, 'putTo' | 'countPutTo'> {
  return {
    putTo: (page) => listPut(db, page),
    countPutTo: (filter) => countPut(db, filter),
  };
}

/** From the person's seats to the questions of their lessons, each with the own answer. */
function selectPut(db: Kysely<Database>, { personId, ledBy }: PutQuestionFilter) {
  const put = db
    .selectFrom('seats as s')
    .innerJoin('lessons as l', 'l.lesson_id', 's.lesson_id')
    .innerJoin('polls as p', 'p.lesson_id', 's.lesson_id')
    // The voter of a question that is not anonymous is the seat.
    .leftJoin('poll_answers as a', (join) =>
      join.onRef('a.poll_id', '=', 'p.poll_id').onRef('a.voter', '=', 's.seat_id'),
    )
    .where('s.person_id', '=', personId)
    .where((eb) => eb.or([eb('s.seat', '=', 'pupil'), eb('s.seat', '=', 'guardian').and('l.kind', '=', 'meeting')]))
    .where('p.state', '<>', 'prepared')
    .where(sql<boolean>`p.question ->> 'isAnonymous' = 'false'`)
    .where((eb) =>
      eb.or([
        eb('a.poll_id', 'is not', null),
        eb.exists(
          eb
            .selectFrom('stays')
            .select('stays.seat_id')
            .whereRef('stays.seat_id', '=', 's.seat_id')
            .where(sql<boolean>`stays.joined_at < coalesce(p.closed_at, 'infinity')`)
            .where(sql<boolean>`coalesce(stays.left_at, 'infinity') > p.opened_at`),
        ),
      ]),
    );
  return ledBy === undefined
    ? put
    : put.where(sql<boolean>`(${lessonOf.lecturer(ledBy)} or ${lessonOf.coTeacher(ledBy)})`);
}

async function listPut(db: Kysely<Database>, { subject, before, limit, ...filter }: PutQuestionPage) {
  let put = selectPut(db, filter);
  if (subject !== undefined) put = put.where('l.subject', '=', subject);
  if (before !== undefined) {
    put = put.where(
      sql<boolean>`(p.opened_at, p.poll_id) < (select opened_at, poll_id from polls where poll_id = ${before})`,
    );
  }
  const rows = await put
    .select(['p.poll_id', 'p.question', 'p.state', 'p.opened_at', 'a.choices', 'a.body', 'a.answered_at'])
    .select(['l.lesson_id', 'l.title', 'l.subject', 'l.state as lesson_state'])
    .select((eb) => eb.fn.coalesce('l.started_at', 'l.starts_at').as('started_at'))
    .orderBy('p.opened_at', 'desc')
    .orderBy('p.poll_id', 'desc')
    .limit(limit)
    .$narrowType<{ state: PutQuestion['state']; opened_at: NotNull }>()
    .execute();
  return rows.map((row): PutQuestion => ({
    pollId: row.poll_id,
    question: row.question,
    state: row.state,
    openedAtMs: row.opened_at.getTime(),
    answer: answerOf(row),
    answeredAtMs: instantOrNull(row.answered_at),
    lesson: {
      lessonId: row.lesson_id,
      title: row.title,
      subject: row.subject,
      state: row.lesson_state,
      startedAtMs: row.started_at.getTime(),
    },
  }));
}

async function countPut(db: Kysely<Database>, filter: PutQuestionFilter): Promise<PutQuestionCount[]> {
  const question = {
    kind: sql<PollKind>`p.question ->> 'kind'`,
    correctChoices: sql<PollQuestion['correctChoices']>`p.question -> 'correctChoices'`,
    correctText: sql<string | null>`p.question ->> 'correctText'`,
  };
  const rows = await selectPut(db, filter)
    .select(['p.state', 'l.subject', 'l.state as lesson_state', 'a.choices', 'a.body'])
    .select([
      question.kind.as('kind'),
      question.correctChoices.as('correct_choices'),
      question.correctText.as('correct_text'),
    ])
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .groupBy(['p.state', 'l.subject', 'l.state', 'a.choices', 'a.body'])
    .groupBy([question.kind, question.correctChoices, question.correctText])
    .$narrowType<{ state: PutQuestion['state'] }>()
    .execute();
  return rows.map((row) => ({
    question: { kind: row.kind, correctChoices: row.correct_choices, correctText: row.correct_text },
    state: row.state,
    answer: answerOf(row),
    lesson: { subject: row.subject, state: row.lesson_state },
    count: row.count,
  }));
}

const answerOf = ({ choices, body }: { readonly choices: number[] | null; readonly body: string | null }) =>
  choices === null ? null : { choices, text: body };
