import { Password } from '../../../../signaling/protocol/rest/shapes.ts';

export interface PasswordEntry {
  /** Null for people on a first password, who are not asked for it again. */
  readonly current: string | null;
  readonly next: string;
  readonly repeat: string;
}

type PasswordProblem = 'required' | 'tooShort' | 'unchanged' | 'differs';

/** What is wrong with which field, before anything is sent. */
export function passwordProblems(entry: PasswordEntry): Partial<Record<keyof PasswordEntry, PasswordProblem>> {
  const { current, next, repeat } = entry;
  const problems: Partial<Record<keyof PasswordEntry, PasswordProblem>> = {};
  if (current === '') problems.current = 'required';
  if (next === '') problems.next = 'required';
  else if (!Password.safeParse(next).success) problems.next = 'tooShort';
  else if (next === current) problems.next = 'unchanged';
  if (repeat !== next) problems.repeat = 'differs';
  return problems;
}
