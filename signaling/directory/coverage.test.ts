import { describe, expect, it } from 'vitest';
import type { LessonsHeard } from '../../storage/ports.ts';
import { ClassroomId, LessonId, SchoolId } from '../protocol/ids.ts';
import { coverageOf } from './coverage.ts';

const school = (name: string): SchoolId => SchoolId.parse(name);
const room = (name: string): ClassroomId => ClassroomId.parse(name);
const heard = (
  from: string,
  by: string,
  at: string,
  lessons: string[],
  ms: number,
  line: Partial<LessonsHeard> = {},
) => ({
  ...{ lecturingSchoolId: school(from), schoolId: school(by), classroomId: room(at), ms },
  lessonIds: lessons.map((one) => LessonId.parse(one)),
  ...{ lineMs: 0, poorLineMs: 0, lineScoreMs: 0 },
  ...line,
});
const names = ['lishui', 'aksu', 'hotan'];
const records = {
  schools: names.map((name) => ({ schoolId: school(name), name })),
  schoolNames: new Map(names.map((name) => [school(name), name])),
  classrooms: [
    { classroomId: room('l1'), schoolId: school('lishui'), name: '录播一' },
    { classroomId: room('a1'), schoolId: school('aksu'), name: '三一' },
    { classroomId: room('a2'), schoolId: school('aksu'), name: '三二' },
    { classroomId: room('a3'), schoolId: school('aksu'), name: '从未' },
  ],
  given: [{ schoolId: school('lishui'), lessons: 3, ms: 7_200 }],
  heard: [
    heard('lishui', 'aksu', 'a1', ['x', 'y'], 4_000, { lineMs: 4_000, poorLineMs: 1_000, lineScoreMs: 28_000 }),
    heard('lishui', 'aksu', 'a2', ['y'], 1_500, { lineMs: 1_000, poorLineMs: 1_000, lineScoreMs: 2_000 }),
    heard('hotan', 'aksu', 'a2', ['z'], 2_500),
    heard('lishui', 'lishui', 'l1', ['x'], 2_000),
  ],
};

describe('what schools gave and received', () => {
  const [lishui, aksu, hotan] = coverageOf(records);

  it('counts a lesson once, however many classrooms of a school heard it, and the time of each', () => {
    expect(aksu).toMatchObject({ given: { lessons: 0, ms: 0 }, received: { lessons: 3, ms: 8_000 }, partners: [] });
    expect(lishui?.partners).toEqual([{ schoolId: 'aksu', schoolName: 'aksu', lessons: 2, ms: 5_500 }]);
  });

  it('has the own classrooms among what is received and not among the partners', () => {
    expect(lishui).toMatchObject({ given: { lessons: 3, ms: 7_200 }, received: { lessons: 1, ms: 2_000 } });
    expect(lishui?.partners.map(({ schoolId }) => schoolId)).not.toContain('lishui');
  });

  it('lists every classroom, those that heard most first, and those that heard nothing with nothing', () => {
    expect(aksu?.classrooms.map(({ name, lessons, ms, from }) => [name, lessons, ms, from.join(' ')])).toEqual([
      ['三一', 2, 4_000, 'lishui'],
      ['三二', 2, 4_000, 'hotan lishui'],
      ['从未', 0, 0, ''],
    ]);
  });

  it('weighs lines by how long they were measured, and has no score where none was', () => {
    expect(aksu?.line).toEqual({ score: 6, poorShare: 0.4 });
    expect(aksu?.classrooms.map(({ line }) => line.score)).toEqual([7, 2, null]);
    expect(lishui?.line).toEqual({ score: null, poorShare: null });
  });

  it('is all nothing for a school without lessons and classrooms', () => {
    expect(hotan).toMatchObject({ given: { lessons: 0, ms: 0 }, received: { lessons: 0, ms: 0 }, classrooms: [] });
    expect(coverageOf({ ...records, schools: [] })).toEqual([]);
  });
});
