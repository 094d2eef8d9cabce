import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type OpenDatabase } from '../../storage/db/open.ts';
import { createStores } from '../../storage/db/stores.ts';
import { AppError } from '../../signaling/protocol/errors.ts';
import { prepareFirstStart } from '../../signaling/directory/first-start.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { seedDemoDistrict, type DemoSignIn } from '../../storage/demo/demo-district.ts';
import { LECTURING_SCHOOL, LISTENING_SCHOOL, type DemoSchool } from '../../storage/demo/names.ts';
import { seedSchool } from '../../storage/demo/seeded-school.ts';
import { planLessonsAroundNow, planWeeks } from '../../storage/demo/timetable.ts';
import type { Clash, Stores } from '../../storage/ports.ts';
import { placeMigratedDatabase } from '../support/stands/migrated-database.ts';

/** A Sunday evening: no school day, and the last period is over. */
const NOW_MS = Date.parse('2026-11-22T20:33:00+08:00');
const HOUR_MS = 3_600_000;

describe('demo district', () => {
  let folder: string;
  let database: OpenDatabase;
  let stores: Stores;
  let signIns: DemoSignIn[];
  let passwords = 0;

  const options = {
    nowMs: NOW_MS,
    makePassword: () => `password-${(passwords += 1)}`,
    hashPassword: async (password: string) => `hash of ${password}`,
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tongke-demo-'));
    await placeMigratedDatabase(folder);
    database = await openDatabase({ DATA_DIR: folder, DATABASE_URL: undefined });
    stores = createStores(database.db);
    signIns = await seedDemoDistrict(stores, options);
  });
  afterAll(async () => {
    await database?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const personWith = async (account: string) => {
    const [person] = await stores.directory.findByAccount([account]);
    if (person === undefined) throw new Error(`nobody has the account ${account}`);
    return person;
  };

  /** Two more schools like those of the demo, with nothing planned. */
  const anotherDistrict = async () => {
    const alike = (school: DemoSchool): DemoSchool => ({
      ...(JSON.parse(JSON.stringify(school).replaceAll(/"(account|ward)":"/g, '$&second.')) as DemoSchool),
      name: `${school.name}分校`,
    });
    const lecturing = await seedSchool(stores, alike(LECTURING_SCHOOL), new Map());
    return { lecturing, listening: await seedSchool(stores, alike(LISTENING_SCHOOL), new Map()) };
  };

  it('has two paired schools in two regions and time zones', async () => {
    const schools = await stores.directory.listSchools();
    expect(new Set(schools.map(({ region }) => region)).size).toBe(2);
    expect(new Set(schools.map(({ timeZone }) => timeZone)).size).toBe(2);
    expect(await stores.classrooms.listPairings({})).toHaveLength(2);
    expect(await stores.directory.districtName()).toBe('丽水市教育局');
  });

  it('gives sign-ins of every role, all different, that work', async () => {
    const roles = ['districtAdmin', 'guardian', 'schoolAdmin', 'student', 'teacher'];
    expect([...new Set(signIns.map(({ role }) => role))].toSorted()).toEqual(roles);
    expect(new Set(signIns.map(({ password }) => password)).size).toBe(signIns.length);
    expect(signIns.filter(({ role }) => role === 'student')).toHaveLength(40);
    for (const { account, password } of signIns) {
      expect(await stores.directory.credentials(account), account).toMatchObject({
        passwordHash: `hash of ${password}`,
        isActive: true,
      });
    }
    expect((await personWith('wang.mama')).wards).toMatchObject([{ displayName: '王小明' }]);
    expect((await personWith('wang.xiaoming')).classGroup).toBe('三年级一班');
  });

  it('has a live, a sky and a meeting lesson on now, at any hour', async () => {
    const now = { fromMs: NOW_MS, toMs: NOW_MS + 1 };
    const lessons = await stores.lessons.list({ ...now, audience: { everything: true } });
    expect(lessons.map(({ kind }) => kind).toSorted()).toEqual(['live', 'meeting', 'sky']);
    const sky = lessons.find(({ kind }) => kind === 'sky');
    expect(sky?.classrooms).toMatchObject([{ schoolName: '新和县塔什艾日克乡中心小学' }]);
    expect(sky?.classGroups).toHaveLength(2);
    const far = await personWith('guli.laoshi');
    expect(
      (await stores.lessons.list({ ...now, audience: { personId: far.personId } })).map(({ kind }) => kind),
    ).toEqual(['sky']);
  });

  it('fills the school days to come, in local time', async () => {
    const teacher = await personWith('lin.laoshi');
    const monday = Date.parse('2026-11-23T00:00:00+08:00');
    const range = { fromMs: monday, toMs: monday + 24 * HOUR_MS };
    const lessons = await stores.lessons.list({ ...range, audience: { personId: teacher.personId } });
    const hours = lessons.map(({ startsAtMs }) => (startsAtMs - monday) / HOUR_MS);
    expect(hours.filter((hour) => hour > 0)).toEqual([8.5, 14.5]);
    expect(lessons.every(({ isRecorded }) => isRecorded)).toBe(true);
  });

  it('is entered by what the first start wrote down alone: a district of another making lets nobody in', async () => {
    const dataFolder = await mkdtemp(join(folder, 'again-'));
    const log = createLog('test', 'silent');
    const startAgain = () =>
      prepareFirstStart({ stores, dataFolder, isDemo: true, publicUrl: 'http://localhost:3000', log });
    expect(await startAgain()).toEqual({ signIns: [], sites: [] });
    expect(await readdir(dataFolder)).toEqual([]);
    const signIn = (role: string) => ({ account: role, password: 'p', role, name: role, school: '甲' });
    // An earlier version listed classrooms among those who sign in.
    await writeFile(join(dataFolder, 'demo.json'), JSON.stringify([signIn('teacher'), signIn('site')]));
    expect(await startAgain()).toEqual({ signIns: [signIn('teacher')], sites: [] });
  });

  it('is made once', async () => {
    await expect(seedDemoDistrict(stores, options)).rejects.toMatchObject({ code: 'conflict' });
    expect(await stores.directory.listSchools()).toHaveLength(2);
  });

  it('gives nobody and no classroom two lessons at a time, whenever in a week it is made', async () => {
    const saturday = Date.parse('2026-11-21T00:00:00+08:00');
    const { lecturing, listening } = await anotherDistrict();
    await planWeeks(stores, lecturing, listening, saturday);
    for (const { entryId } of await stores.timetable.list(lecturing.schoolId)) {
      expect(await stores.timetable.clashes({ entryId }, saturday)).toEqual([]);
    }
    // The weekly lessons do not clash among themselves; what else could has one of those around now in it.
    const clashing: { at: string; clashes: Clash[] }[] = [];
    // Seven quarters of an hour have no factor in common with a day of 96: each quarter of a day comes once, on one day or another.
    for (let nowMs = saturday; nowMs < saturday + 7 * 24 * HOUR_MS; nowMs += (7 * HOUR_MS) / 4) {
      const tried = stores.atomically(async (tx) => {
        for (const lessonId of await planLessonsAroundNow(tx, lecturing, listening, nowMs)) {
          const clashes = await tx.timetable.clashes({ lessonId }, nowMs);
          if (clashes.length > 0) clashing.push({ at: new Date(nowMs).toISOString(), clashes });
        }
        throw new AppError('gone');
      });
      await expect(tried).rejects.toMatchObject({ code: 'gone' });
    }
    expect(clashing).toEqual([]);
  }, 180_000);
});
