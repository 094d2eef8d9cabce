import { runStatements } from './run-statements.ts';

/** Which event of a calendar file a lesson was made from, so that the same file makes it once. */
export const importedLessons = runStatements([
  `create table imported_lessons (
    school_id text not null references schools,
    uid text not null,
    occurrence text not null,
    lesson_id text not null references lessons on delete cascade,
    primary key (school_id, uid, occurrence)
  )`,
  `create index imported_lessons_lesson on imported_lessons (lesson_id)`,
]);
