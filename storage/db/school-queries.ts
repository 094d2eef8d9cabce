import type { Kysely, SelectQueryBuilder, Selectable } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import { ClassGroupId, SchoolId } from '../../signaling/protocol/ids.ts';
import type { ClassGroup, School, SchoolSettings } from '../../signaling/protocol/rest/directory.ts';
import { newId } from '../new-id.ts';
import type { DirectoryStore, NewClassGroupRecord, NewSchoolRecord } from '../ports/directory-store.ts';
import { markDue } from './calendar-store.ts';
import { inTransaction } from './in-transaction.ts';
import type { ClassGroupTable, Database, SchoolTable } from './schema.ts';
import { containing } from './search-pattern.ts';

/** What a school has that has not decided: nothing shows or leaves without consent. */
const DEFAULT_SETTINGS: SchoolSettings = {
  recordsScheduledLessons: true,
  showsPupilsInRecordings: false,
  allowsDownload: false,
  watermarksPlayback: false,
  publishesLecturerOnly: false,
  reviewsRecordings: false,
  allowsLinks: false,
  allowsClassWall: false,
  keepsRecordingsDays: null,
};

type SchoolMethods = Pick<
  DirectoryStore,
  | 'listSchools'
  | 'school'
  | 'createSchool'
  | 'changeSchool'
  | 'listClassGroups'
  | 'classGroup'
  | 'createClassGroup'
  | 'changeClassGroup'
  | 'deleteClassGroup'
>;

export function schoolMethods(db: Kysely<Database>): SchoolMethods {
  return {
    async listSchools() {
      const rows = await db.selectFrom('schools').selectAll().orderBy('region').orderBy('name').execute();
      return rows.map(toSchool);
    },
    async school(schoolId) {
      const row = await db.selectFrom('schools').selectAll().where('school_id', '=', schoolId).executeTakeFirst();
      return row === undefined ? undefined : toSchool(row);
    },
    createSchool: (school) => createSchool(db, school),
    changeSchool: (schoolId, change) => changeSchool(db, schoolId, change),

    async listClassGroups({ schoolId, search }) {
      let query = selectClassGroups(db).where('g.school_id', '=', schoolId);
      if (search !== undefined && search !== '') query = query.where('g.full_name', 'ilike', containing(search));
      const rows = await query.orderBy('g.grade').orderBy('g.name').execute();
      return rows.map(toClassGroup);
    },
    async classGroup(classGroupId) {
      const row = await selectClassGroups(db).where('g.class_group_id', '=', classGroupId).executeTakeFirst();
      return row === undefined ? undefined : toClassGroup(row);
    },
    createClassGroup: (classGroup) => createClassGroup(db, classGroup),
    changeClassGroup: (classGroupId, change) => changeClassGroup(db, classGroupId, change),
    deleteClassGroup: (classGroupId) => deleteClassGroup(db, classGroupId),
  };
}

export async function insertClassGroups(db: Kysely<Database>, groups: readonly NewClassGroupRecord[]): Promise<void> {
  if (groups.length === 0) return;
  const rows = groups.map((group) => ({
    class_group_id: group.classGroupId ?? newId(ClassGroupId),
    school_id: group.schoolId,
    grade: group.grade,
    name: group.name,
  }));
  await db.insertInto('class_groups').values(rows).execute();
}

