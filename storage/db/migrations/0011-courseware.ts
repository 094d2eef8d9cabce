import { runStatements } from './run-statements.ts';

/** Files of pages that are shown in lessons; the pictures of their pages lie in the object store. */
export const courseware = runStatements([
  `create table courseware (
    courseware_id text primary key,
    lesson_id text not null references lessons on delete cascade,
    owner_id text not null references persons on delete cascade,
    file_name text not null,
    bytes bigint not null,
    kind text check (kind in ('pdf', 'picture', 'office')),
    state text not null check (state in ('receiving', 'preparing', 'ready', 'failed')),
    failure text,
    pages jsonb not null,
    created_at timestamptz not null,
    shown_at timestamptz,
    removed_at timestamptz
  )`,
  `create index courseware_lesson on courseware (lesson_id, created_at)`,
]);
