import { sql, type Kysely, type Selectable } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { CoursewareId } from '../../signaling/protocol/ids.ts';
import type { Courseware, CoursewareBounds, CoursewareStore, NewCourseware } from '../ports/courseware-store.ts';
import type { CoursewareTable } from './courseware-table.ts';
import { inTransaction } from './in-transaction.ts';
import { instantOrNull } from './instant.ts';
import type { Database } from './schema.ts';

/** Any number that no other lock has, the same in every process. */
const LOCK = 7_314_002;

export function createCoursewareStore(db: Kysely<Database>): CoursewareStore {
  const preparing = (coursewareId: CoursewareId) =>
    db.updateTable('courseware').where('courseware_id', '=', coursewareId).where('state', '=', 'preparing');
  return {
    create: (courseware, within) => inTransaction(db, (tx) => createWithin(tx, courseware, within)),
    async courseware(coursewareId) {
      const row = await db
        .selectFrom('courseware')
        .selectAll()
        .where('courseware_id', '=', coursewareId)
        .executeTakeFirst();
      return row === undefined ? undefined : toCourseware(row);
    },
    async list(lessonId) {
      const rows = await db
        .selectFrom('courseware')
        .selectAll()
        .where('lesson_id', '=', lessonId)
        .where('removed_at', 'is', null)
        .orderBy('created_at')
        .orderBy('courseware_id')
        .execute();
      return rows.map(toCourseware);
    },
    async markReceived(coursewareId, kind) {
      const received = await db
        .updateTable('courseware')
        .set({ state: 'preparing', kind })
        .where('courseware_id', '=', coursewareId)
        .where('state', '=', 'receiving')
        .returning('courseware_id')
        .executeTakeFirst();
      return received !== undefined;
    },
    async markReady(coursewareId, pages) {
      await preparing(coursewareId)
        .set({ state: 'ready', pages: JSON.stringify(pages) })
        .execute();
    },
    async markFailed(coursewareId, failure) {
      await preparing(coursewareId).set({ state: 'failed', failure }).execute();
    },
    async markShown(coursewareId, nowMs) {
      await db
        .updateTable('courseware')
        .set({ shown_at: sql`coalesce(shown_at, ${new Date(nowMs)})` })
        .where('courseware_id', '=', coursewareId)
        .execute();
    },
    remove: (coursewareId, nowMs) => remove(db, coursewareId, nowMs),
    letGo: (announcedBeforeMs, removedBeforeMs) => letGo(db, announcedBeforeMs, removedBeforeMs),
    known: (coursewareIds) => known(db, coursewareIds),
  };
}

async function known(db: Kysely<Database>, coursewareIds: readonly CoursewareId[]): Promise<CoursewareId[]> {
  if (coursewareIds.length === 0) return [];
  const rows = await db
    .selectFrom('courseware')
    .select('courseware_id')
    .where('courseware_id', 'in', coursewareIds)
    .execute();
  return rows.map((row) => row.courseware_id);
}

async function letGo(
  db: Kysely<Database>,
  announcedBeforeMs: number,
  removedBeforeMs: number,
): Promise<CoursewareId[]> {
  const gone = await db
    .deleteFrom('courseware')
    .where((eb) =>
      eb.or([
        eb('state', '=', 'receiving').and('created_at', '<', new Date(announcedBeforeMs)),
        eb('removed_at', '<', new Date(removedBeforeMs)).and(
          sql<boolean>`not exists (select 1 from recordings r where r.lesson_id = courseware.lesson_id)`,
        ),
      ]),
    )
    .returning('courseware_id')
    .execute();
  return gone.map((row) => row.courseware_id);
}

async function createWithin(tx: Kysely<Database>, courseware: NewCourseware, within: CoursewareBounds): Promise<void> {
  await sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx);
  await assertWithin(tx, courseware, within);
  await createCourseware(tx, courseware);
}

async function assertWithin(
  tx: Kysely<Database>,
  { lessonId, bytes: ownBytes }: NewCourseware,
  { files, bytes }: CoursewareBounds,
): Promise<void> {
  const { ofLesson, announcedBytes } = await tx
    .selectFrom('courseware')
    .select([
      sql<number>`count(*) filter (where lesson_id = ${lessonId} and removed_at is null)`.as('ofLesson'),
      sql<number>`coalesce(sum(bytes) filter (where state = 'receiving'), 0)::bigint`.as('announcedBytes'),
    ])
    .where((eb) => eb.or([eb('lesson_id', '=', lessonId), eb('state', '=', 'receiving')]))
    .executeTakeFirstOrThrow();
  if (ofLesson >= files) throw new AppError('conflict');
  if (bytes !== undefined && announcedBytes + ownBytes > bytes) throw new AppError('storageFull');
}

async function remove(db: Kysely<Database>, coursewareId: CoursewareId, nowMs: number): Promise<boolean> {
  const gone = await db
    .deleteFrom('courseware')
    .where('courseware_id', '=', coursewareId)
    .where('shown_at', 'is', null)
    .returning('courseware_id')
    .executeTakeFirst();
  if (gone !== undefined) return true;
  await db
    .updateTable('courseware')
    .set({ removed_at: new Date(nowMs) })
    .where('courseware_id', '=', coursewareId)
    .execute();
  return false;
}

async function createCourseware(db: Kysely<Database>, courseware: NewCourseware): Promise<void> {
  const row = await db
    .insertInto('courseware')
    .values({
      courseware_id: courseware.coursewareId,
      lesson_id: courseware.lessonId,
      owner_id: courseware.ownerId,
      file_name: courseware.fileName,
      bytes: courseware.bytes,
      kind: null,
      state: 'receiving',
      failure: null,
      pages: '[]',
      created_at: new Date(courseware.createdAtMs),
      shown_at: null,
      removed_at: null,
    })
    .onConflict((conflict) => conflict.column('courseware_id').doNothing())
    .returning('courseware_id')
    .executeTakeFirst();
  if (row === undefined) throw new AppError('conflict');
}

const toCourseware = (row: Selectable<CoursewareTable>): Courseware => ({
  coursewareId: row.courseware_id,
  lessonId: row.lesson_id,
  ownerId: row.owner_id,
  fileName: row.file_name,
  bytes: row.bytes,
  kind: row.kind,
  state: row.state,
  failure: row.failure,
  pages: row.pages,
  createdAtMs: row.created_at.getTime(),
  shownAtMs: instantOrNull(row.shown_at),
  isRemoved: row.removed_at !== null,
});
