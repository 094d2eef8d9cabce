import { runStatements } from './run-statements.ts';

/**
 * Whether a calendar file has cancelled the lesson made from it: what a file takes back becomes a lesson again, what people cancelled does not. What was
 * imported before may have been edited by hand, which nobody noted: it counts as edited.
 */
export const importedCancellations = runStatements([
  `alter table imported_lessons add column is_cancelled boolean not null default false`,
  `update lessons set own_fields = '["times", "title", "subject"]'
    where lesson_id in (select lesson_id from imported_lessons)`,
]);
