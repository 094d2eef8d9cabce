import { describe, expect, it } from 'vitest';
import { ClassroomId } from '../../../../signaling/protocol/ids.ts';
import { entryBody, newDraft, problemsOf } from './entry-draft.ts';

const MONDAY = '2026-11-23';
const draft = { ...newDraft(MONDAY, null), title: ' 语文 ', lecturerId: 'somebody' };

describe('the draft of a timetable entry', () => {
  it('begins on the day and ends with the term', () => {
    expect(newDraft(MONDAY, null)).toMatchObject({
      weekday: 1,
      startTime: '08:00',
      endTime: '08:45',
      lastDate: '2027-01-20',
    });
  });

  it('takes the place in the week that was pressed', () => {
    const slot = { weekday: 4, startTime: '10:10', endTime: '10:50' };
    expect(newDraft(MONDAY, slot)).toMatchObject(slot);
  });

  it('names what is missing or the wrong way round', () => {
    expect(problemsOf(draft).size).toBe(0);
    const bad = { ...draft, title: ' ', lecturerId: '', endTime: '07:00', lastDate: '2026-01-01' };
    expect([...problemsOf(bad)]).toEqual(['title', 'lecturer', 'endTime', 'lastDate']);
    expect(problemsOf({ ...draft, isWeekly: false, lastDate: '2026-01-01' }).size).toBe(0);
  });

  it('sends listening classrooms only for the sky classroom, and no empty subject', () => {
    const classroomIds = [ClassroomId.parse(crypto.randomUUID())];
    expect(entryBody({ ...draft, classroomIds }, 'x')).toMatchObject({ title: '语文', subject: null, classroomIds });
    expect(entryBody({ ...draft, kind: 'live', classroomIds }, 'x').classroomIds).toEqual([]);
  });
});
