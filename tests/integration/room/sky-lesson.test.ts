import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LessonId, PersonId, ProducerId, SchoolId } from '../../../signaling/protocol/ids.ts';
import type { InsideSnapshot } from '../../../signaling/protocol/room.ts';
import { STAGE_SIZE } from '../../../signaling/protocol/seats.ts';
import { MOST_CLASSROOMS } from '../../../signaling/protocol/sites.ts';
import { joinedRoom } from '../../support/clients/joined-room.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import { signedIn } from '../../support/districts/demo-lessons.ts';
import {
  addListeningSchools,
  enrolledScreen,
  type ListeningClassroom,
} from '../../support/districts/listening-classrooms.ts';
import { eventually } from '../../support/eventually.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';
import type { RoomClient } from './room-client.ts';

const HOUR_MS = 3_600_000;

/** One listening classroom in the lesson. */
interface Site {
  readonly classroom: ListeningClassroom;
  readonly screen: RestClient;
  room: RoomClient;
  camera: ProducerId;
  microphone: ProducerId;
}

let stack: Stack;
let admin: RestClient;
let teacher: RestClient;
let schoolId: SchoolId;
let lecturerId: PersonId;
/** One more than a lesson holds. */
let classrooms: ListeningClassroom[];
let screens: RestClient[];
let lessonId: LessonId;
let lecturer: RoomClient;
const sites: Site[] = [];

const inTime = () => {
  const startsAtMs = Date.now();
  return { startsAtMs, endsAtMs: startsAtMs + HOUR_MS };
};
const idsOf = (some: readonly ListeningClassroom[]) => some.map(({ classroomId }) => classroomId);
const problemsOf = (answer: { readonly body: unknown }) => (answer.body as { problems?: unknown[] }).problems ?? [];

const siteAt = (index: number): Site => {
  const site = sites[index];
  if (site === undefined) throw new Error(`no site ${index}`);
  return site;
};

const look = async (room: RoomClient): Promise<InsideSnapshot> => {
  const snapshot = await room.call('resync', {});
  if (snapshot.phase !== 'inside') throw new Error('not inside');
  return snapshot;
};

/** Sites on stage and microphones of sites that are open, as somebody in the lesson sees them. */
async function heardOf(room: RoomClient) {
  const { participants, producers } = await look(room);
  const open = new Set(
    producers.filter(({ source, paused }) => source === 'microphone' && !paused).map(({ seatId }) => seatId),
  );
  // They came in at the same moment, in whatever order.
  const ofSites = participants
    .filter(({ seat }) => seat === 'site')
    .toSorted((a, b) => a.displayName.localeCompare(b.displayName));
  return {
    onStage: ofSites.filter(({ onStage }) => onStage).map(({ displayName }) => displayName),
    open: ofSites.filter(({ seatId }) => open.has(seatId)).map(({ displayName }) => displayName),
  };
}

/** As a page does once it is inside: transports, then what its cameras and microphones give. */
async function send({ room }: Site): Promise<Pick<Site, 'camera' | 'microphone'>> {
  await room.createTransports();
  const [camera, microphone] = await Promise.all([room.produce('camera'), room.produce('microphone')]);
  return { camera, microphone };
}

/** Everybody but the one it is about hears that its microphone has opened or shut, and that it came on stage or left it. */
async function everybodyHears(about: Site, { open, onStage }: { readonly open: boolean; readonly onStage: boolean }) {
  const others = [lecturer, ...sites.filter((site) => site !== about).map(({ room }) => room)];
  await Promise.all(
    others.map(async (room) => {
      await room.heardNotice('producerPaused', (told) => told.producerId === about.microphone && told.paused === !open);
      await room.heardNotice('participantsChanged', ({ changed }) =>
        changed.some((one) => one.seatId === about.room.seatId && one.onStage === onStage),
      );
    }),
  );
}

const forgetAll = (): void => {
  for (const room of [lecturer, ...sites.map((site) => site.room)]) room.forget();
};

