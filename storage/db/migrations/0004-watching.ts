import { runStatements } from './run-statements.ts';

/** What was really played of a recording, by whom. */
export const watching = runStatements([
  `create table watching (
    recording_id text not null references recordings on delete cascade,
    person_id text not null references persons on delete cascade,
    first_at timestamptz not null,
    counted_at timestamptz not null,
    views integer not null,
    played_ms bigint not null,
    last_ms integer not null,
    spans jsonb not null,
    heat jsonb not null,
    primary key (recording_id, person_id)
  )`,
  `create index watching_person on watching (person_id)`,
]);
