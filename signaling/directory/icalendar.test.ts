import { describe, expect, it } from 'vitest';
import { ClassGroupId, ClassroomId, LessonId, PersonId, SchoolId } from '../protocol/ids.ts';
import type { Lesson } from '../../storage/ports.ts';
import { icalendar } from './icalendar.ts';

const schoolId = SchoolId.parse('school');
const LESSON: Lesson = {
  ...{
    lessonId: LessonId.parse('lesson-1'),
    kind: 'sky',
    title: '语文；古诗, 二首',
    subject: '语文',
    state: 'scheduled',
  },
  ...{ schoolId, schoolName: '莲都区实验小学', lecturerId: PersonId.parse('lin'), lecturerName: '林老师' },
  ...{ coTeacherIds: [], origin: 'class', isRecorded: true, timetableEntryId: null, ownFields: [] },
  classGroups: [{ classGroupId: ClassGroupId.parse('g'), name: '三年级一班', schoolId }],
  classrooms: ['一', '二', '三', '四'].map((name) => ({
    ...{ classroomId: ClassroomId.parse('room'), name: `空中课堂教室${name}`, schoolId, siteId: null },
    schoolName: '新和县塔什艾日克乡中心小学',
  })),
  startsAtMs: Date.parse('2026-09-07T08:00:00+08:00'),
  endsAtMs: Date.parse('2026-09-07T08:40:00+08:00'),
  ...{ startedAtMs: null, endedAtMs: null },
};
const facts = { name: '林老师', origin: 'https://tongke.example', nowMs: Date.parse('2026-09-01T10:20:30Z') };
const unfolded = (calendar: string): string[] => calendar.replaceAll('\r\n ', '').split('\r\n');

describe('an iCalendar of lessons', () => {
  it('has an event for each, at instants in UTC, with a link to its room', () => {
    const lines = unfolded(icalendar([LESSON, { ...LESSON, lessonId: LessonId.parse('lesson-2') }], facts));
    expect(lines.filter((line) => line === 'BEGIN:VEVENT')).toHaveLength(2);
    for (const line of [
      ...['DTSTART:20260907T000000Z', 'DTEND:20260907T004000Z', 'DTSTAMP:20260901T100000Z', 'UID:lesson-2@tongke'],
      ...['URL:https://tongke.example/room/lesson-1', 'VERSION:2.0'],
    ]) {
      expect(lines).toContain(line);
    }
    expect(lines.at(-2)).toBe('END:VCALENDAR');
  });

  it('escapes what would end a value, and drops control characters', () => {
    const title = 'a;b,c\\d\ne\u0007\r\nBEGIN:VEVENT';
    const lines = unfolded(icalendar([{ ...LESSON, title }], facts));
    expect(lines).toContain(String.raw`SUMMARY:a\;b\,c\\d\ne\nBEGIN:VEVENT`);
    expect(lines.filter((line) => line === 'BEGIN:VEVENT')).toHaveLength(1);
    expect(lines).toContain(String.raw`DESCRIPTION:林老师\n莲都区实验小学\n三年级一班`);
  });

  it('folds long lines at 75 octets, never within a character', () => {
    const lines = icalendar([LESSON], facts).split('\r\n');
    expect(lines.some((line) => line.startsWith(' '))).toBe(true);
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75);
    expect(lines.join('')).not.toContain('\uFFFD');
    const places = LESSON.classrooms.map((room) => `${room.schoolName} ${room.name}`).join('、');
    expect(unfolded(icalendar([LESSON], facts))).toContain(`LOCATION:${places}`);
  });
});