const callOn = async ({ room }: Site) => await lecturer.call('inviteToStage', { seatId: room.seatId });
const takeOff = async ({ room }: Site) => await lecturer.call('removeFromStage', { seatId: room.seatId });

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  admin = await signedIn(stack, 'zhou.xiaozhang');
  teacher = await signedIn(stack, 'lin.laoshi');
  const { me } = await teacher.call('whoAmI', {});
  if (me?.schoolId === undefined || me.schoolId === null) throw new Error('the teacher has no school');
  ({ schoolId, personId: lecturerId } = me);
  classrooms = await addListeningSchools(stack, schoolId, [6, 5, 5, 5, 5]);
  expect(classrooms).toHaveLength(MOST_CLASSROOMS + 1);
});
afterAll(async () => {
  for (const { room } of sites) room.close();
  lecturer?.close();
  await stack.stop();
});

describe('a timetable with as many listening classrooms as a lesson holds', () => {
  const refusal = [{ path: 'classroomIds', code: 'classroomsTooMany', values: { n: MOST_CLASSROOMS } }];
  const isRefused = (answer: { readonly code: string | undefined; readonly body: unknown }) => {
    expect(answer.code).toBe('invalidInput');
    expect(problemsOf(answer)).toMatchObject(refusal);
  };

  it('makes lessons for all of them, and has no place for one more', async () => {
    const entry = {
      ...{ schoolId, kind: 'sky' as const, title: '空中课堂', lecturerId, weekday: 3 as const },
      ...{ startTime: '08:00', endTime: '08:40', firstDate: '2028-03-01', lastDate: '2028-03-14' },
    };
    const full = idsOf(classrooms.slice(0, MOST_CLASSROOMS));
    isRefused(await admin.raw('createTimetableEntry', { body: { ...entry, classroomIds: idsOf(classrooms) } }));
    const { entryId } = await admin.call('createTimetableEntry', { body: { ...entry, classroomIds: full } });
    const params = { entryId };
    isRefused(await admin.raw('changeTimetableEntry', { params, body: { classroomIds: idsOf(classrooms) } }));
    const query = { fromMs: Date.UTC(2028, 1, 28), toMs: Date.UTC(2028, 2, 20) };
    const { lessons } = await admin.call('listLessons', { query });
    const made = lessons.filter(({ title }) => title === '空中课堂');
    expect(made).toHaveLength(2);
    for (const lesson of made) expect(lesson.classrooms).toHaveLength(MOST_CLASSROOMS);
    await admin.call('deleteTimetableEntry', { params });
  });

  it('is refused the same way when a single lesson is made or changed', async () => {
    const lesson = { kind: 'sky' as const, title: '望庐山瀑布', isRecorded: false, allowsClashes: true, ...inTime() };
    isRefused(await teacher.raw('createLesson', { body: { ...lesson, classroomIds: idsOf(classrooms) } }));
    const twice = [...idsOf(classrooms.slice(0, MOST_CLASSROOMS)), ...idsOf(classrooms.slice(0, 3))];
    const made = await teacher.call('createLesson', { body: { ...lesson, classroomIds: twice } });
    expect(made.classrooms).toHaveLength(MOST_CLASSROOMS);
    ({ lessonId } = made);
    const params = { lessonId };
    isRefused(await teacher.raw('changeLesson', { params, body: { classroomIds: idsOf(classrooms) } }));
    expect((await teacher.call('getLesson', { params })).classrooms).toHaveLength(MOST_CLASSROOMS);
  });
});

