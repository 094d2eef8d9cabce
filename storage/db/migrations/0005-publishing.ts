import { runStatements } from './run-statements.ts';

/**
 * Recordings as something that is reviewed, described, shared, copied and kept for a time; and what is said in them, to be searched.
 *
 * A recording stands on its own: the school that answers for it, who manages it and what it is about are its own from now on, since a copy
 * belongs to another school than the lesson did, and a lesson may be described better than the timetable did.
 */
export const publishing = runStatements([
  `alter table recordings
    add column school_id text references schools,
    add column manager_id text references persons,
    add column subject text,
    add column description text not null default '',
    add column grade text,
    add column series text,
    add column published_at timestamptz,
    add column origin_id text references recordings on delete cascade,
    add column removed_at timestamptz,
    add column removed_because text,
    add column hold_reason text,
    add column held_by text references persons,
    add column held_at timestamptz`,
  `update recordings r set
    school_id = l.school_id, manager_id = l.lecturer_id, subject = l.subject, published_at = coalesce(r.ended_at, r.started_at)
    from lessons l where l.lesson_id = r.lesson_id`,
  `alter table recordings alter column school_id set not null`,
  `alter table recordings drop constraint recordings_visibility_check`,
  `alter table recordings
    add constraint recordings_visibility_check check (visibility in ('lesson', 'school', 'partners', 'district')),
    add constraint recordings_copy_visibility check (origin_id is null or visibility in ('lesson', 'school')),
    add constraint recordings_removed check (
      (removed_at is null) = (removed_because is null) and removed_because in ('deleted', 'expired')),
    add constraint recordings_hold check ((hold_reason is null) = (held_at is null) and (hold_reason is null or origin_id is null))`,
  `create index recordings_school on recordings (school_id)`,
  `create unique index recordings_copy_key on recordings (origin_id, school_id) where origin_id is not null and removed_at is null`,
  `create index recordings_removed on recordings (removed_at) where removed_at is not null`,
  `alter table schools add column retention_changed_at timestamptz`,
  `create table recording_links (
    link_id text primary key,
    recording_id text not null references recordings on delete cascade,
    token_hash text not null unique,
    label text not null,
    allows_download boolean not null,
    created_by text not null references persons,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    opened_count integer not null default 0,
    opened_at timestamptz
  )`,
  `create index recording_links_recording on recording_links (recording_id)`,
  `create table recording_texts (
    recording_id text not null references recordings on delete cascade,
    kind text not null check (kind in ('chapter', 'caption')),
    language text not null,
    at_ms integer not null check (at_ms >= 0),
    body text not null,
    grams text[] not null
  )`,
  `create index recording_texts_recording on recording_texts (recording_id, kind, language, at_ms)`,
  `create index recording_texts_grams on recording_texts using gin (grams)`,
]);
