import { setImmediate as turn } from 'node:timers/promises';
import * as z from 'zod';
import type { Lesson, Stores } from '../../storage/ports.ts';
import { AppError } from '../protocol/errors.ts';
import type { ClassGroupId, PersonId, SchoolId } from '../protocol/ids.ts';
import { CalendarLine } from '../protocol/rest/calendar-feeds.ts';
import { assertNoClash } from './clashes.ts';
import { readIcalendar, type ReadEvent } from './read-icalendar.ts';

export interface CalendarImport {
  readonly schoolId: SchoolId;
  readonly ics: string;
  /** Who holds what names nobody else. */
  readonly lecturer: Lecturer;
  readonly classGroupIds: readonly ClassGroupId[];
  /** Whether lessons may be given to the teachers whom the file names. */
  readonly namesLecturers: boolean;
  readonly mayKnow: (schoolId: SchoolId) => boolean;
  readonly nowMs: number;
}

export interface Lecturer {
  readonly personId: PersonId;
  readonly displayName: string;
}

type ImportStores = Pick<Stores, 'directory' | 'importedLessons' | 'lessons' | 'timetable' | 'atomically'>;
type Line = CalendarLine & { readonly event: ReadEvent; readonly lecturer: Lecturer };

/** What {@link assertNoClash} refuses with. */
const Problems = z.object({ problems: CalendarLine.shape.problems });

const keyOf = ({ uid, occurrence }: Pick<ReadEvent, 'uid' | 'occurrence'>): string => JSON.stringify([uid, occurrence]);

/** What an import would make. Nothing is changed. @throws AppError `invalidInput` */
export async function previewCalendar(stores: ImportStores, wanted: CalendarImport): Promise<CalendarLine[]> {
  return (await linesOf(stores, wanted, await homeOf(stores, wanted))).map(lineOf);
}

/**
 * Makes what is new, each lesson on its own: what clashes by then is left out and said so. The same file makes nothing twice, also when two
 * import it at once.
 *
 * @throws AppError `invalidInput`
 */
export async function importCalendar(stores: ImportStores, wanted: CalendarImport): Promise<CalendarLine[]> {
  const home = await homeOf(stores, wanted);
  const made: CalendarLine[] = [];
  for (const line of await linesOf(stores, wanted, home)) {
    made.push(lineOf(line.state === 'new' ? await make(stores, wanted, line, home) : line));
    await turn();
  }
  return made;
}

/** How the school that the lessons are for keeps its time and its recordings. */
interface Home {
  readonly timeZone: string;
  readonly isRecorded: boolean;
}

async function homeOf({ directory }: ImportStores, { schoolId }: CalendarImport): Promise<Home> {
  const school = await directory.school(schoolId);
  return { timeZone: school?.timeZone ?? 'UTC', isRecorded: school?.settings.recordsScheduledLessons ?? false };
}

async function linesOf(stores: ImportStores, wanted: CalendarImport, { timeZone }: Home): Promise<Line[]> {
  const { schoolId, nowMs } = wanted;
  const events = readIcalendar(wanted.ics, { timeZone, nowMs });
  const uids = [...new Set(events.map(({ uid }) => uid))];
  const known = new Set((await stores.importedLessons.known(schoolId, uids)).map(keyOf));
  const teachers = wanted.namesLecturers ? await teachersByName(stores, schoolId, events) : new Map<string, Lecturer>();
  const planned = await plannedLessons(stores, schoolId, events);
  const taken: Line[] = [];
  return events.map((event) => {
    const lecturer = teachers.get(event.organizer ?? '') ?? wanted.lecturer;
    const line: Line = {
      ...{ event, lecturer, uid: event.uid, title: event.title, subject: event.subject },
      ...{ lecturerName: lecturer.displayName, startsAtMs: event.startsAtMs, endsAtMs: event.endsAtMs },
      ...stateOf(event, known),
    };
    if (line.state !== 'new') return line;
    const clash = clashOf(line, wanted, planned, taken);
    if (clash !== null) return { ...line, state: 'clash', problems: [clash] };
    taken.push(line);
    return line;
  });
}

function stateOf(event: ReadEvent, known: ReadonlySet<string>): Pick<CalendarLine, 'state' | 'problems'> {
  if (event.problem !== null) return { state: 'unreadable', problems: [{ ...event.problem }] };
  return { state: known.has(keyOf(event)) ? 'known' : 'new', problems: [] };
}

const lineOf = ({ event: _event, lecturer: _lecturer, ...line }: Line): CalendarLine => line;

