import { describe, expect, it } from 'vitest';
import { ClassroomId, TermId } from '../../../../signaling/protocol/ids.ts';
import { entryBody, newDraft, problemsOf } from './entry-draft.ts';

const SCHOOL_YEAR = { terms: [], periods: [] };
const MONDAY = '2026-11-23';
const draft = { ...newDraft(MONDAY, null, SCHOOL_YEAR), title: ' 语文 ', lecturerId: 'somebody' };

describe('the draft of a timetable entry', () => {
  it('begins on the day and ends with the term', () => {
    expect(newDraft(MONDAY, null, SCHOOL_YEAR)).toMatchObject({
      weekday: 1,
      startTime: '08:00',
      endTime: '08:45',
      lastDate: '2027-01-20',
    });
  });

  it('takes the place in the week that was pressed', () => {
    const slot = { weekday: 4, period: null, startTime: '10:10', endTime: '10:50' };
    expect(newDraft(MONDAY, slot, SCHOOL_YEAR)).toMatchObject(slot);
  });

  it('is held in the term that is on and in the first period, and then sends no times or dates of its own', () => {
    const termId = TermId.parse('autumn');
    const terms = [
      { termId: TermId.parse('spring'), schoolId: null, name: '春', firstDate: '2026-02-20', lastDate: '2026-07-10' },
      { termId, schoolId: null, name: '秋', firstDate: '2026-09-01', lastDate: '2027-01-22' },
    ];
    const periods = [{ number: 1, startTime: '08:30', endTime: '09:10' }];
    const made = newDraft(MONDAY, null, { terms, periods });
    expect(made).toMatchObject({ termId, period: 1, startTime: '08:30', lastDate: '2027-01-22' });
    const body = entryBody(made, 'x');
    expect(body).toMatchObject({ termId, period: 1, weeks: 'all' });
    expect(body).not.toHaveProperty('startTime');
    expect(body).not.toHaveProperty('lastDate');
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
