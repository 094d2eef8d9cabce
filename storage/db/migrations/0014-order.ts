import { runStatements } from './run-statements.ts';

/** Words that a school refuses, and what was reported in its lessons. */
export const order = runStatements([
  `create table refused_words (
    school_id text primary key references schools on delete cascade,
    words jsonb not null,
    changed_at timestamptz not null
  )`,
  `create table room_reports (
    report_id text primary key,
    lesson_id text not null references lessons on delete cascade,
    reporter_seat text not null references seats on delete cascade,
    reporter_name text not null,
    about_seat text not null references seats on delete cascade,
    about_name text not null,
    message_id text,
    message_body text,
    message_at timestamptz,
    reason text not null,
    reported_at timestamptz not null,
    handled_at timestamptz,
    handled_by text references persons on delete set null,
    note text not null default ''
  )`,
  `create index room_reports_lesson on room_reports (lesson_id, reported_at)`,
  `create index room_reports_open on room_reports (reported_at) where handled_at is null`,
  `create index room_reports_reporter on room_reports (reporter_seat)`,
  `create index room_reports_about on room_reports (about_seat)`,
]);