async function createSchool(db: Kysely<Database>, school: NewSchoolRecord): Promise<School> {
  const row = await db
    .insertInto('schools')
    .values({
      school_id: newId(SchoolId),
      name: school.name,
      short_name: school.shortName ?? '',
      region: school.region,
      time_zone: school.timeZone,
      settings: JSON.stringify(school.settings ?? {}),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toSchool(row);
}

function changeSchool(db: Kysely<Database>, schoolId: SchoolId, change: Partial<NewSchoolRecord>): Promise<School> {
  return inTransaction(db, async (tx) => {
    const stored = await tx
      .selectFrom('schools')
      .selectAll()
      .where('school_id', '=', schoolId)
      .forUpdate()
      .executeTakeFirst();
    if (stored === undefined) throw new AppError('notFound');
    const settings = { ...stored.settings, ...change.settings };
    const isKeptOtherwise = (settings.keepsRecordingsDays ?? null) !== (stored.settings.keepsRecordingsDays ?? null);
    const row = await tx
      .updateTable('schools')
      .set({
        name: change.name ?? stored.name,
        short_name: change.shortName ?? stored.short_name,
        region: change.region ?? stored.region,
        time_zone: change.timeZone ?? stored.time_zone,
        settings: JSON.stringify(settings),
        ...(isKeptOtherwise ? { retention_changed_at: new Date() } : {}),
      })
      .where('school_id', '=', schoolId)
      .returningAll()
      .executeTakeFirstOrThrow();
    // Half past eight is another instant there.
    if (row.time_zone !== stored.time_zone) await markDue(tx, schoolId);
    return toSchool(row);
  });
}

async function createClassGroup(db: Kysely<Database>, classGroup: NewClassGroupRecord): Promise<ClassGroup> {
  const classGroupId = classGroup.classGroupId ?? newId(ClassGroupId);
  await insertClassGroups(db, [{ ...classGroup, classGroupId }]);
  const row = await selectClassGroups(db).where('g.class_group_id', '=', classGroupId).executeTakeFirstOrThrow();
  return toClassGroup(row);
}

async function changeClassGroup(
  db: Kysely<Database>,
  classGroupId: ClassGroupId,
  { grade, name }: { readonly grade?: string; readonly name?: string },
): Promise<ClassGroup> {
  if (grade !== undefined || name !== undefined) {
    await db
      .updateTable('class_groups')
      .set({ ...(grade === undefined ? {} : { grade }), ...(name === undefined ? {} : { name }) })
      .where('class_group_id', '=', classGroupId)
      .where('deleted_at', 'is', null)
      .execute();
  }
  const row = await selectClassGroups(db).where('g.class_group_id', '=', classGroupId).executeTakeFirst();
  if (row === undefined) throw new AppError('notFound');
  return toClassGroup(row);
}

/** Lessons of the past keep their class group's name, so the row stays. */
function deleteClassGroup(db: Kysely<Database>, classGroupId: ClassGroupId): Promise<void> {
  return inTransaction(db, async (tx) => {
    const deleted = await tx
      .updateTable('class_groups')
      .set({ deleted_at: new Date() })
      .where('class_group_id', '=', classGroupId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (deleted.numUpdatedRows === 0n) throw new AppError('notFound');
    const pupil = await tx
      .selectFrom('persons')
      .select('person_id')
      .where('class_group_id', '=', classGroupId)
      .where('is_active', '=', true)
      .limit(1)
      .executeTakeFirst();
    const lesson = await tx
      .selectFrom('lesson_class_groups as lg')
      .innerJoin('lessons as l', 'l.lesson_id', 'lg.lesson_id')
      .select('l.lesson_id')
      .where('lg.class_group_id', '=', classGroupId)
      .where('l.state', 'in', ['scheduled', 'live'])
      .limit(1)
      .executeTakeFirst();
    if (pupil !== undefined || lesson !== undefined) {
      throw new AppError('conflict', { details: { field: pupil === undefined ? 'lessons' : 'pupils' } });
    }
    await tx.deleteFrom('timetable_class_groups').where('class_group_id', '=', classGroupId).execute();
  });
}

function toSchool(row: Selectable<SchoolTable>): School {
  return {
    schoolId: row.school_id,
    name: row.name,
    region: row.region,
    timeZone: row.time_zone,
    settings: { ...DEFAULT_SETTINGS, ...row.settings },
  };
}

type ClassGroupRow = Selectable<ClassGroupTable> & { pupil_count: number };

function selectClassGroups(
  db: Kysely<Database>,
): SelectQueryBuilder<Database & { g: ClassGroupTable }, 'g', ClassGroupRow> {
  return db
    .selectFrom('class_groups as g')
    .selectAll('g')
    .select((eb) =>
      eb
        .selectFrom('persons as p')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('p.class_group_id', '=', 'g.class_group_id')
        .where('p.is_active', '=', true)
        .$asScalar()
        .$notNull()
        .as('pupil_count'),
    )
    .where('g.deleted_at', 'is', null);
}

function toClassGroup(row: ClassGroupRow): ClassGroup {
  return {
    classGroupId: row.class_group_id,
    schoolId: row.school_id,
    grade: row.grade,
    name: row.name,
    pupilCount: row.pupil_count,
  };
}
