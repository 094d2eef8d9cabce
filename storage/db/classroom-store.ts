import { sql, type Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import { ClassroomId, PairingId, type SchoolId, SiteId } from '../../signaling/protocol/ids.ts';
import type { Classroom, Pairing } from '../../signaling/protocol/rest/classrooms.ts';
import { newId } from '../new-id.ts';
import type { ClassroomStore, Site } from '../ports/classroom-store.ts';
import { instantOrNull } from './instant.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './schema.ts';

export function createClassroomStore(db: Kysely<Database>): ClassroomStore {
  return { ...classroomMethods(db), ...siteMethods(db), ...pairingMethods(db) };
}

function classroomMethods(
  db: Kysely<Database>,
): Pick<ClassroomStore, 'listClassrooms' | 'classroom' | 'createClassroom' | 'renameClassroom' | 'deleteClassroom'> {
  return {
    async listClassrooms({ schoolIds }) {
      if (schoolIds?.length === 0) return [];
      let query = selectClassrooms(db);
      if (schoolIds !== undefined) query = query.where('c.school_id', 'in', schoolIds);
      const rows = await query.orderBy('s.name').orderBy('c.name').execute();
      return rows.map(toClassroom);
    },
    classroom: (classroomId) => findClassroom(db, classroomId),
    async createClassroom({ schoolId, name }) {
      const classroomId = newId(ClassroomId);
      await db.insertInto('classrooms').values({ classroom_id: classroomId, school_id: schoolId, name }).execute();
      return requireClassroom(db, classroomId);
    },
    async renameClassroom(classroomId, name) {
      await db
        .updateTable('classrooms')
        .set({ name })
        .where('classroom_id', '=', classroomId)
        .where('deleted_at', 'is', null)
        .execute();
      return requireClassroom(db, classroomId);
    },
    deleteClassroom: (classroomId) => deleteClassroom(db, classroomId),
  };
}

/** Lessons of the past keep their classroom's name, so the row stays. */
function deleteClassroom(db: Kysely<Database>, classroomId: ClassroomId): Promise<void> {
  return inTransaction(db, async (tx) => {
    const deleted = await tx
      .updateTable('classrooms')
      .set({ deleted_at: new Date() })
      .where('classroom_id', '=', classroomId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (deleted.numUpdatedRows === 0n) throw new AppError('notFound');
    const inState = (state: 'scheduled' | 'live') =>
      tx
        .selectFrom('lesson_classrooms as lc')
        .innerJoin('lessons as l', 'l.lesson_id', 'lc.lesson_id')
        .select('l.lesson_id')
        .where('lc.classroom_id', '=', classroomId)
        .where('l.state', '=', state);
    if ((await inState('live').limit(1).executeTakeFirst()) !== undefined) {
      throw new AppError('conflict', { details: { field: 'lessons' } });
    }
    await tx
      .deleteFrom('lesson_classrooms')
      .where('classroom_id', '=', classroomId)
      .where('lesson_id', 'in', inState('scheduled'))
      .execute();
    await tx.deleteFrom('timetable_classrooms').where('classroom_id', '=', classroomId).execute();
    const sites = tx.selectFrom('sites').select('site_id').where('classroom_id', '=', classroomId);
    await tx.deleteFrom('sessions').where('site_id', 'in', sites).execute();
    await tx.deleteFrom('site_phones').where('site_id', 'in', sites).execute();
    await tx
      .updateTable('sites')
      .set({ code_hash: null, code_expires_at: null, enrolled_at: null })
      .where('classroom_id', '=', classroomId)
      .execute();
  });
}

function siteMethods(
  db: Kysely<Database>,
): Pick<ClassroomStore, 'setEnrolmentCode' | 'enrolSite' | 'site' | 'siteSeen'> {
  return {
    async setEnrolmentCode(classroomId, { codeHash, expiresAtMs }) {
      await requireClassroom(db, classroomId);
      const code = { code_hash: codeHash, code_expires_at: new Date(expiresAtMs) };
      await db
        .insertInto('sites')
        .values({ site_id: newId(SiteId), classroom_id: classroomId, health: '{}', wanted: '{}', ...code })
        .onConflict((conflict) => conflict.column('classroom_id').doUpdateSet(code))
        .execute();
    },
    enrolSite: (codeHash, nowMs) =>
      inTransaction(db, async (tx) => {
        const used = await tx
          .updateTable('sites')
          .set({ code_hash: null, code_expires_at: null, enrolled_at: new Date(nowMs), last_seen_at: new Date(nowMs) })
          .where('code_hash', '=', codeHash)
          .where('code_expires_at', '>', new Date(nowMs))
          .returning('site_id')
          .executeTakeFirst();
        if (used === undefined) return undefined;
        await tx.deleteFrom('sessions').where('site_id', '=', used.site_id).execute();
        await tx.deleteFrom('site_phones').where('site_id', '=', used.site_id).execute();
        return findSite(tx, used.site_id);
      }),
    site: (siteId) => findSite(db, siteId),
    async siteSeen(siteId, atMs) {
      await db
        .updateTable('sites')
        .set({ last_seen_at: new Date(atMs) })
        .where('site_id', '=', siteId)
        .execute();
    },
  };
}

function pairingMethods(
  db: Kysely<Database>,
): Pick<ClassroomStore, 'listPairings' | 'createPairing' | 'deletePairing' | 'listeningSchoolIds'> {
  return {
    async listPairings({ schoolId }) {
      let query = selectPairings(db);
      if (schoolId !== undefined) {
        query = query.where((eb) =>
          eb.or([eb('p.lecturing_school_id', '=', schoolId), eb('p.listening_school_id', '=', schoolId)]),
        );
      }
      return query.orderBy('a.name').orderBy('b.name').execute();
    },
    async createPairing({ lecturingSchoolId, listeningSchoolId }): Promise<Pairing> {
      const pairingId = newId(PairingId);
      await db
        .insertInto('pairings')
        .values({
          pairing_id: pairingId,
          lecturing_school_id: lecturingSchoolId,
          listening_school_id: listeningSchoolId,
        })
        .execute();
      return selectPairings(db).where('p.pairing_id', '=', pairingId).executeTakeFirstOrThrow();
    },
    async deletePairing(pairingId) {
      const result = await db.deleteFrom('pairings').where('pairing_id', '=', pairingId).executeTakeFirst();
      if (result.numDeletedRows === 0n) throw new AppError('notFound');
    },
    async listeningSchoolIds(lecturingSchoolId): Promise<SchoolId[]> {
      const rows = await db
        .selectFrom('pairings')
        .select('listening_school_id')
        .where('lecturing_school_id', '=', lecturingSchoolId)
        .execute();
      return [lecturingSchoolId, ...rows.map((row) => row.listening_school_id)];
    },
  };
}

function selectPairings(db: Kysely<Database>) {
  return db
    .selectFrom('pairings as p')
    .innerJoin('schools as a', 'a.school_id', 'p.lecturing_school_id')
    .innerJoin('schools as b', 'b.school_id', 'p.listening_school_id')
    .select([
      'p.pairing_id as pairingId',
      'p.lecturing_school_id as lecturingSchoolId',
      'a.name as lecturingSchoolName',
      'p.listening_school_id as listeningSchoolId',
      'b.name as listeningSchoolName',
    ]);
}

async function findSite(db: Kysely<Database>, siteId: SiteId): Promise<Site | undefined> {
  const row = await db
    .selectFrom('sites as si')
    .innerJoin('classrooms as c', 'c.classroom_id', 'si.classroom_id')
    .innerJoin('schools as s', 's.school_id', 'c.school_id')
    .select([
      'si.site_id as siteId',
      'c.classroom_id as classroomId',
      'c.name as classroomName',
      's.school_id as schoolId',
      's.name as schoolName',
      's.time_zone as timeZone',
      'si.last_seen_at',
    ])
    .where('si.site_id', '=', siteId)
    .where('c.deleted_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { last_seen_at, ...site } = row;
  return { ...site, lastSeenAtMs: instantOrNull(last_seen_at) };
}

async function findClassroom(db: Kysely<Database>, classroomId: ClassroomId): Promise<Classroom | undefined> {
  const row = await selectClassrooms(db).where('c.classroom_id', '=', classroomId).executeTakeFirst();
  return row === undefined ? undefined : toClassroom(row);
}

async function requireClassroom(db: Kysely<Database>, classroomId: ClassroomId): Promise<Classroom> {
  const classroom = await findClassroom(db, classroomId);
  if (classroom === undefined) throw new AppError('notFound');
  return classroom;
}

function selectClassrooms(db: Kysely<Database>) {
  return db
    .selectFrom('classrooms as c')
    .innerJoin('schools as s', 's.school_id', 'c.school_id')
    .leftJoin('sites as si', 'si.classroom_id', 'c.classroom_id')
    .select(['c.classroom_id', 'c.school_id', 's.name as school_name', 'c.name', 'si.site_id', 'si.last_seen_at'])
    .select(sql<boolean>`si.enrolled_at is not null`.as('is_enrolled'))
    .where('c.deleted_at', 'is', null);
}

type ClassroomRow = Awaited<ReturnType<ReturnType<typeof selectClassrooms>['executeTakeFirstOrThrow']>>;

function toClassroom(row: ClassroomRow): Classroom {
  const { site_id: siteId } = row;
  const site = { isEnrolled: row.is_enrolled, lastSeenAtMs: instantOrNull(row.last_seen_at) };
  return {
    classroomId: row.classroom_id,
    schoolId: row.school_id,
    schoolName: row.school_name,
    name: row.name,
    site: siteId === null ? null : { siteId, ...site },
  };
}
