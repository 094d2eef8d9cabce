import { runStatements } from './run-statements.ts';

/** Which revision of its event (SEQUENCE) an imported lesson is as, so that an older copy of the file moves nothing back. */
export const importedSequences = runStatements([
  `alter table imported_lessons add column sequence integer not null default 0`,
]);
