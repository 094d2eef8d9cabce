import { runStatements } from './run-statements.ts';

/** What seats did in their lessons, and what inspectors wrote about lessons. */
export const insight = runStatements([
  `create table seat_activity (
    seat_id text primary key references seats on delete cascade,
    talked_ms bigint not null,
    hands_raised bigint not null,
    line_ms bigint not null,
    poor_line_ms bigint not null,
    line_score_ms bigint not null
  )`,
  `create table inspection_notes (
    note_id text primary key,
    lesson_id text not null references lessons on delete cascade,
    author_id text not null references persons,
    body text not null,
    verdict text check (verdict in ('strength', 'suggestion', 'doubt')),
    written_at timestamptz not null
  )`,
  `create index inspection_notes_lesson on inspection_notes (lesson_id, written_at)`,
  `create index inspection_notes_author on inspection_notes (author_id)`,
]);
