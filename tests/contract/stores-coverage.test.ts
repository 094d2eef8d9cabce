import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LessonId, SeatId } from '../../signaling/protocol/ids.ts';
import type { SeatKind } from '../../signaling/protocol/seats.ts';
import type { Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MINUTE_MS, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const DAY = '2026-09-07';
const at = (minute: number): number => MONDAY_8_MS + minute * MINUTE_MS;

describe.each(DATABASES)('what was taught and heard, on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
  });
  afterAll(() => opened?.close());

  /** A seat and its stays, in minutes from the bell. */
  async function sit(
    lessonId: LessonId,
    who: Parameters<Stores['seats']['claim']>[0]['holder'],
    seat: SeatKind,
    ...stays: readonly (readonly [number, number | null])[]
  ): Promise<SeatId> {
    const facts = { displayName: seat, schoolName: null, wardName: null, nowMs: at(-30) };
    const { seatId } = await stores.seats.claim({ lessonId, holder: who, seat, ...facts });
    for (const [from, to] of stays) {
      await stores.attendance.joined({ lessonId, seatId, atMs: at(from) });
      if (to !== null) await stores.attendance.left(seatId, at(to));
    }
    return seatId;
  }

  async function enrolledSite({ classroomId }: SmallDistrict) {
    const codeHash = randomUUID();
    await stores.classrooms.setEnrolmentCode(classroomId, { codeHash, expiresAtMs: at(60) });
    const site = await stores.classrooms.enrolSite(codeHash, at(-60));
    if (site === undefined) throw new Error('not enrolled');
    return { kind: 'site' as const, siteId: site.siteId };
  }

  const range = (schoolId: SmallDistrict['lecturing']['schoolId'], days = [DAY, DAY], nowMs = at(600)) => {
    const [firstDate = DAY, lastDate = DAY] = days;
    return { firstDate, lastDate, schoolId, nowMs };
  };

  it('counts from the bell to the last teacher, and a classroom for what of that it was there', async () => {
    const district = await makeDistrict(stores);
    const site = await enrolledSite(district);
    const { lessonId } = await makeLesson(stores, district);
    const lecturer = { kind: 'person' as const, personId: district.teacher.personId };
    // Sets the room up half an hour before, is cut off for five minutes, goes at 38; the room ends itself ten minutes later.
    await stores.lessons.start(lessonId, at(-30));
    await sit(lessonId, lecturer, 'lecturer', [-30, 10], [15, 38]);
    const seatId = await sit(lessonId, site, 'site', [-5, 20], [25, null]);
    await stores.lessons.end(lessonId, at(48));
    await stores.attendance.allLeft(lessonId, at(48));
    const line = { lineMs: 9_000, poorLineMs: 3_000, lineScoreMs: 63_000 };
    await stores.activity.save([{ seatId, talkedMs: 0, handsRaised: 0, ...line }]);
    const { schoolId } = district.lecturing;
    expect(await stores.coverage.given(range(schoolId))).toEqual([{ schoolId, lessons: 1, ms: 38 * MINUTE_MS }]);
    const heard = {
      ...{ lecturingSchoolId: schoolId, schoolId: district.listening.schoolId, classroomId: district.classroomId },
      ...{ lessonIds: [lessonId], ms: (20 + 13) * MINUTE_MS, ...line },
    };
    expect(await stores.coverage.heard(range(schoolId))).toEqual([heard]);
    expect(await stores.coverage.heard(range(district.listening.schoolId))).toEqual([heard]);
    expect(await stores.coverage.given(range(district.listening.schoolId))).toEqual([]);
  });

  it('counts nothing of lessons that nobody taught after the bell, of meetings, and of classrooms that came too late', async () => {
    const district = await makeDistrict(stores);
    const site = await enrolledSite(district);
    const lecturer = { kind: 'person' as const, personId: district.teacher.personId };
    const early = await makeLesson(stores, district);
    await stores.lessons.start(early.lessonId, at(-30));
    await sit(early.lessonId, lecturer, 'lecturer', [-30, -1]);
    await sit(early.lessonId, site, 'site', [0, 30]);
    const meeting = await makeLesson(stores, district, { kind: 'meeting' });
    await stores.lessons.start(meeting.lessonId, at(0));
    await sit(meeting.lessonId, lecturer, 'lecturer', [0, 30]);
    const late = await makeLesson(stores, district);
    await stores.lessons.start(late.lessonId, at(0));
    await sit(late.lessonId, lecturer, 'lecturer', [0, 40]);
    await sit(late.lessonId, site, 'site', [41, 50]);
    const { schoolId } = district.lecturing;
    expect(await stores.coverage.given(range(schoolId))).toEqual([{ schoolId, lessons: 1, ms: 40 * MINUTE_MS }]);
    expect(await stores.coverage.heard(range(schoolId))).toEqual([]);
  });

  it('counts a lesson that runs until now, and by the day of the lecturing school', async () => {
    const district = await makeDistrict(stores);
    const lecturer = { kind: 'person' as const, personId: district.teacher.personId };
    // 00:30 of Tuesday in Shanghai, when it is still Monday in UTC.
    const startsAtMs = Date.parse('2026-09-08T00:30:00+08:00');
    const { lessonId } = await makeLesson(stores, district, { startsAtMs, endsAtMs: startsAtMs + 40 * MINUTE_MS });
    await stores.lessons.start(lessonId, startsAtMs);
    const minute = (startsAtMs - MONDAY_8_MS) / MINUTE_MS;
    await sit(lessonId, lecturer, 'lecturer', [minute, null]);
    const { schoolId } = district.lecturing;
    const nowMs = startsAtMs + 12 * MINUTE_MS;
    expect(await stores.coverage.given(range(schoolId, [DAY, DAY], nowMs))).toEqual([]);
    expect(await stores.coverage.given(range(schoolId, ['2026-09-08', '2026-09-08'], nowMs))).toEqual([
      { schoolId, lessons: 1, ms: 12 * MINUTE_MS },
    ]);
  });
});
