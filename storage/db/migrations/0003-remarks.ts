import { runStatements } from './run-statements.ts';

/** What people say about instants of a recording: private notes, questions of a class, observations of colleagues. */
export const remarks = runStatements([
  `create table remarks (
    remark_id text primary key,
    recording_id text not null references recordings on delete cascade,
    author_id text not null references persons on delete cascade,
    kind text not null check (kind in ('note', 'question', 'observation')),
    at_ms integer not null check (at_ms >= 0),
    body text not null,
    verdict text check (verdict in ('strength', 'suggestion', 'doubt')),
    aspect text check (aspect in ('goals', 'content', 'method', 'interaction', 'outcome')),
    class_group_id text references class_groups,
    created_at timestamptz not null,
    constraint remarks_question check (kind <> 'question' or class_group_id is not null),
    constraint remarks_observation check ((kind = 'observation') = (verdict is not null))
  )`,
  `create index remarks_recording on remarks (recording_id, at_ms)`,
  `create index remarks_author on remarks (author_id)`,
  `create table remark_answers (
    remark_id text not null references remarks on delete cascade,
    author_id text not null references persons on delete cascade,
    body text not null,
    answered_at timestamptz not null,
    primary key (remark_id, author_id)
  )`,
]);
