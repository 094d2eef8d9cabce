import type { ImportedLesson, Lesson, Stores } from '../../storage/ports.ts';
import { localDateOf } from '../../storage/local-time.ts';
import type { SchoolId } from '../protocol/ids.ts';
import type { CalendarLine } from '../protocol/rest/calendar-feeds.ts';
import {
  cancellationVerdict,
  isToCome,
  lessonVerdict,
  problemVerdict,
  type CalendarImport,
  type Lecturer,
  type PlannedLine,
} from './calendar-verdict.ts';
import { movedTogether, settleWishes, type Slot, type Wish } from './lesson-diary.ts';
import { pairOccurrences } from './occurrences.ts';
import { readIcalendar, type ReadCancellation, type ReadEvent, type ReadLesson } from './read-icalendar.ts';

type PlanStores = Pick<Stores, 'directory' | 'importedLessons' | 'timetable'>;
type Named = ReadLesson | (ReadCancellation & { readonly occurrence: string });

/** A lesson that is made or moved, and its line. */
interface LineWish extends Wish {
  readonly planned: PlannedLine;
}

export interface CalendarPlan {
  readonly lines: readonly PlannedLine[];
  /** Lines of lessons that can only be moved together. */
  readonly together: readonly (readonly PlannedLine[])[];
}

/** How the school that the lessons are for keeps its time and its recordings. */
export interface Home {
  readonly schoolName: string;
  readonly timeZone: string;
  readonly isRecorded: boolean;
}

/** What becomes of each event of the file, as things stand. Nothing is changed. @throws AppError `invalidInput` */
export async function planCalendar(stores: PlanStores, wanted: CalendarImport, home: Home): Promise<CalendarPlan> {
  const { schoolId, nowMs } = wanted;
  const events = readIcalendar(wanted.ics, { timeZone: home.timeZone, nowMs });
  const known = await stores.importedLessons.known(schoolId, [...new Set(events.map(({ uid }) => uid))]);
  const pairs = pairsOf(events, known, home, nowMs);
  const teachers = wanted.isAdmin ? await teachersByName(stores, schoolId, events) : new Map<string, Lecturer>();
  const lines = events.flatMap((event): PlannedLine[] => {
    if (event.kind === 'unreadable') return [problemVerdict(event, wanted)];
    if (event.kind === 'lesson') {
      const lecturer = teachers.get(event.organizer ?? '') ?? wanted.lecturer;
      return [lessonVerdict(event, pairs.of.get(event), lecturer, wanted)];
    }
    const concerned = event.occurrence === null ? pairs.restOf(event.uid) : [pairs.of.get(event)];
    return concerned.flatMap((one) => {
      const verdict = one === undefined ? null : cancellationVerdict(event, one, wanted);
      return verdict === null ? [] : [verdict];
    });
  });
  return withoutClashes(stores, wanted, home, lines);
}

/** Which lesson was made from which event, and those that the file has none for. */
function pairsOf(events: readonly ReadEvent[], known: readonly ImportedLesson[], { timeZone }: Home, nowMs: number) {
  const isNamed = (event: ReadEvent): event is Named => event.kind !== 'unreadable' && event.occurrence !== null;
  const dateOf = (occurrence: string, startsAtMs: number | null): string =>
    occurrence === '' ? localDateOf(startsAtMs ?? nowMs, timeZone) : occurrence.slice(0, '2026-09-01'.length);
  const eventsByUid = Map.groupBy(events.filter(isNamed), ({ uid }) => uid);
  const of = new Map<ReadEvent, ImportedLesson>();
  const rest = new Map<string, ImportedLesson[]>();
  for (const [uid, lessons] of Map.groupBy(known, (one) => one.uid)) {
    const pairs = pairOccurrences(
      (eventsByUid.get(uid) ?? []).map((event) => ({
        ...{ event, occurrence: event.occurrence, isCancelled: event.kind === 'cancelled' },
        date: dateOf(event.occurrence, event.startsAtMs),
      })),
      lessons.map((one) => ({
        ...{ one, occurrence: one.occurrence, isOpen: isToCome(one.lesson, nowMs) },
        date: dateOf(one.occurrence, one.lesson.startsAtMs),
      })),
    );
    for (const [{ event }, { one }] of pairs) of.set(event, one);
    const paired = new Set([...pairs.values()].map(({ one }) => one));
    rest.set(
      uid,
      lessons.filter((one) => !paired.has(one)),
    );
  }
  return { of, restOf: (uid: string): readonly ImportedLesson[] => rest.get(uid) ?? [] };
}

