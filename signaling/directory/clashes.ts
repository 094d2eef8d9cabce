import type { Clash, ClashScope, Stores } from '../../storage/ports.ts';
import { localDateOf, localTimeOf } from '../../storage/local-time.ts';
import { AppError, type FieldProblem } from '../protocol/errors.ts';
import type { SchoolId } from '../protocol/ids.ts';
import { problemWords, type ProblemCode, type ProblemValues } from '../protocol/problems.ts';

/** Beyond it nobody reads them. */
const MAX_TOLD = 12;

const FIELDS = { teacher: 'lecturerId', classGroup: 'classGroupIds', classroom: 'classroomIds' } as const;

export interface ClashCheck {
  readonly scope: ClashScope;
  /** Whoever saves has seen what clashes and wants it so. A classroom's one screen can be in one lesson only, whoever wants it. */
  readonly allowsClashes: boolean;
  readonly timeZone: string;
  /** Whether the person who saves may know what a lesson of that school is. */
  readonly mayKnow: (schoolId: SchoolId) => boolean;
  readonly nowMs: number;
}

/**
 * After something was planned, and within its transaction: names what it clashes with.
 *
 * @throws AppError `conflict` with a problem for each, at the field of who or what is needed twice.
 */
export async function assertNoClash(stores: Pick<Stores, 'timetable'>, check: ClashCheck): Promise<void> {
  const clashes = await stores.timetable.clashes(check.scope, check.nowMs);
  const refused = check.allowsClashes ? clashes.filter(({ kind }) => kind === 'classroom') : clashes;
  if (refused.length === 0) return;
  throw new AppError('conflict', {
    message: 'somebody or something is needed twice at the same time',
    details: { problems: refused.slice(0, MAX_TOLD).map((clash) => problemOf(clash, check)) },
  });
}

function problemOf(clash: Clash, { timeZone, mayKnow }: ClashCheck): FieldProblem {
  const { name, times, lesson } = clash;
  const when = `${localDateOf(lesson.startsAtMs, timeZone)} ${localTimeOf(lesson.startsAtMs, timeZone)}`;
  const isKnown = mayKnow(lesson.schoolId);
  const code: ProblemCode = isKnown ? 'busy' : 'busyElsewhere';
  const values: ProblemValues = isKnown
    ? { name, title: lesson.title, lecturer: lesson.lecturerName, when, n: times }
    : { name, school: lesson.schoolName, when, n: times };
  return { path: FIELDS[clash.kind], code, values, message: problemWords(code, values) };
}
