import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClassGroupId, LessonId, PersonId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import type { Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MINUTE_MS, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const NOW_MS = MONDAY_8_MS;
const code = (expected: string, details?: object) =>
  expect.objectContaining({ name: 'AppError', code: expected, ...(details === undefined ? {} : { details }) });

describe.each(DATABASES)('stores on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    await setUpOnce();
    district = await makeDistrict(stores);
  });
  afterAll(() => opened?.close());

  /** The district can be set up once only, so it is done and checked before everything else. */
  async function setUpOnce(): Promise<void> {
    const { directory } = stores;
    expect(await directory.districtName()).toBeUndefined();
    expect(await directory.hasAdministrator()).toBe(false);
    const first = (account: string) =>
      directory.setUpDistrict('丽水市', { account, displayName: '局长', passwordHash: 'hash' });
    const results = await Promise.allSettled([first('first'), first('second')]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'gone' } });
    expect(await directory.districtName()).toBe('丽水市');
    expect(await directory.hasAdministrator()).toBe(true);
  }

  it('look for more accounts and names at once than a statement holds values', async () => {
    const many = Array.from({ length: 70_000 }, (_, index) => `nobody${index}`);
    expect(await stores.directory.findByAccount([...many, 'first', 'second'])).toHaveLength(1);
    expect(await stores.directory.findByDisplayName(district.listening.schoolId, many)).toEqual([]);
  });

  it('refuse a date that no calendar has as bad input, not as a fault of ours', async () => {
    const range = { fromMs: 8.9e15, toMs: 9e15, audience: { everything: true } } as const;
    await expect(stores.lessons.list(range)).rejects.toEqual(code('invalidInput'));
    const filter = { audience: { everything: true }, fromMs: 9e15, offset: 0, limit: 1 } as const;
    await expect(stores.recordings.list(filter)).rejects.toEqual(code('invalidInput'));
  });

  const lesson = (change: Parameters<typeof makeLesson>[2] = {}) => makeLesson(stores, district, change);

  describe('directory', () => {
    const newPerson = (account: string, more: object = {}) => ({
      account,
      displayName: '张三',
      role: 'teacher' as const,
      schoolId: district.lecturing.schoolId,
      passwordHash: 'hash',
      mustChangePassword: true,
      ...more,
    });

    it('gives a school the careful settings that it has not decided, and keeps those it has', async () => {
      const { schoolId } = district.lecturing;
      expect(await stores.directory.school(schoolId)).toMatchObject({
        timeZone: 'Asia/Shanghai',
        settings: { recordsScheduledLessons: true, showsPupilsInRecordings: true, allowsDownload: false },
      });
      const changed = await stores.directory.changeSchool(schoolId, { settings: { allowsDownload: true } });
      expect(changed.settings).toMatchObject({ allowsDownload: true, showsPupilsInRecordings: true });
    });

    it('refuses a second school, class group or account of the same name and names the field', async () => {
      const { name, timeZone, region, schoolId } = district.lecturing;
      const { directory } = stores;
      await expect(directory.createSchool({ name, timeZone, region })).rejects.toEqual(
        code('conflict', { field: 'name' }),
      );
      await expect(directory.createClassGroup({ schoolId, grade: '三年级', name: '一班' })).rejects.toEqual(
        code('conflict', { field: 'name' }),
      );
      await expect(directory.createPerson(newPerson(district.teacher.account))).rejects.toEqual(
        code('conflict', { field: 'account' }),
      );
    });

    it('answers not found for what is not there', async () => {
      const { directory } = stores;
      expect(await directory.person(newId(PersonId))).toBeUndefined();
      await expect(directory.changePerson(newId(PersonId), { displayName: 'x' })).rejects.toEqual(code('notFound'));
      await expect(directory.changeClassGroup(newId(ClassGroupId), { name: 'x' })).rejects.toEqual(code('notFound'));
      await expect(
        directory.createPerson(newPerson(randomUUID(), { classGroupId: newId(ClassGroupId) })),
      ).rejects.toEqual(code('notFound'));
    });

    it('shows a person with roles, full class name and wards', async () => {
      expect(district.pupil).toMatchObject({
        classGroup: '三年级一班',
        roles: [{ role: 'student', schoolId: district.lecturing.schoolId }],
        isActive: true,
      });
      expect(district.guardian.wards).toEqual([{ personId: district.pupil.personId, displayName: '王小明' }]);
      expect(await stores.directory.me(district.pupil.personId)).toMatchObject({
        schoolName: district.lecturing.name,
        classGroup: '三年级一班',
        mustChangePassword: false,
      });
    });

    it('lists people by school, role, class group and search, in pages', async () => {
      const schoolIds = [district.lecturing.schoolId];
      const names = async (filter: object) => {
        const page = await stores.directory.listPeople({ schoolIds, offset: 0, limit: 50, ...filter });
        expect(page.total).toBe(page.items.length);
        return page.items.map(({ displayName }) => displayName).toSorted();
      };
      expect(await names({ role: 'student' })).toEqual(['李四', '王小明'].toSorted());
      expect(await names({ search: '王' })).toEqual(['王妈妈', '王小明'].toSorted());
      expect(await names({ search: '%' })).toEqual([]);
      expect(await names({ classGroupId: district.classGroup.classGroupId })).toEqual(['王小明']);
      expect(await stores.directory.listPeople({ schoolIds: [], offset: 0, limit: 9 })).toEqual({
        items: [],
        total: 0,
      });
      const second = await stores.directory.listPeople({ schoolIds, offset: 1, limit: 2 });
      expect(second.items).toHaveLength(2);
      expect(second.total).toBeGreaterThanOrEqual(4);
    });

    it('imports people with new class groups and wards, all or none', async () => {
      const { schoolId } = district.listening;
      const classGroupId = newId(ClassGroupId);
      const classGroups = [{ classGroupId, schoolId, grade: '五年级', name: '五年级2班' }];
      const mark = randomUUID().slice(0, 8);
      const children = Array.from({ length: 120 }, (_, n) => ({
        ...newPerson(`child${n}.${mark}`, { role: 'student', schoolId, classGroupId }),
        personId: newId(PersonId),
        displayName: `学生${n}`,
      }));
      const parent = newPerson(`parent.${mark}`, { role: 'guardian', schoolId, wardIds: [children[7]?.personId] });
      const taken = newPerson(district.teacher.account, { schoolId });
      await expect(
        stores.directory.importPeople({ classGroups, people: [parent, ...children, taken] }),
      ).rejects.toEqual(code('conflict', { field: 'account' }));
      expect(await stores.directory.classGroup(classGroupId)).toBeUndefined();

      const imported = await stores.directory.importPeople({ classGroups, people: [parent, ...children] });
      expect(imported).toHaveLength(121);
      expect(imported[0]?.wards).toEqual([{ personId: children[7]?.personId, displayName: '学生7' }]);
      expect(imported[1]).toMatchObject({ displayName: '学生0', classGroup: '五年级2班' });
      expect(await stores.directory.classGroup(classGroupId)).toMatchObject({ pupilCount: 120 });
      expect(await stores.directory.findByDisplayName(schoolId, ['学生3', '学生4', '谁'])).toHaveLength(2);
      expect(await stores.directory.findByAccount([`child3.${mark}`])).toHaveLength(1);
      expect(await stores.directory.listClassGroups({ schoolId, search: '五年级2' })).toHaveLength(1);
      await expect(stores.directory.deleteClassGroup(classGroupId)).rejects.toEqual(
        code('conflict', { field: 'pupils' }),
      );
    });

    it('changes role, wards and activity; switching off ends the sessions', async () => {
      const { directory, sessions } = stores;
      const person = await directory.createPerson(newPerson(randomUUID()));
      const tokenHash = randomUUID();
      const holder = { kind: 'person' as const, personId: person.personId };
      await sessions.create({ tokenHash, holder, createdAtMs: NOW_MS, expiresAtMs: NOW_MS + MINUTE_MS });
      const changed = await directory.changePerson(person.personId, {
        role: 'guardian',
        wardIds: [district.otherPupil.personId],
      });
      expect(changed.roles).toEqual([{ role: 'guardian', schoolId: district.lecturing.schoolId }]);
      expect(changed.wards).toHaveLength(1);
      expect(await sessions.find(tokenHash, NOW_MS)).toBeDefined();
      await directory.changePerson(person.personId, { isActive: false });
      expect(await sessions.find(tokenHash, NOW_MS)).toBeUndefined();
      expect(await directory.me(person.personId)).toBeUndefined();
    });

    it('changes passwords together or not at all', async () => {
      const { directory } = stores;
      const password = { personId: district.teacher.personId, passwordHash: 'new', mustChangePassword: true };
      await expect(directory.setPasswords([password, { ...password, personId: newId(PersonId) }])).rejects.toEqual(
        code('notFound'),
      );
      expect(await directory.credentials(district.teacher.account)).toMatchObject({ passwordHash: 'hash' });
      await directory.setPasswords([password]);
      expect(await directory.credentialsOf(district.teacher.personId)).toEqual({ ...password, isActive: true });
      expect(await directory.credentials('nobody')).toBeUndefined();
    });
  });

  describe('classrooms', () => {
    it('enrols a site once by a code that has not expired, and signs the device before out', async () => {
      const { classrooms, sessions } = stores;
      const { classroomId } = await classrooms.createClassroom({
        schoolId: district.listening.schoolId,
        name: `录播教室 ${randomUUID()}`,
      });
      expect((await classrooms.classroom(classroomId))?.site).toBeNull();
      await classrooms.setEnrolmentCode(classroomId, { codeHash: `old-${classroomId}`, expiresAtMs: NOW_MS - 1 });
      expect(await classrooms.enrolSite(`old-${classroomId}`, NOW_MS)).toBeUndefined();
      const codeHash = `code-${classroomId}`;
      await classrooms.setEnrolmentCode(classroomId, { codeHash, expiresAtMs: NOW_MS + MINUTE_MS });
      const site = await classrooms.enrolSite(codeHash, NOW_MS);
      expect(site).toMatchObject({ classroomId, schoolName: district.listening.name, timeZone: 'Asia/Urumqi' });
      expect(await classrooms.enrolSite(codeHash, NOW_MS)).toBeUndefined();
      if (site === undefined) return;
      const holder = { kind: 'site' as const, siteId: site.siteId };
      await sessions.create({ tokenHash: classroomId, holder, createdAtMs: NOW_MS, expiresAtMs: NOW_MS + MINUTE_MS });
      await classrooms.siteSeen(site.siteId, NOW_MS + 5);
      expect((await classrooms.classroom(classroomId))?.site).toEqual({
        siteId: site.siteId,
        isEnrolled: true,
        lastSeenAtMs: NOW_MS + 5,
      });
      await classrooms.setEnrolmentCode(classroomId, { codeHash: `${codeHash}-2`, expiresAtMs: NOW_MS + MINUTE_MS });
      expect(await sessions.find(classroomId, NOW_MS)).toMatchObject({ holder });
      expect(await classrooms.enrolSite(`${codeHash}-2`, NOW_MS)).toMatchObject({ siteId: site.siteId });
      expect(await sessions.find(classroomId, NOW_MS)).toBeUndefined();
    });

    it('deletes a classroom from what is to come, keeps it in what was, and frees its name', async () => {
      const { classrooms, lessons } = stores;
      const { schoolId } = district.listening;
      const name = `旧教室 ${randomUUID()}`;
      const { classroomId } = await classrooms.createClassroom({ schoolId, name });
      const past = await lesson({ classroomIds: [classroomId] });
      const upcoming = await lesson({ classroomIds: [classroomId] });
      await lessons.start(past.lessonId, NOW_MS);
      await expect(classrooms.deleteClassroom(classroomId)).rejects.toEqual(code('conflict', { field: 'lessons' }));
      await lessons.end(past.lessonId, NOW_MS + 1);
      await classrooms.deleteClassroom(classroomId);
      expect((await lessons.lesson(past.lessonId))?.classrooms).toMatchObject([{ name }]);
      expect((await lessons.lesson(upcoming.lessonId))?.classrooms).toEqual([]);
      expect(await classrooms.classroom(classroomId)).toBeUndefined();
      await classrooms.createClassroom({ schoolId, name });
    });

    it('pairs two schools once, and never a school with itself', async () => {
      const { classrooms } = stores;
      const [lecturingSchoolId, listeningSchoolId] = [district.lecturing.schoolId, district.listening.schoolId];
      expect(await classrooms.listeningSchoolIds(lecturingSchoolId)).toEqual([lecturingSchoolId, listeningSchoolId]);
      await expect(classrooms.createPairing({ lecturingSchoolId, listeningSchoolId })).rejects.toEqual(
        code('conflict', { field: 'listeningSchoolId' }),
      );
      await expect(
        classrooms.createPairing({ lecturingSchoolId, listeningSchoolId: lecturingSchoolId }),
      ).rejects.toEqual(code('invalidInput'));
      const [pairing] = await classrooms.listPairings({ schoolId: listeningSchoolId });
      expect(pairing).toMatchObject({ lecturingSchoolName: district.lecturing.name });
    });
  });

  describe('sessions', () => {
    it('finds, rolls and ends sign-ins, and removes what expired', async () => {
      const { sessions } = stores;
      const holder = { kind: 'person' as const, personId: district.pupil.personId };
      const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()];
      for (const tokenHash of [a, b, c]) {
        await sessions.create({ tokenHash, holder, createdAtMs: NOW_MS, expiresAtMs: NOW_MS + MINUTE_MS });
      }
      await sessions.touch(a, NOW_MS + 10, NOW_MS + 2 * MINUTE_MS);
      expect(await sessions.find(a, NOW_MS + MINUTE_MS)).toEqual({
        tokenHash: a,
        holder,
        createdAtMs: NOW_MS,
        expiresAtMs: NOW_MS + 2 * MINUTE_MS,
        seenAtMs: NOW_MS + 10,
      });
      expect(await sessions.find(b, NOW_MS + MINUTE_MS)).toBeUndefined();
      await sessions.endAllOf(holder, b);
      expect(await sessions.find(a, NOW_MS)).toBeUndefined();
      expect(await sessions.find(b, NOW_MS)).toBeDefined();
      expect(await sessions.deleteExpired(NOW_MS + MINUTE_MS)).toBeGreaterThanOrEqual(1);
      expect(await sessions.find(b, NOW_MS)).toBeUndefined();
      await sessions.end(b);
    });
  });

  describe('invitations', () => {
    it('counts each guest once, up to the limit, and is over when revoked or expired', async () => {
      const { invitations } = stores;
      const { lessonId } = await lesson({ kind: 'meeting' });
      const invite = (tokenHash: string, maxUses: number | null) =>
        invitations.create({
          lessonId,
          tokenHash,
          label: '家长会',
          seat: 'guardian',
          wardId: district.pupil.personId,
          createdBy: district.teacher.personId,
          createdAtMs: NOW_MS,
          expiresAtMs: NOW_MS + MINUTE_MS,
          maxUses,
        });
      const [limited, open] = [randomUUID(), randomUUID()];
      expect(await invite(limited, 2)).toMatchObject({ wardName: '王小明', uses: 0, maxUses: 2 });
      const { invitationId } = await invite(open, null);
      const uses = await Promise.allSettled(['g1', 'g2', 'g3'].map((guest) => invitations.use(limited, guest, NOW_MS)));
      expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
      expect(uses.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'invitationExpired' } });
      const known = ['g1', 'g2', 'g3'][uses.findIndex(({ status }) => status === 'fulfilled')] ?? '';
      expect(await invitations.use(limited, known, NOW_MS)).toMatchObject({ uses: 2 });
      expect(await invitations.find(limited, NOW_MS)).toBeUndefined();
      expect(await invitations.find(open, NOW_MS)).toMatchObject({ lessonId });
      expect(await invitations.find(open, NOW_MS + MINUTE_MS)).toBeUndefined();
      await expect(invitations.use(open, 'late', NOW_MS + MINUTE_MS)).rejects.toEqual(code('invitationExpired'));
      await expect(invitations.revoke(newId(LessonId), invitationId)).rejects.toEqual(code('notFound'));
      await invitations.revoke(lessonId, invitationId);
      await invitations.revoke(lessonId, invitationId);
      await expect(invitations.use(open, 'g1', NOW_MS)).rejects.toEqual(code('invitationExpired'));
      expect(await invitations.list(lessonId, NOW_MS)).toHaveLength(1);
    });
  });

  describe('atomically()', () => {
    it('does everything in several stores, or nothing when anything fails', async () => {
      const work = (name: string, account: string) =>
        stores.atomically(async ({ directory, settings }) => {
          await settings.put(name, true);
          const { schoolId } = await directory.createSchool({ name, timeZone: 'UTC', region: '' });
          const person = { displayName: '张三', role: 'teacher' as const, schoolId, passwordHash: 'hash' };
          await directory.createPerson({ ...person, account, mustChangePassword: false });
        });
      const [good, bad] = [randomUUID(), randomUUID()];
      await work(good, good);
      await expect(work(bad, district.teacher.account)).rejects.toEqual(code('conflict', { field: 'account' }));
      expect(await stores.settings.get(good)).toBe(true);
      expect(await stores.settings.get(bad)).toBeUndefined();
      expect((await stores.directory.listSchools()).map(({ name }) => name)).not.toContain(bad);
    });
  });

  describe('audit and settings', () => {
    it('lists what was done, newest first, with names', async () => {
      const { schoolId } = await stores.directory.createSchool({ name: randomUUID(), timeZone: 'UTC', region: '' });
      const entry = {
        actor: { kind: 'person' as const, personId: district.teacher.personId },
        action: 'person.changed',
        targetId: district.pupil.personId,
        schoolId,
        address: '10.0.0.1',
        details: { fields: ['displayName'] },
      };
      await stores.audit.append({ ...entry, atMs: NOW_MS });
      await stores.audit.append({ ...entry, atMs: NOW_MS + 1, actor: { kind: 'system' }, action: 'x.done' });
      const page = await stores.audit.list({ schoolId, offset: 0, limit: 10 });
      expect(page.total).toBe(2);
      expect(page.items).toEqual([
        { ...entry, atMs: NOW_MS + 1, actor: { kind: 'system' }, action: 'x.done', actorName: null },
        { ...entry, atMs: NOW_MS, actorName: '林老师' },
      ]);
      expect((await stores.audit.list({ schoolId, action: 'x.done', offset: 0, limit: 10 })).total).toBe(1);
    });

    it('keeps settings of any shape', async () => {
      const { settings } = stores;
      expect(await settings.get('none')).toBeUndefined();
      expect(await settings.putIfAbsent('list', ['一', { b: 2 }])).toEqual(['一', { b: 2 }]);
      expect(await settings.putIfAbsent('list', 'other')).toEqual(['一', { b: 2 }]);
      await settings.put('list', 'text');
      expect(await settings.get('list')).toBe('text');
      await settings.delete('list');
      expect(await settings.get('list')).toBeUndefined();
    });
  });
});
