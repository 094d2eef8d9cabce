import { runStatements } from './run-statements.ts';

/** Where somebody sat, lesson by lesson: what was asked of a person is found from its seats. */
export const answers = runStatements([`create index seats_person on seats (person_id) where person_id is not null`]);
