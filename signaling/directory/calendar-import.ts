import { setImmediate as turn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { Lesson, Stores } from '../../storage/ports.ts';
import { AppError } from '../protocol/errors.ts';
import type { SchoolId } from '../protocol/ids.ts';
import { CalendarLine } from '../protocol/rest/calendar-feeds.ts';
import { planCalendar, type CalendarPlan, type Home } from './calendar-plan.ts';
import { changeOf, type CalendarImport, type PlannedLine, type Step } from './calendar-verdict.ts';
import { assertNoClash } from './clashes.ts';

type ImportStores = Pick<Stores, 'directory' | 'importedLessons' | 'lessons' | 'timetable' | 'atomically'>;

/** What {@link assertNoClash} refuses with. */
const Problems = z.object({ problems: CalendarLine.shape.problems });

/** What an import would do. Nothing is changed. @throws AppError `invalidInput` */
export async function previewCalendar(stores: ImportStores, wanted: CalendarImport): Promise<CalendarLine[]> {
  const { lines } = await planCalendar(stores, wanted, await homeOf(stores, wanted));
  return lines.map(({ line }) => line);
}

/**
 * Makes what is new, and lets the lessons that were made from the file before follow it, each on its own or with those it changes places with:
 * what clashes or was changed by then is left out and said so. The same file does nothing twice, also when two import it at once.
 *
 * @throws AppError `invalidInput`
 */
export async function importCalendar(stores: ImportStores, wanted: CalendarImport): Promise<CalendarLine[]> {
  const home = await homeOf(stores, wanted);
  const plan = await planCalendar(stores, wanted, home);
  const outcomes = new Map<PlannedLine, CalendarLine>();
  for (const group of groupsOf(plan)) {
    const failed = await carryOut(stores, wanted, home, group);
    for (const planned of group) outcomes.set(planned, outcomeOf(planned, failed));
    await turn();
  }
  return plan.lines.map((planned) => outcomes.get(planned) ?? planned.line);
}

async function homeOf({ directory }: ImportStores, { schoolId }: CalendarImport): Promise<Home> {
  const school = await directory.school(schoolId);
  return {
    schoolName: school?.name ?? '',
    timeZone: school?.timeZone ?? 'UTC',
    isRecorded: school?.settings.recordsScheduledLessons ?? false,
  };
}

/** First what makes room, then what is moved into it, then what is new. */
function groupsOf({ lines, together }: CalendarPlan): (readonly PlannedLine[])[] {
  const grouped = new Set(together.flat());
  const alone = (does: Step['does']): PlannedLine[][] =>
    lines.filter((planned) => planned.step.does === does && !grouped.has(planned)).map((planned) => [planned]);
  return [...alone('cancel'), ...together, ...alone('change'), ...alone('revise'), ...alone('make')];
}

/** All of them or none: then the reason. */
async function carryOut(
  stores: ImportStores,
  wanted: CalendarImport,
  home: Home,
  group: readonly PlannedLine[],
): Promise<AppError | null> {
  const { timeZone } = home;
  const { mayKnow, nowMs } = wanted;
  try {
    await stores.atomically(async (inside) => {
      await inside.timetable.planAlone();
      const placed: Lesson[] = [];
      for (const { step } of group) placed.push(...(await take(inside, step, wanted, home)));
      for (const { lessonId } of placed) {
        await assertNoClash(inside, { scope: { lessonId }, allowsClashes: false, timeZone, mayKnow, nowMs });
      }
    });
    return null;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
    return error;
  }
}

/** Answers the lesson that has got a new time. @throws AppError `conflict` when things are not as planned any more. */
async function take(inside: Stores, step: Step, wanted: CalendarImport, { isRecorded }: Home): Promise<Lesson[]> {
  const { schoolId, classGroupIds } = wanted;
  if (step.does === 'nothing') return [];
  await assertAsPlanned(inside, schoolId, step);
  if (step.does === 'make') {
    const { event, lecturer } = step;
    const { title, subject, startsAtMs, endsAtMs } = event;
    const lesson = await inside.lessons.create({
      ...{ kind: 'live', title, subject, schoolId, lecturerId: lecturer.personId },
      ...{ classGroupIds, classroomIds: [], startsAtMs, endsAtMs, isRecorded },
    });
    await inside.importedLessons.remember(schoolId, event, lesson.lessonId);
    return [lesson];
  }
  const { lesson } = step.known;
  if (step.does === 'cancel') {
    await inside.lessons.cancel(lesson.lessonId);
    await inside.importedLessons.noteCancelled(schoolId, step.revised);
    return [];
  }
  await inside.importedLessons.revise(schoolId, step.known, step.revised);
  if (step.does === 'revise') return [];
  const changed = await inside.lessons.change(lesson.lessonId, step.change, 'file');
  return step.change.startsAtMs === undefined ? [] : [changed];
}

/** Somebody may have edited, begun or cancelled it since it was planned, or imported another copy of the file; from here on nobody can. */
async function assertAsPlanned(
  { importedLessons }: Stores,
  schoolId: SchoolId,
  step: Exclude<Step, { readonly does: 'nothing' }>,
): Promise<void> {
  const planned = step.known;
  const event = planned ?? (step.does === 'make' ? step.event : undefined);
  const stored = event && (await importedLessons.hold(schoolId, event));
  if (isDeepStrictEqual(stored, planned)) return;
  const isMade = step.does === 'make' && stored !== undefined && changeOf(stored.lesson, step.event) === null;
  throw new AppError('conflict', { message: 'the lesson has been changed', details: { isMade } });
}

function outcomeOf({ line, step }: PlannedLine, failed: AppError | null): CalendarLine {
  if (failed === null) return line.state === 'new' ? { ...line, state: 'made' } : line;
  const problems = Problems.safeParse(failed.details).data?.problems ?? [];
  if (problems.length > 0) return { ...line, state: 'clash', problems };
  // Somebody else has just imported the same.
  if (failed.details?.['isMade'] === true) return { ...line, state: 'unchanged' };
  if (step.does === 'revise') return line;
  return { ...line, state: 'kept', problems: [{ code: 'calendarMeanwhile', values: {} }] };
}
