import { runStatements } from './run-statements.ts';

/** Captions of recordings: every save is a version, the newest one is shown. */
export const captions = runStatements([
  `create table caption_versions (
    recording_id text not null references recordings on delete cascade,
    language text not null,
    version integer not null check (version > 0),
    label text not null,
    origin text not null check (origin in ('file', 'recognition', 'editor')),
    attempt text,
    saved_by text references persons on delete set null,
    saved_at timestamptz not null,
    cue_count integer not null,
    cues jsonb not null,
    primary key (recording_id, language, version)
  )`,
  `create unique index caption_versions_attempt on caption_versions (recording_id, language, attempt) where attempt is not null`,
  `create index caption_versions_saved_by on caption_versions (saved_by)`,
]);
