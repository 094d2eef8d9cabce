import { randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { TimetableEntry } from '../../signaling/protocol/rest/classrooms.ts';
import type { NewTimetableEntryRecord, TimetableStore } from '../ports/timetable-store.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database, TimetableEntryTable } from './schema.ts';
import { makeLessons } from './timetable-lessons.ts';

export function createTimetableStore(db: Kysely<Database>): TimetableStore {
  return {
    async list(schoolId) {
      const rows = await selectEntries(db)
        .where('e.school_id', '=', schoolId)
        .orderBy('e.weekday')
        .orderBy('e.start_time')
        .orderBy('e.entry_id')
        .execute();
      return rows.map(toEntry);
    },
    entry: (entryId) => findEntry(db, entryId),
    create: (entry, nowMs) =>
      inTransaction(db, async (tx) => {
        const entryId = randomUUID();
        await tx
          .insertInto('timetable_entries')
          .values({ ...columnsOf(entry), entry_id: entryId, school_id: entry.schoolId })
          .execute();
        await replaceLinks(tx, entryId, entry);
        return finish(tx, entryId, nowMs);
      }),
    change: (entryId, change, nowMs) =>
      inTransaction(db, async (tx) => {
        const stored = await findEntry(tx, entryId);
        if (stored === undefined) throw new AppError('notFound');
        const changed = { ...stored, ...change };
        await tx.updateTable('timetable_entries').set(columnsOf(changed)).where('entry_id', '=', entryId).execute();
        await replaceLinks(tx, entryId, changed);
        return finish(tx, entryId, nowMs);
      }),
    delete: (entryId, nowMs) =>
      inTransaction(db, async (tx) => {
        await tx
          .deleteFrom('lessons')
          .where('entry_id', '=', entryId)
          .where('state', '=', 'scheduled')
          .where('starts_at', '>', new Date(nowMs))
          .execute();
        const result = await tx.deleteFrom('timetable_entries').where('entry_id', '=', entryId).executeTakeFirst();
        if (result.numDeletedRows === 0n) throw new AppError('notFound');
      }),
  };
}

async function finish(tx: Kysely<Database>, entryId: string, nowMs: number): Promise<TimetableEntry> {
  const entry = await findEntry(tx, entryId);
  if (entry === undefined) throw new AppError('internal', { message: 'an entry just written is not there' });
  await makeLessons(tx, entry, nowMs);
  return entry;
}

function columnsOf(entry: NewTimetableEntryRecord): Omit<Selectable<TimetableEntryTable>, 'entry_id' | 'school_id'> {
  if (entry.endTime <= entry.startTime) throw new AppError('invalidInput', { details: { field: 'endTime' } });
  return {
    kind: entry.kind,
    title: entry.title,
    subject: entry.subject,
    lecturer_id: entry.lecturerId,
    weekday: entry.weekday,
    start_time: entry.startTime,
    end_time: entry.endTime,
    first_date: entry.firstDate,
    last_date: entry.lastDate,
  };
}

async function replaceLinks(
  tx: Kysely<Database>,
  entryId: string,
  { classGroupIds, classroomIds }: Pick<NewTimetableEntryRecord, 'classGroupIds' | 'classroomIds'>,
): Promise<void> {
  await tx.deleteFrom('timetable_class_groups').where('entry_id', '=', entryId).execute();
  await tx.deleteFrom('timetable_classrooms').where('entry_id', '=', entryId).execute();
  const groups = [...new Set(classGroupIds)].map((id) => ({ entry_id: entryId, class_group_id: id }));
  if (groups.length > 0) await tx.insertInto('timetable_class_groups').values(groups).execute();
  const classrooms = [...new Set(classroomIds)].map((id) => ({ entry_id: entryId, classroom_id: id }));
  if (classrooms.length > 0) await tx.insertInto('timetable_classrooms').values(classrooms).execute();
}

async function findEntry(db: Kysely<Database>, entryId: string): Promise<TimetableEntry | undefined> {
  const row = await selectEntries(db).where('e.entry_id', '=', entryId).executeTakeFirst();
  return row === undefined ? undefined : toEntry(row);
}

function selectEntries(db: Kysely<Database>) {
  return db
    .selectFrom('timetable_entries as e')
    .innerJoin('persons as t', 't.person_id', 'e.lecturer_id')
    .selectAll('e')
    .select('t.display_name as lecturer_name')
    .select((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom('timetable_class_groups as g')
          .select('g.class_group_id as id')
          .whereRef('g.entry_id', '=', 'e.entry_id')
          .orderBy('g.class_group_id'),
      ).as('class_groups'),
      jsonArrayFrom(
        eb
          .selectFrom('timetable_classrooms as c')
          .select('c.classroom_id as id')
          .whereRef('c.entry_id', '=', 'e.entry_id')
          .orderBy('c.classroom_id'),
      ).as('classrooms'),
    ]);
}

type EntryRow = Awaited<ReturnType<ReturnType<typeof selectEntries>['executeTakeFirstOrThrow']>>;

function toEntry(row: EntryRow): TimetableEntry {
  return {
    entryId: row.entry_id,
    schoolId: row.school_id,
    kind: row.kind,
    title: row.title,
    subject: row.subject,
    lecturerId: row.lecturer_id,
    lecturerName: row.lecturer_name,
    classGroupIds: row.class_groups.map(({ id }) => id),
    classroomIds: row.classrooms.map(({ id }) => id),
    weekday: row.weekday,
    startTime: row.start_time,
    endTime: row.end_time,
    firstDate: row.first_date,
    lastDate: row.last_date,
  };
}
