import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_PREFIX } from '../../../signaling/protocol/rest.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { DEMO_CLASSROOM, demoClassroom } from '../../support/districts/demo-site.ts';
import { joinedRoom } from '../../support/clients/joined-room.ts';
import { RestClient } from '../../support/clients/rest-client.ts';
import { eventually } from '../../support/eventually.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const HEALTH = {
  ...{ version: 2, browser: 'Chromium 150', startedAtMs: 1, clockOffsetMs: -40, hasMicrophone: true, screens: 2 },
  cameras: [{ label: '前置摄像头', role: 'pupils' }],
  ...{ volume: 70, camera: 'teacher', isMicrophoneOff: false, layout: 'board', lessonId: null, line: null },
};

let stack: Stack;
let site: RestClient;
/** Of the classroom's school, and of the lecturing one. */
let farEnd: RestClient;
let lecturer: RestClient;
let admin: RestClient;
let siteId: string;
let farEndId: string;
let lessonId: string;

const agenda = () => site.call('siteAgenda', {});
async function codeOnScreen(): Promise<string> {
  const { pairingCode } = await agenda();
  if (pairingCode === null) throw new Error('the screen shows no code');
  return pairingCode;
}

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  const signIns = await stack.demoSignIns();
  const { code, school } = await demoClassroom(stack);
  site = new RestClient(stack.url);
  await site.call('enrolSite', { body: { code } });
  siteId = (await agenda()).site.siteId;
  const beside = signIns.find((one) => one.role === 'teacher' && one.school === school);
  if (beside === undefined) throw new Error('no teacher at the listening school');
  farEnd = await signedIn(stack, beside.account);
  farEndId = (await farEnd.call('whoAmI', {})).me?.personId ?? '';
  lecturer = await signedIn(stack, 'lin.laoshi');
  admin = await signedIn(stack, 'ai.xiaozhang');
  lessonId = await lessonIdOf(lecturer, '望庐山瀑布');
});
afterAll(() => stack.stop());

describe('the enrolment of a screen', () => {
  it('goes on for another 400 days each time that it asks what is on', async () => {
    const { headers } = await fetch(`${stack.url}${API_PREFIX}/site/agenda`, {
      headers: { cookie: site.cookieHeader },
    });
    const [renewed] = headers.getSetCookie();
    expect(renewed).toContain(`${site.cookieHeader}; Max-Age=${400 * 86_400}; Path=/;`);
    expect(renewed).toContain('HttpOnly; SameSite=Lax');
  });
});

describe('an enrolment whose cookie the browser has lost', () => {
  it('is resumed with its token for as long as it holds, and by nothing else', async () => {
    const { me } = await admin.call('whoAmI', {});
    const schoolId = me?.schoolId ?? ('' as never);
    const { classroomId } = await admin.call('createClassroom', { body: { schoolId, name: '录播教室' } });
    const { code } = await admin.call('issueEnrolmentCode', { params: { classroomId } });
    const { resumeToken, ...own } = await new RestClient(stack.url).call('enrolSite', { body: { code } });
    const screen = new RestClient(stack.url);
    const resume = async (token: string) => (await screen.raw('resumeSite', { body: { resumeToken: token } })).code;
    expect(await resume('A'.repeat(43))).toBe('signedOut');
    expect(await resume(resumeToken)).toBeUndefined();
    expect((await screen.call('siteAgenda', {})).site.classroomName).toBe('录播教室');
    await admin.call('unenrolSite', { params: { siteId: own.siteId } });
    expect(await resume(resumeToken)).toBe('signedOut');
    expect((await screen.raw('siteAgenda')).code).toBe('signedOut');
  });
});

