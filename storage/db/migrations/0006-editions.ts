import { runStatements } from './run-statements.ts';

/** What of a recording is published, all that was published before, and whose tracks are erased. 0 is the school's default. */
export const editions = runStatements([
  `alter table recordings
    add column edition jsonb not null
      default '{"leftOut":[],"leftOutTracks":[],"people":"everyone","chapters":null}',
    add column edition_version integer not null default 0,
    add column edition_shown_from integer not null default 0,
    add column edition_same_from integer not null default 0,
    add column edition_views jsonb`,
  `create table recording_editions (
    recording_id text not null references recordings on delete cascade,
    version integer not null,
    edition jsonb not null,
    saved_at timestamptz not null,
    saved_by text references persons on delete set null,
    primary key (recording_id, version)
  )`,
  `create table recording_erasures (
    recording_id text not null references recordings on delete cascade,
    seat_id text not null,
    ordered_at timestamptz not null,
    ordered_by text references persons on delete set null,
    done_at timestamptz,
    primary key (recording_id, seat_id)
  )`,
  `create index recording_erasures_open on recording_erasures (recording_id) where done_at is null`,
]);
