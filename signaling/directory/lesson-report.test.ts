import { describe, expect, it } from 'vitest';
import type { RosterEntry, Seat, SeatActivity, SeatHolder, Stay } from '../../storage/ports.ts';
import { ClassGroupId, InvitationId, LessonId, PersonId, SchoolId, SeatId } from '../protocol/ids.ts';
import type { SeatKind } from '../protocol/seats.ts';
import { activityOf, reportedPeople, teachersTalkedMs } from './lesson-report.ts';

const lessonId = LessonId.parse('lesson');
/** Ids are of plain letters. */
const idOf = (name: string): string => Buffer.from(name).toString('hex');
const person = (name: string): PersonId => PersonId.parse(idOf(name));
const child = (displayName: string): RosterEntry => ({
  personId: person(displayName),
  displayName,
  studentNumber: null,
  classGroupId: ClassGroupId.parse('group'),
  classGroup: '三年级一班',
  schoolId: SchoolId.parse('school'),
  schoolName: '实验小学',
});
const guest: SeatHolder = { kind: 'guest', guestKeyHash: 'key', invitationId: InvitationId.parse('invitation') };

function seat(displayName: string, kind: SeatKind, wardName: string | null, holder?: SeatHolder): Seat {
  return {
    seatId: SeatId.parse(idOf(displayName)),
    lessonId,
    holder: holder ?? { kind: 'person', personId: person(displayName) },
    seat: kind,
    displayName,
    schoolName: '实验小学',
    wardName,
    createdAtMs: 0,
    admittedAtMs: 0,
    isKeptOut: false,
  };
}

const stay = (displayName: string, joinedAtMs: number, leftAtMs: number | null): Stay => ({
  seatId: SeatId.parse(idOf(displayName)),
  personId: null,
  joinedAtMs,
  leftAtMs,
});

const records = {
  roster: ['王小明', '李欣怡', '张浩然', '赵一', '赵二'].map(child),
  seats: [
    seat('班主任', 'lecturer', null),
    seat('王妈妈', 'guardian', '王小明'),
    seat('王爸爸', 'guardian', '王小明'),
    seat('赵妈妈', 'guardian', '赵一、赵二'),
    seat('李欣怡', 'pupil', null),
    seat('外婆', 'guest', '张浩然', guest),
    seat('记者', 'guest', null, guest),
    seat('还在等', 'guardian', '李欣怡'),
  ],
  stays: [
    stay('班主任', 0, 1_000),
    stay('王妈妈', 100, 400),
    stay('王爸爸', 300, 600),
    stay('赵妈妈', 300, null),
    stay('李欣怡', 350, 450),
    stay('外婆', 400, 500),
    stay('记者', 400, 500),
    stay('王妈妈', 700, 800),
  ],
  polls: [],
  activity: [],
};

const did = (displayName: string, change: Partial<SeatActivity>): SeatActivity => ({
  seatId: SeatId.parse(idOf(displayName)),
  ...{ talkedMs: 0, handsRaised: 0, lineMs: 0, poorLineMs: 0, lineScoreMs: 0 },
  ...change,
});

describe('the people of a report', () => {
  it('are, of a meeting, the children: there as long as anybody is who came for them, and others apart (SPEC S7)', () => {
    const lines = reportedPeople('meeting', records, 1_000).map((each) => [
      each.displayName,
      each.cameFor.join(' '),
      each.seat,
      each.firstJoinedAtMs,
      each.lastLeftAtMs,
      each.presentMs,
    ]);
    expect(lines).toEqual([
      ['王小明', '王妈妈 王爸爸', 'guardian', 100, 800, 600],
      ['李欣怡', '', 'pupil', 350, 450, 100],
      ['张浩然', '外婆', 'guest', 400, 500, 100],
      ['赵一', '赵妈妈', 'guardian', 300, null, 700],
      ['赵二', '赵妈妈', 'guardian', 300, null, 700],
      ['记者', '', 'guest', 400, 500, 100],
    ]);
  });

  it('are, of another lesson, the pupils themselves, and who came with somebody stands apart', () => {
    const report = reportedPeople('live', records, 1_000);
    const came = report.filter((each) => each.seat !== null).map((each) => each.displayName);
    expect(came).toEqual(['李欣怡', '王妈妈', '王爸爸', '赵妈妈', '外婆', '记者']);
    expect(report.every(({ cameFor }) => cameFor.length === 0)).toBe(true);
  });
});

describe('what somebody did', () => {
  const activity = [
    did('班主任', { talkedMs: 900 }),
    did('王妈妈', { talkedMs: 100, handsRaised: 1, lineMs: 100, lineScoreMs: 1_000 }),
    did('王爸爸', { talkedMs: 50, handsRaised: 2, lineMs: 300, poorLineMs: 300, lineScoreMs: 600 }),
    did('李欣怡', { talkedMs: 7 }),
  ];

  it('is, of a child whom two came for, what both did, and the line of each counts for as long as it was measured', () => {
    const [ming, xin, zhang] = reportedPeople('meeting', { ...records, activity }, 1_000);
    expect(ming).toMatchObject({ talkedMs: 150, handsRaised: 3, poorLineMs: 300, lineScore: 4 });
    expect(xin).toMatchObject({ talkedMs: 7, handsRaised: 0, lineScore: null });
    expect(zhang).toMatchObject({ talkedMs: 0, handsRaised: 0, poorLineMs: 0, lineScore: null });
  });

  it('is nothing, and no score, where nothing was counted; teachers are counted apart', () => {
    expect(activityOf([])).toEqual({ talkedMs: 0, handsRaised: 0, lineScore: null, poorLineMs: 0 });
    expect(teachersTalkedMs({ ...records, activity })).toBe(900);
  });
});
