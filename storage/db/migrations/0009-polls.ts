import { runStatements } from './run-statements.ts';

/** Questions to the class and their answers, one per question and voter. */
export const polls = runStatements([
  `create table polls (
    poll_id text primary key,
    lesson_id text not null references lessons on delete cascade,
    asked_by text not null references seats on delete cascade,
    question jsonb not null,
    state text not null check (state in ('prepared', 'open', 'closed', 'published')),
    ballot_key text,
    created_at timestamptz not null,
    opened_at timestamptz,
    closed_at timestamptz,
    changed_at timestamptz not null
  )`,
  `create index polls_lesson on polls (lesson_id, created_at)`,
  `create index polls_asked_by on polls (asked_by)`,
  `create table poll_answers (
    poll_id text not null references polls on delete cascade,
    voter text not null,
    seat_id text references seats on delete cascade,
    choices jsonb not null,
    body text,
    answered_at timestamptz not null,
    primary key (poll_id, voter)
  )`,
  `create index poll_answers_seat on poll_answers (seat_id) where seat_id is not null`,
]);
