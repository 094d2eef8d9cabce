import { sql, type Kysely, type Selectable } from 'kysely';
import { AppError, fieldProblem } from '../../signaling/protocol/errors.ts';
import { SpecialDayId, TermId, type SchoolId } from '../../signaling/protocol/ids.ts';
import { problemWords } from '../../signaling/protocol/problems.ts';
import {
  MAX_SPECIAL_DAYS,
  MAX_TERMS,
  type Period,
  type SpecialDay,
  type Term,
} from '../../signaling/protocol/rest/calendar.ts';
import { newId } from '../new-id.ts';
import type { CalendarStore } from '../ports/calendar-store.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './schema.ts';
import type { PeriodTable, SpecialDayTable, TermTable } from './timetable-tables.ts';
import { lockTimetables } from './timetable-lock.ts';

export function createCalendarStore(db: Kysely<Database>): CalendarStore {
  return {
    async terms(schoolId) {
      const rows = await db
        .selectFrom('terms')
        .selectAll()
        .where((eb) => eb.or([eb('school_id', 'is', null), eb('school_id', '=', schoolId)]))
        .orderBy('first_date')
        .orderBy('term_id')
        .execute();
      return rows.map(toTerm);
    },
    specialDays: (schoolId) => listSpecialDays(db, schoolId),
    periods: (schoolId) => listPeriods(db, schoolId),
    term: (termId) => findTerm(db, termId),
    createTerm: (term) => createTerm(db, term),
    changeTerm: (termId, change) => changeTerm(db, termId, change),
    deleteTerm: (termId) => deleteTerm(db, termId),
    async specialDay(specialDayId) {
      const row = await db
        .selectFrom('special_days')
        .selectAll()
        .where('special_day_id', '=', specialDayId)
        .executeTakeFirst();
      return row === undefined ? undefined : toSpecialDay(row);
    },
    createSpecialDay: (day) => createSpecialDay(db, day),
    deleteSpecialDay: (specialDayId) =>
      inTransaction(db, async (tx) => {
        await lockTimetables(tx);
        const gone = await tx
          .deleteFrom('special_days')
          .where('special_day_id', '=', specialDayId)
          .returning('school_id')
          .executeTakeFirst();
        if (gone === undefined) throw new AppError('notFound');
        await markDue(tx, gone.school_id);
      }),
    setPeriods: (schoolId, periods) => setPeriods(db, schoolId, periods),
  };
}

/** Lessons to come of that school, or of all, are to be brought in line; whoever has changed something waits for nobody else. */
export async function markDue(tx: Kysely<Database>, schoolId: SchoolId | null): Promise<void> {
  await sql`insert into timetable_due (school_id, since)
    select distinct school_id, now() from timetable_entries where ${schoolId}::text is null or school_id = ${schoolId}
    on conflict do nothing`.execute(tx);
}

export async function listSpecialDays(db: Kysely<Database>, schoolId: SchoolId): Promise<SpecialDay[]> {
  const rows = await db
    .selectFrom('special_days')
    .selectAll()
    .where((eb) => eb.or([eb('school_id', 'is', null), eb('school_id', '=', schoolId)]))
    .orderBy('first_date')
    .orderBy('school_id', (order) => order.asc().nullsFirst())
    .orderBy('special_day_id')
    .execute();
  return rows.map(toSpecialDay);
}

async function listPeriods(db: Kysely<Database>, schoolId: SchoolId): Promise<Period[]> {
  const rows = await db.selectFrom('periods').selectAll().where('school_id', '=', schoolId).orderBy('number').execute();
  return rows.map(toPeriod);
}

async function findTerm(db: Kysely<Database>, termId: TermId): Promise<Term | undefined> {
  const row = await db.selectFrom('terms').selectAll().where('term_id', '=', termId).executeTakeFirst();
  return row === undefined ? undefined : toTerm(row);
}

function createTerm(db: Kysely<Database>, term: Omit<Term, 'termId'>): Promise<Term> {
  return inTransaction(db, async (tx) => {
    await lockTimetables(tx);
    await assertRoom(tx, 'terms', term.schoolId);
    const row = await tx
      .insertInto('terms')
      .values({ term_id: newId(TermId), school_id: term.schoolId, ...termColumns(term) })
      .returningAll()
      .executeTakeFirstOrThrow();
    return toTerm(row);
  });
}

const LIMITS = {
  terms: { code: 'termsFull', most: MAX_TERMS },
  special_days: { code: 'specialDaysFull', most: MAX_SPECIAL_DAYS },
} as const;

