import type { ClassGroupId, ClassroomId } from '../../../../signaling/protocol/ids.ts';
import type { SchoolCalendar, Term } from '../../../../signaling/protocol/rest/calendar.ts';
import type { TimetableEntry, Weeks } from '../../../../signaling/protocol/rest/classrooms.ts';
import type { LessonKind } from '../../../../signaling/protocol/seats.ts';
import { weekdayOf } from '../../../../signaling/protocol/term-days.ts';
import { laterTime, termEnd } from './school-days.ts';

/** What the form of a timetable entry holds. */
export interface EntryDraft {
  readonly isWeekly: boolean;
  readonly kind: LessonKind;
  readonly title: string;
  readonly subject: string;
  /** Empty until one is chosen. */
  readonly lecturerId: string;
  readonly classGroupIds: readonly ClassGroupId[];
  readonly classroomIds: readonly ClassroomId[];
  readonly weekday: number;
  readonly weeks: Weeks;
  /** Null: a time of its own. With a period or a term, the times and dates here are theirs. */
  readonly period: number | null;
  readonly startTime: string;
  readonly endTime: string;
  /** Null: dates of its own. */
  readonly termId: Term['termId'] | null;
  /** Of a lesson that is held once: its day. */
  readonly firstDate: string;
  readonly lastDate: string;
}

interface Slot {
  readonly weekday: number;
  readonly period: number | null;
  readonly startTime: string;
  readonly endTime: string;
}

const FIRST_PERIOD = '08:00';
const PERIOD_MINUTES = 45;

type Year = Pick<SchoolCalendar, 'terms' | 'periods'>;

/** The term that is on, or comes next. */
const termFor = (today: string, { terms }: Pick<Year, 'terms'>): Term | undefined =>
  terms.find((term) => term.lastDate >= today);

/** The first period of the day where there are any. */
function firstSlot(today: string, { periods }: Pick<Year, 'periods'>): Slot {
  const [first] = periods;
  const weekday = weekdayOf(today);
  if (first !== undefined) return { weekday, period: first.number, startTime: first.startTime, endTime: first.endTime };
  return { weekday, period: null, startTime: FIRST_PERIOD, endTime: laterTime(FIRST_PERIOD, PERIOD_MINUTES) };
}

/** @param today local date of the school */
export function newDraft(today: string, slot: Slot | null, year: Year): EntryDraft {
  const term = termFor(today, year);
  return {
    isWeekly: true,
    kind: 'sky',
    title: '',
    subject: '',
    lecturerId: '',
    classGroupIds: [],
    classroomIds: [],
    weeks: 'all',
    ...(slot ?? firstSlot(today, year)),
    termId: term?.termId ?? null,
    firstDate: today,
    lastDate: term?.lastDate ?? termEnd(today),
  };
}

export function draftOf(entry: TimetableEntry): EntryDraft {
  const { entryId: _entryId, schoolId: _schoolId, lecturerName: _lecturerName, ...parts } = entry;
  return { ...parts, isWeekly: true, subject: entry.subject ?? '' };
}

export type EntryProblem = 'title' | 'lecturer' | 'endTime' | 'lastDate';

/** What the form can tell by itself before anything is sent. */
export function problemsOf(draft: EntryDraft): ReadonlySet<EntryProblem> {
  const problems = new Set<EntryProblem>();
  if (draft.title.trim() === '') problems.add('title');
  if (draft.lecturerId === '') problems.add('lecturer');
  if (draft.period === null && draft.endTime <= draft.startTime) problems.add('endTime');
  if (draft.isWeekly && draft.termId === null && draft.lastDate < draft.firstDate) problems.add('lastDate');
  return problems;
}

/** The body of a timetable entry. */
export function entryBody<Id>(draft: EntryDraft, lecturerId: Id) {
  const { isWeekly: _isWeekly, subject, startTime, endTime, firstDate, lastDate, ...parts } = draft;
  return {
    ...parts,
    title: draft.title.trim(),
    subject: subject.trim() === '' ? null : subject.trim(),
    ...(draft.period === null ? { startTime, endTime } : {}),
    ...(draft.termId === null ? { firstDate, lastDate } : {}),
    lecturerId,
    classGroupIds: [...draft.classGroupIds],
    classroomIds: draft.kind === 'sky' ? [...draft.classroomIds] : [],
  };
}
