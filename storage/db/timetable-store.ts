import { randomUUID } from 'node:crypto';
import { sql, type Kysely, type Selectable } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { AppError, fieldProblem } from '../../signaling/protocol/errors.ts';
import type { SchoolId } from '../../signaling/protocol/ids.ts';
import type { TimetableEntry } from '../../signaling/protocol/rest/classrooms.ts';
import type { NewTimetableEntryRecord, TimetableStore } from '../ports/timetable-store.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './schema.ts';
import type { TimetableEntryTable } from './timetable-tables.ts';
import { findBusy } from './timetable-busy.ts';
import { findClashes } from './timetable-clashes.ts';
import { makeLessons, reshapeLessons } from './timetable-lessons.ts';
import { lockTimetables } from './timetable-lock.ts';

export function createTimetableStore(db: Kysely<Database>): TimetableStore {
  return {
    list: (schoolId) => listEntries(db, schoolId),
    entry: (entryId) => findEntry(db, entryId),
    create: (entry, nowMs) =>
      inTransaction(db, async (tx) => {
        await lockTimetables(tx);
        const entryId = randomUUID();
        await tx
          .insertInto('timetable_entries')
          .values({ ...columnsOf(entry), entry_id: entryId, school_id: entry.schoolId })
          .execute();
        await replaceLinks(tx, entryId, entry);
        return finish(tx, entryId, nowMs, true);
      }),
    change: (entryId, change, nowMs) =>
      inTransaction(db, async (tx) => {
        await lockTimetables(tx);
        const stored = await findEntry(tx, entryId);
        if (stored === undefined) throw new AppError('notFound');
        const hadLessons = await hasLessonsToCome(tx, entryId, nowMs);
        const changed = { ...stored, ...change };
        await tx.updateTable('timetable_entries').set(columnsOf(changed)).where('entry_id', '=', entryId).execute();
        await replaceLinks(tx, entryId, changed);
        return finish(tx, entryId, nowMs, hadLessons);
      }),
    delete: (entryId, nowMs) =>
      inTransaction(db, async (tx) => {
        await lockTimetables(tx);
        await tx
          .deleteFrom('lessons')
          .where('entry_id', '=', entryId)
          .where('state', '=', 'scheduled')
          .where('starts_at', '>', new Date(nowMs))
          .execute();
        const result = await tx.deleteFrom('timetable_entries').where('entry_id', '=', entryId).executeTakeFirst();
        if (result.numDeletedRows === 0n) throw new AppError('notFound');
      }),
    planAlone: () => lockTimetables(db),
    clashes: (scope, nowMs) => findClashes(db, scope, nowMs),
    busy: (wanted) => findBusy(db, wanted),
    async due() {
      const rows = await db
        .selectFrom('timetable_due')
        .select('school_id')
        .orderBy('since')
        .orderBy('school_id')
        .execute();
      return rows.map(({ school_id }) => school_id);
    },
    remakeDue: (schoolId, nowMs) => remakeDue(db, schoolId, nowMs),
  };
}

async function hasLessonsToCome(tx: Kysely<Database>, entryId: string, nowMs: number): Promise<boolean> {
  const lesson = await tx
    .selectFrom('lessons')
    .select('lesson_id')
    .where('entry_id', '=', entryId)
    .where('state', '=', 'scheduled')
    .where('starts_at', '>', new Date(nowMs))
    .limit(1)
    .executeTakeFirst();
  return lesson !== undefined;
}

async function finish(
  tx: Kysely<Database>,
  entryId: string,
  nowMs: number,
  needsLessons: boolean,
): Promise<TimetableEntry> {
  const entry = await findEntry(tx, entryId);
  if (entry === undefined) throw new AppError('internal', { message: 'an entry just written is not there' });
  await reshapeLessons(tx, entry, nowMs);
  const lessons = await makeLessons(tx, entry.schoolId, [entry], nowMs);
  if (lessons === 0 && needsLessons) throw fieldProblem('lastDate', 'noLessonInTerm');
  return entry;
}

async function listEntries(db: Kysely<Database>, schoolId: SchoolId): Promise<TimetableEntry[]> {
  const rows = await selectEntries(db).where('e.school_id', '=', schoolId).execute();
  return rows
    .map(toEntry)
    .toSorted((a, b) => a.weekday - b.weekday || compare(a.startTime, b.startTime) || compare(a.entryId, b.entryId));
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function remakeDue(db: Kysely<Database>, schoolId: SchoolId, nowMs: number): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    await lockTimetables(tx);
    const { numDeletedRows } = await tx
      .deleteFrom('timetable_due')
      .where('school_id', '=', schoolId)
      .executeTakeFirstOrThrow();
    if (numDeletedRows === 0n) return false;
    await makeLessons(tx, schoolId, await listEntries(tx, schoolId), nowMs);
    return true;
  });
}

type EntryColumns = Omit<Selectable<TimetableEntryTable>, 'entry_id' | 'school_id'>;

function columnsOf(entry: NewTimetableEntryRecord): EntryColumns {
  return {
    kind: entry.kind,
    title: entry.title,
    subject: entry.subject,
    lecturer_id: entry.lecturerId,
    weekday: entry.weekday,
    weeks: entry.weeks ?? 'all',
    ...timesOf(entry),
    ...datesOf(entry),
  };
}

type TimeColumns = Pick<EntryColumns, 'period' | 'start_time' | 'end_time'>;

function timesOf({ period = null, startTime = '', endTime = '' }: NewTimetableEntryRecord): TimeColumns {
  if (period !== null) return { period, start_time: null, end_time: null };
  if (endTime <= startTime) throw fieldProblem('endTime', 'endsBeforeStart');
  return { period, start_time: startTime, end_time: endTime };
}

type DateColumns = Pick<EntryColumns, 'term_id' | 'first_date' | 'last_date'>;

function datesOf({ termId = null, firstDate = '', lastDate = '' }: NewTimetableEntryRecord): DateColumns {
  if (termId !== null) return { term_id: termId, first_date: null, last_date: null };
  if (lastDate < firstDate) throw fieldProblem('lastDate', 'lastBeforeFirst');
  return { term_id: termId, first_date: firstDate, last_date: lastDate };
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
    .leftJoin('periods as p', (join) =>
      join.onRef('p.school_id', '=', 'e.school_id').onRef('p.number', '=', 'e.period'),
    )
    .leftJoin('terms as m', 'm.term_id', 'e.term_id')
    .selectAll('e')
    .select([
      sql<string>`coalesce(p.start_time, e.start_time)`.as('starts'),
      sql<string>`coalesce(p.end_time, e.end_time)`.as('ends'),
      sql<string>`coalesce(m.first_date, e.first_date)`.as('first'),
      sql<string>`coalesce(m.last_date, e.last_date)`.as('last'),
    ])
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
    weeks: row.weeks,
    period: row.period,
    startTime: row.starts,
    endTime: row.ends,
    termId: row.term_id,
    firstDate: row.first,
    lastDate: row.last,
  };
}
