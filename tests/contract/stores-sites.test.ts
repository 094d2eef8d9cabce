import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClassroomId, LessonId, SiteId } from '../../signaling/protocol/ids.ts';
import type { SiteHealth } from '../../signaling/protocol/rest/sites.ts';
import { openDatabase } from '../../storage/db/open.ts';
import { createStores } from '../../storage/db/stores.ts';
import type { Stores } from '../../storage/ports.ts';
import { placeMigratedDatabase } from '../support/stands/migrated-database.ts';
import { makeDistrict, makeLesson, MINUTE_MS, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const NOW_MS = MONDAY_8_MS;

const health = (lessonId: LessonId | null, line: SiteHealth['line'] = null): SiteHealth => ({
  ...{ version: 2, browser: 'Chromium 150', startedAtMs: 1, clockOffsetMs: 0, cameras: [], hasMicrophone: true },
  ...{ screens: 1, volume: 70, camera: 'pupils', isMicrophoneOff: false, layout: 'auto', lessonId, line },
});

async function enrol(stores: Stores, classroomId: ClassroomId): Promise<SiteId> {
  const codeHash = randomUUID();
  await stores.classrooms.setEnrolmentCode(classroomId, { codeHash, expiresAtMs: NOW_MS + MINUTE_MS });
  const site = await stores.classrooms.enrolSite(codeHash, NOW_MS);
  if (site === undefined) throw new Error('not enrolled');
  return site.siteId;
}

describe.each(DATABASES)('screens of classrooms, on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    district = await makeDistrict(stores);
  });
  afterAll(() => opened?.close());

  it('are listed each with its own phones, day and lesson', async () => {
    const { sites, classrooms } = stores;
    const { schoolId } = district.listening;
    const other = await classrooms.createClassroom({ schoolId, name: '音乐教室' });
    const [first, second] = [await enrol(stores, district.classroomId), await enrol(stores, other.classroomId)];
    const { lessonId, title } = await makeLesson(stores, district);
    await sites.reported(first, NOW_MS, health(lessonId, 'poor'));
    // Says that it is in a lesson of another classroom.
    await sites.reported(second, NOW_MS, health(lessonId));
    await sites.reported(second, NOW_MS - 20 * MINUTE_MS, health(lessonId));
    const { personId, displayName } = district.farTeacher;
    const phone = { personId, atMs: NOW_MS, expiresAtMs: NOW_MS + MINUTE_MS };
    await sites.pair({ siteId: second, ...phone });
    const listed = await sites.list({ schoolIds: [schoolId], nowMs: NOW_MS });
    expect(new Map(listed.map((site) => [site.siteId, site]))).toEqual(
      new Map([
        [first, expect.objectContaining({ lessonTitle: title, phones: [], day: { quarters: 1, poorQuarters: 1 } })],
        [
          second,
          expect.objectContaining({
            ...{ lessonTitle: null, day: { quarters: 2, poorQuarters: 0 } },
            phones: [{ personId, displayName, pairedAtMs: NOW_MS }],
          }),
        ],
      ]),
    );
    expect(await sites.site(second, NOW_MS)).toEqual(listed.find(({ siteId }) => siteId === second));
    expect((await sites.enrolled([first, second])).toSorted()).toEqual([first, second].toSorted());
    await sites.unenrol(first);
    expect(await sites.enrolled([first, second])).toEqual([second]);
    expect(await sites.enrolled([])).toEqual([]);
  });

  it('have phones only of people who teach at their school, and are still there (F5)', async () => {
    const { sites, directory } = stores;
    const siteId = await enrol(stores, district.classroomId);
    const { personId } = district.farTeacher;
    const isPhone = () => sites.isPhone(siteId, personId, NOW_MS);
    await sites.pair({ siteId, personId, atMs: NOW_MS, expiresAtMs: NOW_MS + MINUTE_MS });
    await sites.pair({ siteId, personId: district.teacher.personId, atMs: NOW_MS, expiresAtMs: NOW_MS + MINUTE_MS });
    expect(await isPhone()).toBe(true);
    expect(await sites.isPhone(siteId, district.teacher.personId, NOW_MS)).toBe(false);
    await directory.changePerson(personId, { role: 'student' });
    expect(await isPhone()).toBe(false);
    expect((await sites.pairingsOf(personId, NOW_MS)).map((pairing) => pairing.siteId)).not.toContain(siteId);
    await directory.changePerson(personId, { role: 'teacher' });
    expect(await isPhone()).toBe(true);
    await directory.changePerson(personId, { isActive: false });
    expect(await isPhone()).toBe(false);
    await directory.changePerson(personId, { isActive: true });
  });
});

it('screens are asked for as often when there are many as when there is one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tongke-sites-'));
  await placeMigratedDatabase(folder);
  const database = await openDatabase({ DATA_DIR: folder, DATABASE_URL: undefined });
  try {
    let asked = 0;
    const stores = createStores(
      database.db.withPlugin({
        transformQuery: ({ node }) => {
          asked += 1;
          return node;
        },
        transformResult: async ({ result }) => await Promise.resolve(result),
      }),
    );
    const district = await makeDistrict(stores);
    const { schoolId } = district.listening;
    const { lessonId } = await makeLesson(stores, district);
    const askedFor = async (): Promise<number> => {
      const before = asked;
      await stores.sites.list({ schoolIds: [schoolId], nowMs: NOW_MS });
      return asked - before;
    };
    await stores.sites.reported(await enrol(stores, district.classroomId), NOW_MS, health(lessonId));
    const forOne = await askedFor();
    for (const name of ['一', '二', '三']) {
      const { classroomId } = await stores.classrooms.createClassroom({ schoolId, name });
      await stores.sites.reported(await enrol(stores, classroomId), NOW_MS, health(lessonId));
    }
    expect(await askedFor()).toBe(forOne);
    expect(forOne).toBeGreaterThan(0);
  } finally {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
});
