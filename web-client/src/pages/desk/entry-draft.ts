import type { ClassGroupId, ClassroomId } from '../../../../signaling/protocol/ids.ts';
import type { TimetableEntry } from '../../../../signaling/protocol/rest/classrooms.ts';
import type { LessonKind } from '../../../../signaling/protocol/seats.ts';
import { laterTime, termEnd, weekdayOf } from './school-days.ts';

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
  readonly startTime: string;
  readonly endTime: string;
  /** Of a lesson that is held once: its day. */
  readonly firstDate: string;
  readonly lastDate: string;
}

interface Slot {
  readonly weekday: number;
  readonly startTime: string;
  readonly endTime: string;
}

const FIRST_PERIOD = '08:00';
const PERIOD_MINUTES = 45;

/** @param today local date of the school */
export function newDraft(today: string, slot: Slot | null): EntryDraft {
  const startTime = slot?.startTime ?? FIRST_PERIOD;
  return {
    isWeekly: true,
    kind: 'sky',
    title: '',
    subject: '',
    lecturerId: '',
    classGroupIds: [],
    classroomIds: [],
    weekday: slot?.weekday ?? weekdayOf(today),
    startTime,
    endTime: slot?.endTime ?? laterTime(startTime, PERIOD_MINUTES),
    firstDate: today,
    lastDate: termEnd(today),
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
  if (draft.endTime <= draft.startTime) problems.add('endTime');
  if (draft.isWeekly && draft.lastDate < draft.firstDate) problems.add('lastDate');
  return problems;
}

/** The body of a timetable entry. */
export function entryBody<Id>(draft: EntryDraft, lecturerId: Id) {
  const { isWeekly: _isWeekly, subject, ...parts } = draft;
  return {
    ...parts,
    title: draft.title.trim(),
    subject: subject.trim() === '' ? null : subject.trim(),
    lecturerId,
    classGroupIds: [...draft.classGroupIds],
    classroomIds: draft.kind === 'sky' ? [...draft.classroomIds] : [],
  };
}
