import { runStatements } from './run-statements.ts';

/** Lessons that nobody attended live: micro-lessons, and films that were uploaded; and the uploads that are on their way. */
export const uploads = runStatements([
  `alter table lessons add column origin text not null default 'class' check (origin in ('class', 'micro', 'upload'))`,
  `create table uploads (
    upload_id text primary key,
    owner_id text not null references persons on delete cascade,
    school_id text not null references schools,
    title text not null,
    subject text,
    class_group_ids jsonb not null,
    file_name text not null,
    bytes bigint not null check (bytes > 0),
    created_at timestamptz not null,
    touched_at timestamptz not null,
    finished_at timestamptz
  )`,
  `create index uploads_owner on uploads (owner_id) where finished_at is null`,
  `create index uploads_school on uploads (school_id) where finished_at is null`,
  `create index uploads_touched on uploads (touched_at)`,
]);