describe('pairing a phone with the screen of a classroom (F3)', () => {
  it('is for teachers of its school with a good code, and nobody else', async () => {
    const code = await codeOnScreen();
    const pupilSignIn = (await stack.demoSignIns()).find(({ role }) => role === 'student');
    const pupil = await signedIn(stack, pupilSignIn?.account ?? '');
    expect((await pupil.raw('pairPhone', { body: { code } })).code).toBe('forbidden');
    expect((await new RestClient(stack.url).raw('pairPhone', { body: { code } })).code).toBe('signedOut');
    expect((await lecturer.raw('pairPhone', { body: { code } })).code).toBe('forbidden');
    expect((await admin.raw('pairPhone', { body: { code } })).code).toBe('forbidden');
    expect((await farEnd.raw('pairPhone', { body: { code: 'AAAAAAAAAAAAAAAA' } })).code).toBe('pairingCodeInvalid');
    expect((await farEnd.raw('pairPhone', { body: { code: '../../etc/passwd' } })).code).toBe('pairingCodeInvalid');
    expect((await agenda()).phones).toEqual([]);
    expect(await farEnd.call('pairPhone', { body: { code } })).toMatchObject({ siteId, classroomName: DEMO_CLASSROOM });
    expect((await agenda()).phones).toHaveLength(1);
  });

  it('shows the lessons of the classroom with their courseware before class', async () => {
    const { sites } = await farEnd.call('listPairedSites', {});
    expect(sites).toHaveLength(1);
    const lessons = [sites[0]?.current, ...(sites[0]?.upcoming ?? [])];
    const lesson = lessons.find((one) => one?.lessonId === lessonId);
    expect(lesson).toMatchObject({ title: expect.stringContaining('望庐山瀑布'), courseware: expect.any(Array) });
    expect((await lecturer.call('listPairedSites', {})).sites).toEqual([]);
  });

  it('opens no lesson before its lecturer, and none that the classroom is not in', async () => {
    const join = (client: RestClient, id: string) =>
      client.raw('joinAsPhone', { params: { siteId }, body: { lessonId: id } });
    expect((await join(farEnd, lessonId)).code).toBe('waitingForTeacher');
    expect((await join(lecturer, lessonId)).code).toBe('forbidden');
    const { lessonId: other } = await lecturer.call('createLesson', {
      body: {
        ...{ kind: 'live', title: '没有教室的课', allowsClashes: true, classGroupIds: [] },
        ...{ startsAtMs: Date.now(), endsAtMs: Date.now() + 3_600_000 },
      },
    });
    expect((await join(farEnd, other)).code).toBe('notFound');
  });

  it('ends at the teacher’s word, the administrator’s, and with a new device; a token from before opens nothing', async () => {
    const room = await joinedRoom(stack, lecturer, lessonId);
    try {
      const code = async () => (await farEnd.raw('joinAsPhone', { params: { siteId }, body: { lessonId } })).code;
      await eventually(code).toBeUndefined();
      const pass = await farEnd.call('joinAsPhone', { params: { siteId }, body: { lessonId } });
      expect(pass.seat).toBe('coTeacher');
      const pupil = await signedIn(
        stack,
        (await stack.demoSignIns()).find(({ role }) => role === 'student')?.account ?? '',
      );
      expect((await pupil.raw('unpairPhone', { params: { siteId, personId: farEndId } })).code).toBe('forbidden');
      expect((await lecturer.raw('unpairPhone', { params: { siteId, personId: farEndId } })).code).toBe('notFound');
      await admin.call('unpairPhone', { params: { siteId, personId: farEndId } });
      const stale = { params: { roomId: pass.roomId }, body: { joinToken: pass.joinToken } };
      expect((await farEnd.raw('enterRoom', stale)).code).toBe('forbidden');
      expect((await farEnd.raw('joinAsPhone', { params: { siteId }, body: { lessonId } })).code).toBe('forbidden');
      await farEnd.call('pairPhone', { body: { code: await codeOnScreen() } });
      await farEnd.call('unpairPhone', { params: { siteId, personId: farEndId } });
      expect((await farEnd.call('listPairedSites', {})).sites).toEqual([]);
    } finally {
      room.close();
    }
  });
});

