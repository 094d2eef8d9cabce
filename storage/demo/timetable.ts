import type { LessonId } from '../../signaling/protocol/ids.ts';
import type { Period, Term } from '../../signaling/protocol/rest/calendar.ts';
import type { LessonKind } from '../../signaling/protocol/seats.ts';
import type { NewLessonRecord, NewTimetableEntryRecord, Stores } from '../ports.ts';
import { weekdayOf } from '../../signaling/protocol/term-days.ts';
import { localDateOf } from '../local-time.ts';
import type { SeededSchool } from './seeded-school.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const TERM_DAYS = 56;
/** Lessons around the first start begin on such a minute. */
const ROUNDING_MS = 5 * MINUTE_MS;
const SCHOOL_DAYS = [1, 2, 3, 4, 5];

interface WeeklyLesson {
  readonly kind: LessonKind;
  readonly title: string;
  /** Index of the lecturing school's teacher. */
  readonly teacher: 0 | 1 | 2;
  /** Index of its class group. */
  readonly group: 0 | 1;
  readonly period: number;
}

/** The periods of a day at both schools, each by its own clock: in Xinjiang the sun is two hours later, and so is school. */
const DAY: readonly Period[] = [
  { number: 1, startTime: '08:30', endTime: '09:10' },
  { number: 2, startTime: '09:30', endTime: '10:10' },
  { number: 3, startTime: '10:30', endTime: '11:10' },
  { number: 4, startTime: '13:30', endTime: '14:10' },
  { number: 5, startTime: '14:30', endTime: '15:10' },
  { number: 6, startTime: '15:30', endTime: '16:10' },
];

const EVERY_DAY: readonly WeeklyLesson[] = [
  { kind: 'live', title: '语文 · 古诗二首', teacher: 0, group: 0, period: 1 },
  { kind: 'live', title: '数学 · 两位数乘两位数', teacher: 1, group: 0, period: 2 },
  { kind: 'sky', title: '空中课堂 · 英语', teacher: 2, group: 0, period: 3 },
  { kind: 'live', title: '数学 · 面积', teacher: 1, group: 1, period: 4 },
  { kind: 'sky', title: '空中课堂 · 科学', teacher: 0, group: 1, period: 5 },
  { kind: 'live', title: '英语 · 会话', teacher: 2, group: 1, period: 6 },
];

/** The district's term of the demo, from today. */
function demoTerm(timeZone: string, nowMs: number): Omit<Term, 'termId'> {
  const firstDate = localDateOf(nowMs, timeZone);
  return { schoolId: null, name: '本学期', firstDate, lastDate: localDateOf(nowMs + TERM_DAYS * DAY_MS, timeZone) };
}

/** The weekly timetable of the lecturing school: every school day, and today whatever day it is. */
function weeklyEntries(lecturing: SeededSchool, listening: SeededSchool, term: Term): NewTimetableEntryRecord[] {
  return [...new Set([...SCHOOL_DAYS, weekdayOf(term.firstDate)])].flatMap((weekday) =>
    EVERY_DAY.map((lesson) => ({
      schoolId: lecturing.schoolId,
      kind: lesson.kind,
      title: lesson.title,
      subject: lecturing.teachers[lesson.teacher].subject,
      lecturerId: lecturing.teachers[lesson.teacher].personId,
      classGroupIds: groupsOf(lesson.kind, lecturing.classGroupIds[lesson.group], listening),
      classroomIds: lesson.kind === 'sky' ? [listening.classroomId] : [],
      weekday,
      period: lesson.period,
      termId: term.termId,
    })),
  );
}

/** One lesson of each kind that is on at the first start, and two that come, at any time of the day. */
function lessonsAroundNow(lecturing: SeededSchool, listening: SeededSchool, nowMs: number): NewLessonRecord[] {
  const startsAtMs = Math.floor(nowMs / ROUNDING_MS) * ROUNDING_MS;
  const [lin, wu, chen] = lecturing.teachers;
  const [first, second] = lecturing.classGroupIds;
  const lesson = (
    kind: LessonKind,
    title: string,
    teacher: SeededSchool['teachers'][number],
    classGroupId: typeof first,
    minutes: { readonly from: number; readonly to: number },
  ): NewLessonRecord => ({
    kind,
    title,
    subject: kind === 'meeting' ? null : teacher.subject,
    schoolId: lecturing.schoolId,
    lecturerId: teacher.personId,
    coTeacherIds: kind === 'sky' ? [listening.teachers[0].personId] : [],
    classGroupIds: groupsOf(kind, classGroupId, listening),
    classroomIds: kind === 'sky' ? [listening.classroomId] : [],
    startsAtMs: startsAtMs + minutes.from * MINUTE_MS,
    endsAtMs: startsAtMs + minutes.to * MINUTE_MS,
    isRecorded: kind !== 'meeting',
  });
  const [, , aili] = listening.teachers;
  /** The other way round: the far school teaches, the own classroom listens. */
  const back: NewLessonRecord = {
    ...lesson('sky', '空中课堂 · 沙漠里的植物', aili, first, { from: 200, to: 240 }),
    schoolId: listening.schoolId,
    coTeacherIds: [lin.personId],
    classroomIds: [lecturing.classroomId],
  };
  return [
    back,
    lesson('sky', '空中课堂 · 望庐山瀑布', lin, first, { from: 0, to: 120 }),
    lesson('live', '数学 · 认识分数', wu, second, { from: 0, to: 120 }),
    lesson('meeting', '三年级二班家长会', chen, second, { from: 0, to: 180 }),
    lesson('live', '语文 · 习作：我的家乡', lin, first, { from: 150, to: 190 }),
  ];
}

/** The periods of a day, the term, and what is taught every week of it. */
export async function planWeeks(
  { calendar, timetable }: Pick<Stores, 'calendar' | 'timetable'>,
  lecturing: SeededSchool,
  listening: SeededSchool,
  nowMs: number,
): Promise<void> {
  for (const { schoolId } of [lecturing, listening]) await calendar.setPeriods(schoolId, DAY);
  const term = await calendar.createTerm(demoTerm(lecturing.timeZone, nowMs));
  for (const entry of weeklyEntries(lecturing, listening, term)) await timetable.create(entry, nowMs);
}

/** What is on and what comes next; of the weekly lessons those that need the same people or classroom at the time are cancelled. */
export async function planLessonsAroundNow(
  { lessons, timetable }: Pick<Stores, 'lessons' | 'timetable'>,
  lecturing: SeededSchool,
  listening: SeededSchool,
  nowMs: number,
): Promise<LessonId[]> {
  const planned: LessonId[] = [];
  for (const lesson of lessonsAroundNow(lecturing, listening, nowMs)) {
    const { lessonId } = await lessons.create(lesson);
    for (const clash of await timetable.clashes({ lessonId }, nowMs)) await lessons.cancel(clash.lesson.lessonId);
    planned.push(lessonId);
  }
  return planned;
}

/** In the sky classroom the far class sits in front of the screen and belongs to the roll. */
function groupsOf(
  kind: LessonKind,
  own: SeededSchool['classGroupIds'][number],
  listening: SeededSchool,
): NewLessonRecord['classGroupIds'][number][] {
  return kind === 'sky' ? [own, listening.classGroupIds[0]] : [own];
}
