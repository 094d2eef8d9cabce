import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restRoutes, type RouteName } from '../../../signaling/protocol/rest.ts';
import { Callers } from '../../support/clients/callers.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';
import { CALLERS, FOREIGN_REFUSALS, RIGHTS, type CallerName } from './rights.fixture.ts';

const EXPECTED: Readonly<Record<string, string>> = { s: 'signedOut', f: 'forbidden', p: 'passwordChangeRequired' };
/** Routes that change who is signed in get a client of their own. */
const NEEDS_OWN_CLIENT = new Set<RouteName>(['signOut', 'signIn', 'enrolSite']);

let stack: Stack;
let callers: Callers;

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  callers = await Callers.signIn(stack);
});
afterAll(() => stack.stop());

describe('REST rights', () => {
  const routes = Object.keys(restRoutes) as RouteName[];

  it('lists every route, and no other, in the reviewed fixture', () => {
    expect(
      Object.keys(RIGHTS)
        .map((key) => key.replace(/:.*/, ''))
        .toSorted(),
    ).toEqual(routes.toSorted());
  });

  it.each(routes)('%s is allowed and refused as the fixture says', async (route) => {
    const cells = (RIGHTS[route] ?? '').split(' ').filter((cell) => cell !== '');
    expect(cells).toHaveLength(CALLERS.length);
    for (const [index, name] of CALLERS.entries()) {
      const client = NEEDS_OWN_CLIENT.has(route) ? await callers.fresh(name) : callers.of(name);
      const answer = await client.raw(route, { params: await ownParams(route, client), body: {} });
      const cell = cells[index] ?? '';
      if (cell === '+')
        expect([name, answer.code], JSON.stringify(answer.body)).not.toEqual([
          name,
          expect.stringMatching(/^(signedOut|forbidden|passwordChangeRequired|internal)$/),
        ]);
      else expect([name, answer.code]).toEqual([name, EXPECTED[cell]]);
    }
  });
});

const OF_OWN_SCHOOL: ReadonlySet<RouteName> = new Set([
  'changeSchool',
  'getRefusedWords',
  'setRefusedWords',
  'listReports',
]);

/** A school's administrator is refused every school but its own, also one that does not exist. */
async function ownParams(route: RouteName, client: RestClient): Promise<Record<string, string>> {
  if (!OF_OWN_SCHOOL.has(route)) return {};
  const { me } = await client.call('whoAmI', {});
  return { schoolId: me?.schoolId ?? 'missing' };
}

describe('things of another school', () => {
  async function expectRefusals(client: RestClient, who: keyof typeof FOREIGN_REFUSALS, ids: object): Promise<void> {
    const calls = foreignCalls(ids as ForeignIds);
    for (const [route, code] of Object.entries(FOREIGN_REFUSALS[who])) {
      const answer = await client.raw(route as RouteName, calls[route] ?? {});
      expect([route, answer.code], JSON.stringify(answer.body)).toEqual([route, code]);
    }
  }

  it.each(Object.keys(FOREIGN_REFUSALS) as (keyof typeof FOREIGN_REFUSALS)[])(
    'are out of reach of a %s',
    async (who) => {
      const ids = await foreignIds(callers, who);
      await expectRefusals(callers.of(who), who, ids);
    },
  );
});

describe('a sky lesson that the own school listens to', () => {
  it('may be seen and observed by the listening school’s administrator, and not changed', async () => {
    const lecturer = await signedIn(stack, 'lin.laoshi');
    const lessonId = await lessonIdOf(lecturer, '望庐山瀑布');
    const administrator = await signedIn(stack, 'ai.xiaozhang');
    const lesson = await administrator.call('getLesson', { params: { lessonId } });
    expect(lesson.mySeat).toBe('observer');
    const answer = await administrator.raw('changeLesson', { params: { lessonId }, body: { title: '改名' } });
    expect(answer.code).toBe('forbidden');
  });
});

interface ForeignIds {
  readonly schoolId: string;
  readonly classGroupId: string;
  readonly classroomId: string;
  readonly personId: string;
  readonly lessonId: string;
}

