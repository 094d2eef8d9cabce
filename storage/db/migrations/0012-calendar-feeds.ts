import { runStatements } from './run-statements.ts';

/** Timetables to subscribe to: whoever has the link reads one person's, class group's or classroom's lessons. */
export const calendarFeeds = runStatements([
  `create table calendar_feeds (
    feed_id text primary key,
    token_hash text not null unique,
    created_by text not null references persons on delete cascade,
    class_group_id text references class_groups,
    classroom_id text references classrooms,
    created_at timestamptz not null,
    read_at timestamptz,
    check (num_nonnulls(class_group_id, classroom_id) <= 1)
  )`,
  `create index calendar_feeds_created_by on calendar_feeds (created_by)`,
]);