/** Of these names those of exactly one teacher of the school. */
async function teachersByName(
  { directory }: PlanStores,
  schoolId: SchoolId,
  events: readonly ReadEvent[],
): Promise<Map<string, Lecturer>> {
  const organizers = events.map((event) => (event.kind === 'lesson' ? event.organizer : null));
  const names = [...new Set(organizers.filter((name) => name !== null))];
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

/** Says of each lesson to be made or moved whether who and what it needs is free, by what they alone have planned at those times. */
async function withoutClashes(
  { timetable }: PlanStores,
  wanted: CalendarImport,
  home: Home,
  lines: readonly PlannedLine[],
): Promise<CalendarPlan> {
  const wishes = lines.flatMap((planned) => wishOf(planned, wanted, home));
  // Lessons that are there go before new ones.
  const inOrder = wishes.toSorted((a, b) => Number(a.lessonId === null) - Number(b.lessonId === null));
  const needs = [...new Set(wishes.flatMap((wish) => wish.needs))];
  const cancelled = new Set(lines.map(({ step }) => (step.does === 'cancel' ? step.known.lesson.lessonId : null)));
  const busy = (await timetable.busy({ times: wishes, needs })).filter(({ lessonId }) => !cancelled.has(lessonId));
  const refused = new Map(
    [...settleWishes(inOrder, busy)].map(([{ planned }, slot]) => [planned, clashProblem(planned.line, slot, wanted)]),
  );
  const moved = wishes.filter(({ lessonId, planned }) => lessonId !== null && !refused.has(planned));
  const before = new Map(moved.flatMap((wish) => beforeOf(wish)));
  return {
    lines: lines.map((planned): PlannedLine => {
      const clash = refused.get(planned);
      if (clash === undefined) return planned;
      return { line: { ...planned.line, state: 'clash', problems: [clash] }, step: { does: 'nothing' } };
    }),
    together: movedTogether(moved, before).map((group) => group.map(({ planned }) => planned)),
  };
}

function wishOf(planned: PlannedLine, { classGroupIds, schoolId }: CalendarImport, { schoolName }: Home): LineWish[] {
  const { step } = planned;
  if (step.does === 'make') {
    const { event, lecturer } = step;
    return [
      {
        ...{ planned, lessonId: null, needs: [lecturer.personId, ...classGroupIds] },
        ...{ title: event.title, lecturerName: lecturer.displayName, schoolId, schoolName },
        ...{ startsAtMs: event.startsAtMs, endsAtMs: event.endsAtMs },
      },
    ];
  }
  if (step.does !== 'change') return [];
  const { startsAtMs, endsAtMs, title } = step.change;
  // One that stays where it is may clash there, since somebody wanted it so.
  if (startsAtMs === undefined || endsAtMs === undefined) return [];
  const { lesson } = step.known;
  const slot = slotOf(lesson);
  return [{ ...slot, planned, lessonId: lesson.lessonId, title: title ?? slot.title, startsAtMs, endsAtMs }];
}

function beforeOf(wish: LineWish): [LineWish, Slot][] {
  const { step } = wish.planned;
  return step.does === 'change' ? [[wish, slotOf(step.known.lesson)]] : [];
}

function slotOf(lesson: Lesson): Slot {
  const { title, lecturerName, schoolId, schoolName, startsAtMs, endsAtMs } = lesson;
  const classes = lesson.kind === 'meeting' ? [] : lesson.classGroups.map(({ classGroupId }) => classGroupId);
  const classrooms = lesson.classrooms.map(({ classroomId }) => classroomId);
  return {
    ...{ title, lecturerName, schoolId, schoolName, startsAtMs, endsAtMs },
    needs: [lesson.lecturerId, ...lesson.coTeacherIds, ...classes, ...classrooms],
  };
}

function clashProblem(
  { lecturerName: name }: CalendarLine,
  { title, lecturerName, schoolId, schoolName }: Slot,
  wanted: CalendarImport,
): CalendarLine['problems'][number] {
  const isKnown = schoolId === wanted.schoolId || wanted.mayKnow(schoolId);
  if (isKnown) return { code: 'calendarBusy', values: { name, title, lecturer: lecturerName } };
  // The titles of another school's lessons are its own business.
  return { code: 'calendarBusyElsewhere', values: { name, school: schoolName } };
}