describe('a sky lesson with as many listening classrooms as it holds', () => {
  it('has all their screens enrolled behind one address, and each finds its lesson by itself', async () => {
    screens = [];
    for (const classroom of classrooms) screens.push(await enrolledScreen(stack, classroom));
    const agendas = await Promise.all(screens.map(async (screen) => await screen.call('siteAgenda', {})));
    const current = agendas.map((agenda) => agenda.current?.lessonId ?? null);
    expect(current).toEqual([...Array.from({ length: MOST_CLASSROOMS }, () => lessonId), null]);
    // Good codes are no guesses; bad ones run out as before.
    const guesses: (string | undefined)[] = [];
    for (let n = 0; n < 21; n += 1) {
      guesses.push((await teacher.raw('enrolSite', { body: { code: `WRONG${n}` } })).code);
    }
    expect(guesses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 'enrolmentCodeInvalid'));
    expect(guesses[20]).toBe('tooManyRequests');
  });

  it('seats each of them under its own school while they wait, and lets them in with the lecturer', async () => {
    const invited = screens.slice(0, MOST_CLASSROOMS);
    const rooms = await Promise.all(invited.map(async (screen) => await joinedRoom(stack, screen, lessonId)));
    for (const room of rooms) expect(room.snapshot).toMatchObject({ phase: 'waiting', cause: 'teacher' });
    const [stranger] = screens.slice(MOST_CLASSROOMS);
    expect((await stranger?.raw('joinLesson', { params: { lessonId } }))?.code).toBe('notFound');

    lecturer = await joinedRoom(stack, teacher, lessonId);
    for (const [index, room] of rooms.entries()) {
      const [classroom, screen] = [classrooms[index], invited[index]];
      if (classroom === undefined || screen === undefined) throw new Error('no classroom');
      await room.until(() => (room.snapshot?.phase === 'inside' ? true : null), 'the lecturer');
      const site = { classroom, screen, room, camera: '' as ProducerId, microphone: '' as ProducerId };
      sites.push(Object.assign(site, await send(site)));
    }
    const { participants, producers, audienceCount } = await look(lecturer);
    const seen = participants
      .filter(({ seat }) => seat === 'site')
      .map(({ displayName, schoolName }) => ({ name: displayName, schoolName }));
    const expected = sites.map(({ classroom: { name, schoolName } }) => ({ name, schoolName }));
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
    expect(seen.toSorted(byName)).toEqual(expected.toSorted(byName));
    expect(audienceCount).toBe(0);
    // Seen at once, heard by nobody: half-duplex.
    expect(producers.filter(({ source, paused }) => source === 'camera' && !paused)).toHaveLength(MOST_CLASSROOMS);
    expect(producers.filter(({ source, paused }) => source === 'microphone' && paused)).toHaveLength(MOST_CLASSROOMS);
  });

  it('lets everybody receive everybody else', async () => {
    const offers = async (room: RoomClient) => {
      const { producers } = await look(room);
      const others = producers.filter(({ seatId }) => seatId !== room.seatId);
      return await room.consume(others.map(({ producerId }) => producerId));
    };
    const pair = await send({ room: lecturer } as Site);
    expect(await offers(lecturer)).toHaveLength(2 * MOST_CLASSROOMS);
    for (const { room } of sites) {
      const received = await offers(room);
      expect(received).toHaveLength(2 * MOST_CLASSROOMS);
      expect(received.map(({ producerId }) => producerId)).toEqual(expect.arrayContaining(Object.values(pair)));
    }
  });

  it('has exactly the one on stage whom the lecturer calls on, and shuts it again', async () => {
    let before: Site | null = null;
    for (const site of sites) {
      forgetAll();
      if (before !== null) await takeOff(before);
      await callOn(site);
      await Promise.all([
        everybodyHears(site, { open: true, onStage: true }),
        site.room.heardNotice('selfChanged', ({ onStage, talking }) => onStage && talking),
        ...(before === null
          ? []
          : [
              everybodyHears(before, { open: false, onStage: false }),
              before.room.heardNotice('selfChanged', ({ onStage, talking }) => !onStage && !talking),
            ]),
      ]);
      const { name } = site.classroom;
      expect(await heardOf(lecturer)).toEqual({ onStage: [name], open: [name] });
      before = site;
    }
    if (before !== null) await takeOff(before);
    expect(await heardOf(siteAt(0).room)).toEqual({ onStage: [], open: [] });
  });

  it('has a stage of eight, refuses the ninth, and takes it when there is room (G2)', async () => {
    const [first] = sites;
    const called = sites.slice(0, STAGE_SIZE);
    const ninth = siteAt(STAGE_SIZE);
    for (const site of called) await callOn(site);
    const order = { seatId: ninth.room.seatId };
    expect(await lecturer.refusalOf('inviteToStage', order)).toBe('stageFull');
    expect(await heardOf(lecturer)).toMatchObject({
      open: called.map(({ classroom }) => classroom.name).toSorted((a, b) => a.localeCompare(b)),
    });
    if (first !== undefined) await takeOff(first);
    expect(await lecturer.refusalOf('inviteToStage', order)).toBe(null);
    for (const site of sites.slice(1, STAGE_SIZE + 1)) await takeOff(site);
    expect(await heardOf(lecturer)).toEqual({ onStage: [], open: [] });
  });

  it('shuts all at once, also who holds the button, and opens again whom the lecturer calls on', async () => {
    const [onStage, talker] = [siteAt(3), siteAt(4)];
    await callOn(onStage);
    await Promise.all(sites.slice(4).map(async ({ room }) => await room.call('setTalking', { talking: true })));
    expect((await heardOf(lecturer)).open).toHaveLength(MOST_CLASSROOMS - 3);
    await lecturer.call('muteAll', {});
    expect(await heardOf(lecturer)).toEqual({ onStage: [onStage.classroom.name], open: [] });
    await talker.room.heardNotice('selfChanged', ({ talking }) => !talking);
    await callOn(onStage);
    expect(await heardOf(lecturer)).toMatchObject({ open: [onStage.classroom.name] });
    await takeOff(onStage);
  });

  it('keeps the seat of a classroom whose line or power fails while another one is on stage', async () => {
    const [speaking, cutOff, dark] = [siteAt(0), siteAt(7), siteAt(24)];
    await callOn(speaking);
    forgetAll();
    const isAway = (site: Site, connected: boolean) => async (room: RoomClient) =>
      await room.heardNotice('participantsChanged', ({ changed }) =>
        changed.some((one) => one.seatId === site.room.seatId && one.connected === connected),
      );
    const others = [lecturer, ...sites.filter((site) => site !== cutOff && site !== dark).map(({ room }) => room)];
    cutOff.room.cut();
    dark.room.cut();
    await Promise.all(others.flatMap((room) => [isAway(cutOff, false)(room), isAway(dark, false)(room)]));

    // A line that comes back: the same page, with what it sends and receives.
    await cutOff.room.connect();
    expect(cutOff.room.inside).toMatchObject({ needsTransports: false, self: { onStage: false, talking: false } });
    // A machine that starts anew: the same seat, by its own sign-in.
    const again = await joinedRoom(stack, dark.screen, lessonId);
    expect(again.seatId).toBe(dark.room.seatId);
    dark.room = again;
    Object.assign(dark, await send(dark));
    await Promise.all(others.flatMap((room) => [isAway(cutOff, true)(room), isAway(dark, true)(room)]));

    const { name } = speaking.classroom;
    for (const room of [lecturer, cutOff.room, dark.room])
      expect(await heardOf(room)).toEqual({ onStage: [name], open: [name] });
    const { producers, participants } = await look(lecturer);
    expect(participants.filter(({ seat, connected }) => seat === 'site' && connected)).toHaveLength(MOST_CLASSROOMS);
    expect(producers).toHaveLength(2 * MOST_CLASSROOMS + 2);
    await takeOff(speaking);
  });

  it('has the answer of every classroom to a question', async () => {
    const question = {
      ...{ kind: 'single' as const, text: '“飞流直下”写的是什么？', options: ['瀑布', '香炉'] },
      ...{ correctChoices: [0], correctText: null, isAnonymous: false },
    };
    const { pollId } = await lecturer.call('askPoll', { requestId: randomUUID(), question });
    await Promise.all(
      sites.map(async ({ room }, index) => {
        await room.heardNotice('pollShown', ({ poll }) => poll?.pollId === pollId);
        const answer = { choices: [index % 5 === 0 ? 1 : 0], text: null };
        await room.call('answerPoll', { requestId: randomUUID(), pollId, answer });
      }),
    );
    const { tally } = await lecturer.heardNotice('pollTally', (told) => told.tally.answered === MOST_CLASSROOMS);
    expect(tally).toMatchObject({ present: MOST_CLASSROOMS, counts: [20, 5], correctCount: 20 });
    expect(await lecturer.call('pollAnswers', { pollId })).toMatchObject({ missing: [] });
    await lecturer.call('publishPoll', { pollId });
    const isPublished = ({ room }: Site) => room.heardNotice('pollShown', ({ poll }) => poll?.state === 'published');
    await Promise.all(sites.map(isPublished));
  });

  it('ends for all of them', async () => {
    await lecturer.call('endLesson', {});
    await Promise.all(sites.map(({ room }) => room.heardNotice('closed', ({ reason }) => reason === 'lessonEnded')));
    const codes = sites.map(async ({ screen }) => (await screen.raw('joinLesson', { params: { lessonId } })).code);
    expect(new Set(await Promise.all(codes))).toEqual(new Set(['lessonEnded']));
    await eventually(async () => {
      const agendas = await Promise.all(sites.map(async ({ screen }) => await screen.call('siteAgenda', {})));
      return agendas.filter(({ current }) => current !== null).length;
    }).toBe(0);
  });
});