async function assertRoom(tx: Kysely<Database>, table: keyof typeof LIMITS, schoolId: SchoolId | null): Promise<void> {
  const { code, most } = LIMITS[table];
  const { n } = await tx
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('school_id', 'is not distinct from', schoolId)
    .executeTakeFirstOrThrow();
  if (n < most) return;
  const values = { n: most };
  const message = problemWords(code, values);
  throw new AppError('conflict', { message, details: { problems: [{ path: 'name', code, values, message }] } });
}

function changeTerm(
  db: Kysely<Database>,
  termId: TermId,
  change: Parameters<CalendarStore['changeTerm']>[1],
): Promise<Term> {
  return inTransaction(db, async (tx) => {
    await lockTimetables(tx);
    const stored = await findTerm(tx, termId);
    if (stored === undefined) throw new AppError('notFound');
    const changed = { ...stored, ...change };
    await tx.updateTable('terms').set(termColumns(changed)).where('term_id', '=', termId).execute();
    await markDue(tx, stored.schoolId);
    return changed;
  });
}

function deleteTerm(db: Kysely<Database>, termId: TermId): Promise<void> {
  return inTransaction(db, async (tx) => {
    await lockTimetables(tx);
    const { n } = await tx
      .selectFrom('timetable_entries')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('term_id', '=', termId)
      .executeTakeFirstOrThrow();
    if (n > 0) throw fieldProblem('termId', 'termInUse', { n });
    const result = await tx.deleteFrom('terms').where('term_id', '=', termId).executeTakeFirst();
    if (result.numDeletedRows === 0n) throw new AppError('notFound');
  });
}

function createSpecialDay(db: Kysely<Database>, day: Omit<SpecialDay, 'specialDayId'>): Promise<SpecialDay> {
  return inTransaction(db, async (tx) => {
    await lockTimetables(tx);
    await assertRoom(tx, 'special_days', day.schoolId);
    const row = await tx
      .insertInto('special_days')
      .values({
        special_day_id: newId(SpecialDayId),
        school_id: day.schoolId,
        name: day.name,
        first_date: day.firstDate,
        last_date: day.lastDate,
        follows_weekday: day.followsWeekday,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await markDue(tx, day.schoolId);
    return toSpecialDay(row);
  });
}

function setPeriods(db: Kysely<Database>, schoolId: SchoolId, periods: readonly Period[]): Promise<Period[]> {
  return inTransaction(db, async (tx) => {
    await lockTimetables(tx);
    const used = await tx
      .selectFrom('timetable_entries')
      .select('period')
      .distinct()
      .where('school_id', '=', schoolId)
      .where('period', 'is not', null)
      .execute();
    const numbers = periods.map(({ number }) => number);
    const missing = used.find(({ period }) => period !== null && !numbers.includes(period))?.period;
    if (missing !== undefined && missing !== null) throw fieldProblem('periods', 'periodInUse', { number: missing });
    let gone = tx.deleteFrom('periods').where('school_id', '=', schoolId);
    if (numbers.length > 0) gone = gone.where('number', 'not in', numbers);
    await gone.execute();
    if (periods.length > 0) {
      const rows = periods.map(({ number, startTime, endTime }) => ({
        school_id: schoolId,
        number,
        start_time: startTime,
        end_time: endTime,
      }));
      await tx
        .insertInto('periods')
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(['school_id', 'number']).doUpdateSet((eb) => ({
            start_time: eb.ref('excluded.start_time'),
            end_time: eb.ref('excluded.end_time'),
          })),
        )
        .execute();
    }
    await markDue(tx, schoolId);
    return listPeriods(tx, schoolId);
  });
}

const termColumns = ({ name, firstDate, lastDate }: Pick<Term, 'name' | 'firstDate' | 'lastDate'>) => ({
  name,
  first_date: firstDate,
  last_date: lastDate,
});

const toTerm = (row: Selectable<TermTable>): Term => ({
  termId: row.term_id,
  schoolId: row.school_id,
  name: row.name,
  firstDate: row.first_date,
  lastDate: row.last_date,
});

const toSpecialDay = (row: Selectable<SpecialDayTable>): SpecialDay => ({
  specialDayId: row.special_day_id,
  schoolId: row.school_id,
  name: row.name,
  firstDate: row.first_date,
  lastDate: row.last_date,
  followsWeekday: row.follows_weekday,
});

const toPeriod = (row: Selectable<PeriodTable>): Period => ({
  number: row.number,
  startTime: row.start_time,
  endTime: row.end_time,
});
