import { AppError } from '../../signaling/protocol/errors.ts';

/** Which field of a request a violated unique constraint is about. */
const FIELD_OF_CONSTRAINT: Readonly<Record<string, string>> = {
  schools_name_key: 'name',
  class_groups_name_key: 'name',
  classrooms_name_key: 'name',
  persons_account_key: 'account',
  persons_student_number_key: 'studentNumber',
  pairings_schools_key: 'listeningSchoolId',
};

const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';
const CHECK_VIOLATION = '23514';
/** Text, number or date that no column can hold, such as a NUL or the year 300000. */
const UNSTORABLE = new Set(['22021', '22003', '22007', '22008']);
const DISK_FULL = '53100';

/** SQLSTATE classes 08 connection, 53 resources, 57 operator intervention, 40 rollback; and Node's socket errors. */
const AWAY = /^(?:08|53|57|40)\w{3}$|^E[A-Z]+$/;
/** `pg` gives these without a code. */
const AWAY_MESSAGE =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection/;

/** What a store throws for what the database said. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = textField(error, 'code') ?? '';
  if (UNSTORABLE.has(code) || isNoDate(error)) return new AppError('invalidInput', { cause: error });
  switch (code) {
    case UNIQUE_VIOLATION:
      return toConflict(error);
    case FOREIGN_KEY_VIOLATION:
      return new AppError('notFound', { message: 'something referred to is not there', cause: error });
    case CHECK_VIOLATION:
      return new AppError('invalidInput', { cause: error });
    case DISK_FULL:
      return new AppError('storageFull', { cause: error });
    default:
      return new AppError(isAway(error, code) ? 'unavailable' : 'internal', {
        message: 'the database failed',
        cause: error,
      });
  }
}

function toConflict(error: unknown): AppError {
  const field = FIELD_OF_CONSTRAINT[textField(error, 'constraint') ?? ''];
  return new AppError('conflict', { cause: error, ...(field === undefined ? {} : { details: { field } }) });
}

/** What writing an invalid `Date` throws before the database sees it. */
function isNoDate(error: unknown): boolean {
  return error instanceof Error && error.name === 'RangeError' && error.message === 'Invalid time value';
}

function isAway(error: unknown, code: string): boolean {
  return AWAY.test(code) || (error instanceof Error && AWAY_MESSAGE.test(error.message));
}

/** The same store, whose methods throw nothing but `AppError`. */
export function throwingAppErrors<T extends object>(store: T): T {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]): Promise<unknown> => {
        try {
          return await Reflect.apply(member, target, args);
        } catch (error) {
          throw toAppError(error);
        }
      };
    },
  });
}

function textField(error: unknown, name: 'code' | 'constraint'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
