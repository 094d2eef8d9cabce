import { runStatements } from './run-statements.ts';

/** Whether a calendar file has cancelled the lesson made from it: what a file takes back becomes a lesson again, what people cancelled does not. */
export const importedCancellations = runStatements([
  `alter table imported_lessons add column is_cancelled boolean not null default false`,
]);