describe('a pairing of somebody who teaches here no more (F5)', () => {
  it('is none', async () => {
    const signIns = await stack.demoSignIns();
    const { school } = await demoClassroom(stack);
    const schoolAdmin = signIns.find((one) => one.role === 'schoolAdmin' && one.school === school);
    const keeper = await signedIn(stack, schoolAdmin?.account ?? '');
    await farEnd.call('pairPhone', { body: { code: await codeOnScreen() } });
    const room = await joinedRoom(stack, lecturer, lessonId);
    const { joinToken, roomId } = await farEnd.call('joinAsPhone', { params: { siteId }, body: { lessonId } });
    await keeper.call('changePerson', { params: { personId: farEndId }, body: { role: 'student' } });
    expect((await agenda()).phones).toEqual([]);
    expect((await farEnd.raw('enterRoom', { params: { roomId }, body: { joinToken } })).code).toBe('forbidden');
    await keeper.call('changePerson', { params: { personId: farEndId }, body: { role: 'teacher' } });
    expect((await agenda()).phones).toHaveLength(1);
    await farEnd.call('unpairPhone', { params: { siteId, personId: farEndId } });
    room.close();
  });
});

describe('the screens as who looks after them sees them', () => {
  it('say how they are, and are told what to do', async () => {
    await site.call('reportSiteHealth', { body: HEALTH as never });
    const { sites } = await admin.call('listSites', { query: {} });
    expect(sites).toHaveLength(1);
    expect(sites[0]).toMatchObject({ siteId, health: HEALTH, day: { quarters: 1, poorQuarters: 0 }, phones: [] });
    await admin.call('orderSite', { params: { siteId }, body: { kind: 'volume', volume: 30 } });
    await admin.call('orderSite', { params: { siteId }, body: { kind: 'reload' } });
    expect((await agenda()).wanted).toMatchObject({ volume: 30, reloadAtMs: expect.any(Number), cameraAtMs: null });
    await admin.call('orderSite', { params: { siteId }, body: { kind: 'camera', camera: null } });
    await admin.call('orderSite', { params: { siteId }, body: { kind: 'microphone', isOff: true } });
    await admin.call('orderSite', { params: { siteId }, body: { kind: 'layout', layout: 'people' } });
    const atMs = expect.any(Number);
    expect((await agenda()).wanted).toEqual({
      ...{ volume: 30, volumeAtMs: atMs, reloadAtMs: atMs, layout: 'people', layoutAtMs: atMs },
      ...{ camera: null, cameraAtMs: atMs, isMicrophoneOff: true, microphoneAtMs: atMs },
    });
    expect((await farEnd.raw('orderSite', { params: { siteId }, body: { kind: 'reload' } })).code).toBe('forbidden');
    const broken = { ...HEALTH, cameras: Array.from({ length: 50 }, () => ({ label: 'x', role: null })) };
    expect((await site.raw('reportSiteHealth', { body: broken })).code).toBe('invalidInput');
  });

  it('are out of reach of another school’s administrator', async () => {
    const signIns = await stack.demoSignIns();
    const others = signIns.filter(({ role, account }) => role === 'schoolAdmin' && account !== 'ai.xiaozhang');
    const other = await signedIn(stack, others[0]?.account ?? '');
    expect((await other.raw('orderSite', { params: { siteId }, body: { kind: 'reload' } })).code).toBe('forbidden');
    expect((await other.raw('unenrolSite', { params: { siteId } })).code).toBe('forbidden');
    expect((await other.raw('unpairPhone', { params: { siteId, personId: farEndId } })).code).toBe('notFound');
    expect((await other.call('listSites', { query: {} })).sites.map((one) => one.siteId)).not.toContain(siteId);
  });

  it('are signed out of their classroom, with every phone', async () => {
    await farEnd.call('pairPhone', { body: { code: await codeOnScreen() } });
    const room = await joinedRoom(stack, lecturer, lessonId);
    const screen = await joinedRoom(stack, site, lessonId);
    const pass = await site.call('joinLesson', { params: { lessonId } });
    await admin.call('unenrolSite', { params: { siteId } });
    // At once: the lesson it is in does not go on on a screen that nobody answers for (F5).
    await screen.heardNotice('closed', ({ reason }) => reason === 'removed');
    const stale = { params: { roomId: pass.roomId }, body: { joinToken: pass.joinToken } };
    expect((await site.raw('enterRoom', stale)).code).toBe('forbidden');
    room.close();
    screen.close();
    expect((await site.raw('siteAgenda')).code).toBe('signedOut');
    expect((await farEnd.raw('joinAsPhone', { params: { siteId }, body: { lessonId } })).code).toBe('forbidden');
    expect((await admin.call('listSites', { query: {} })).sites).toEqual([]);
  });
});