/** Things of the school that the caller does not belong to; the lesson is made with a lecturer of that school. */
async function foreignIds(all: Callers, who: CallerName): Promise<ForeignIds> {
  const admin = all.of('districtAdmin');
  const { me } = await all.of(who).call('whoAmI', {});
  const { schools } = await admin.call('listSchools', {});
  const other = schools.find((school) => school.schoolId !== me?.schoolId);
  if (other === undefined) throw new Error('the demo district has only one school');
  const { schoolId } = other;
  const teachers = await admin.call('listPeople', { query: { schoolId, role: 'teacher' } });
  const groups = await admin.call('listClassGroups', { query: { schoolId } });
  const rooms = await admin.call('listClassrooms', { query: { schoolId } });
  const [teacher] = teachers.items;
  const [group] = groups.classGroups;
  const [room] = rooms.classrooms;
  if (teacher === undefined || group === undefined || room === undefined) throw new Error('the other school is empty');
  const lesson = await admin.call('createLesson', {
    body: {
      kind: 'live',
      title: '外校的课',
      allowsClashes: true,
      lecturerId: teacher.personId,
      classGroupIds: [],
      startsAtMs: Date.now(),
      endsAtMs: Date.now() + 3_600_000,
    },
  });
  const { classGroupId } = group;
  const { classroomId } = room;
  return { schoolId, classGroupId, classroomId, personId: teacher.personId, lessonId: lesson.lessonId };
}

function foreignCalls(ids: ForeignIds): Readonly<Record<string, object>> {
  const { schoolId, classGroupId, classroomId, personId, lessonId } = ids;
  const csv = '姓名,角色\n王五,教师\n';
  const lesson = { params: { lessonId }, body: {} };
  return {
    changeSchool: { params: { schoolId }, body: { name: '改名' } },
    getRefusedWords: { params: { schoolId } },
    setRefusedWords: { params: { schoolId }, body: { words: [] } },
    listReports: { params: { schoolId }, query: {} },
    createClassGroup: { body: { schoolId, grade: '一年级', name: '九班' } },
    changeClassGroup: { params: { classGroupId }, body: { name: '改名' } },
    deleteClassGroup: { params: { classGroupId } },
    listPeople: { query: { schoolId } },
    createPerson: { body: { displayName: '外人', role: 'teacher', schoolId } },
    changePerson: { params: { personId }, body: { displayName: '改名' } },
    personAnswers: { params: { personId } },
    resetPasswords: { body: { personIds: [personId] } },
    previewPeopleImport: { body: { schoolId, csv } },
    importPeople: { body: { schoolId, csv } },
    createClassroom: { body: { schoolId, name: '外校教室' } },
    changeClassroom: { params: { classroomId }, body: { name: '改名' } },
    deleteClassroom: { params: { classroomId } },
    issueEnrolmentCode: { params: { classroomId }, body: {} },
    previewCalendarImport: { body: { schoolId, ics: 'BEGIN:VCALENDAR' } },
    importCalendar: { body: { schoolId, ics: 'BEGIN:VCALENDAR' } },
    createCalendarFeed: { body: { classGroupId } },
    getSchoolCalendar: { query: { schoolId } },
    createTerm: { body: { schoolId, name: '外校学期', firstDate: '2030-02-01', lastDate: '2030-07-01' } },
    createSpecialDay: {
      body: { schoolId: null, name: '全区放假', firstDate: '2030-02-01', lastDate: '2030-02-02', followsWeekday: null },
    },
    setPeriods: { params: { schoolId }, body: { periods: [] } },
    listTimetable: { query: { schoolId } },
    createTimetableEntry: {
      body: {
        schoolId,
        kind: 'live',
        title: '数学',
        lecturerId: personId,
        weekday: 1,
        startTime: '08:00',
        endTime: '08:40',
        firstDate: '2030-01-01',
        lastDate: '2030-06-01',
      },
    },
    getLesson: lesson,
    changeLesson: lesson,
    cancelLesson: lesson,
    joinLesson: lesson,
    createInvitation: lesson,
    listInvitations: lesson,
    lessonReport: lesson,
    coverage: { query: { schoolId, firstDate: '2030-02-01', lastDate: '2030-07-01' } },
    listInspectionNotes: lesson,
    writeInspectionNote: { params: { lessonId }, body: { text: '板书清楚', verdict: null } },
    deleteInspectionNote: { params: { lessonId, noteId: 'note' } },
    listCourseware: lesson,
    createCourseware: { params: { lessonId }, body: { fileName: '课件.pdf', bytes: 1_000 } },
  };
}
