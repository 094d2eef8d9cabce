import { runStatements } from './run-statements.ts';

/** What classroom screens are told to do and how they were in the last day; the phones of the teachers beside them. */
export const sites = runStatements([
  `alter table sites add column health_at timestamptz, add column wanted jsonb not null default '{}'`,
  `create table site_reports (
    site_id text not null references sites on delete cascade,
    at timestamptz not null,
    reports integer not null,
    poor integer not null,
    primary key (site_id, at)
  )`,
  `create table site_phones (
    site_id text not null references sites on delete cascade,
    person_id text not null references persons on delete cascade,
    paired_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (site_id, person_id)
  )`,
  `create index site_phones_person on site_phones (person_id)`,
]);