/** Of these names those of exactly one teacher of the school. */
async function teachersByName(
  { directory }: ImportStores,
  schoolId: SchoolId,
  events: readonly ReadEvent[],
): Promise<Map<string, Lecturer>> {
  const names = [...new Set(events.flatMap(({ organizer }) => (organizer === null ? [] : [organizer])))];
  const people = names.length === 0 ? [] : await directory.findByDisplayName(schoolId, names);
  const teachers = people.filter(
    ({ isActive, roles }) => isActive && roles.some((grant) => grant.role === 'teacher' && grant.schoolId === schoolId),
  );
  return new Map(
    teachers
      .filter(({ displayName }) => teachers.filter((other) => other.displayName === displayName).length === 1)
      .map(({ personId, displayName }) => [displayName, { personId, displayName }]),
  );
}

/** What the school has planned in the time of the file. */
async function plannedLessons(
  stores: ImportStores,
  schoolId: SchoolId,
  events: readonly ReadEvent[],
): Promise<Lesson[]> {
  const starts = events.flatMap(({ startsAtMs }) => (startsAtMs === null ? [] : [startsAtMs]));
  const ends = events.flatMap(({ endsAtMs }) => (endsAtMs === null ? [] : [endsAtMs]));
  if (starts.length === 0) return [];
  const range = { fromMs: Math.min(...starts), toMs: Math.max(...ends) };
  return stores.lessons.list({ ...range, audience: { schoolIds: [schoolId] } });
}

/** The first lesson that needs the same teacher or class at the time: of those planned, else of those before it in the file. */
function clashOf(
  line: Line,
  { classGroupIds, mayKnow }: Pick<CalendarImport, 'classGroupIds' | 'mayKnow'>,
  planned: readonly Lesson[],
  taken: readonly Line[],
): CalendarLine['problems'][number] | null {
  const { startsAtMs, endsAtMs } = line;
  if (startsAtMs === null || endsAtMs === null) return null;
  const lesson = planned.find(
    (other) =>
      overlaps(other, startsAtMs, endsAtMs) &&
      (other.lecturerId === line.lecturer.personId ||
        other.classGroups.some(({ classGroupId }) => classGroupIds.includes(classGroupId))),
  );
  if (lesson !== undefined && !mayKnow(lesson.schoolId)) {
    // The titles of another school's lessons are its own business.
    return { code: 'calendarBusyElsewhere', values: { name: line.lecturerName, school: lesson.schoolName } };
  }
  if (lesson !== undefined) return clashProblem(line, lesson.title, lesson.lecturerName);
  const before = taken.find(
    (other) =>
      overlaps(other, startsAtMs, endsAtMs) &&
      (other.lecturer.personId === line.lecturer.personId || classGroupIds.length > 0),
  );
  return before === undefined ? null : clashProblem(line, before.title, before.lecturerName);
}

const overlaps = (
  other: { readonly startsAtMs: number | null; readonly endsAtMs: number | null },
  startsAtMs: number,
  endsAtMs: number,
): boolean => (other.startsAtMs ?? Infinity) < endsAtMs && (other.endsAtMs ?? -Infinity) > startsAtMs;

const clashProblem = (line: Line, title: string, lecturer: string): CalendarLine['problems'][number] => ({
  code: 'calendarBusy',
  values: { name: line.lecturerName, title, lecturer },
});

async function make(stores: ImportStores, wanted: CalendarImport, line: Line, home: Home): Promise<Line> {
  const { schoolId, classGroupIds, nowMs, mayKnow } = wanted;
  const { event, lecturer, startsAtMs, endsAtMs } = line;
  if (startsAtMs === null || endsAtMs === null) return line;
  const { timeZone, isRecorded } = home;
  try {
    await stores.atomically(async (inside) => {
      await inside.timetable.planAlone();
      const lesson = await inside.lessons.create({
        ...{ kind: 'live', title: event.title, subject: event.subject, schoolId, lecturerId: lecturer.personId },
        ...{ classGroupIds, classroomIds: [], startsAtMs, endsAtMs, isRecorded },
      });
      await inside.importedLessons.remember(schoolId, event, lesson.lessonId);
      await assertNoClash(inside, {
        scope: { lessonId: lesson.lessonId },
        allowsClashes: false,
        timeZone,
        mayKnow,
        nowMs,
      });
    });
    return { ...line, state: 'made' };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
    const problems = Problems.safeParse(error.details).data?.problems ?? [];
    // Nothing is needed twice: somebody else has just imported the same.
    return problems.length === 0 ? { ...line, state: 'known' } : { ...line, state: 'clash', problems };
  }
}
