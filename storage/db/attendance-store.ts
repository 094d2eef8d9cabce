import type { Kysely } from 'kysely';
import type { AttendanceStore } from '../ports/attendance-store.ts';
import { instantOrNull } from './instant.ts';
import type { Database } from './schema.ts';

export function createAttendanceStore(db: Kysely<Database>): AttendanceStore {
  return { ...stayMethods(db), ...rollMethods(db) };
}

function stayMethods(db: Kysely<Database>): Pick<AttendanceStore, 'joined' | 'left' | 'allLeft' | 'stays'> {
  return {
    async joined({ lessonId, seatId, atMs }) {
      await db
        .insertInto('stays')
        .values({ lesson_id: lessonId, seat_id: seatId, joined_at: new Date(atMs) })
        // Of the stay itself (a replay) as well as of the open one.
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async left(seatId, atMs) {
      await db
        .updateTable('stays')
        .set({ left_at: new Date(atMs) })
        .where('seat_id', '=', seatId)
        .where('left_at', 'is', null)
        // A replayed leave does not end a later stay.
        .where('joined_at', '<=', new Date(atMs))
        .execute();
    },
    async allLeft(lessonId, atMs) {
      await db
        .updateTable('stays')
        .set({ left_at: new Date(atMs) })
        .where('lesson_id', '=', lessonId)
        .where('left_at', 'is', null)
        .where('joined_at', '<=', new Date(atMs))
        .execute();
    },
    async stays(lessonId) {
      const rows = await db
        .selectFrom('stays as a')
        .innerJoin('seats as s', 's.seat_id', 'a.seat_id')
        .select(['a.seat_id', 's.person_id', 'a.joined_at', 'a.left_at'])
        .where('a.lesson_id', '=', lessonId)
        .orderBy('a.joined_at')
        .orderBy('a.seat_id')
        .execute();
      return rows.map((row) => ({
        seatId: row.seat_id,
        personId: row.person_id,
        joinedAtMs: row.joined_at.getTime(),
        leftAtMs: instantOrNull(row.left_at),
      }));
    },
  };
}

function rollMethods(db: Kysely<Database>): Pick<AttendanceStore, 'saveRoll' | 'roll'> {
  return {
    async saveRoll(lessonId, entries) {
      const marks = new Map(entries.map(({ personId, state }) => [personId, state]));
      if (marks.size === 0) return;
      await db
        .insertInto('roll_marks')
        .values([...marks].map(([personId, state]) => ({ lesson_id: lessonId, person_id: personId, state })))
        .onConflict((conflict) =>
          conflict.columns(['lesson_id', 'person_id']).doUpdateSet((eb) => ({ state: eb.ref('excluded.state') })),
        )
        .execute();
    },
    async roll(lessonId) {
      return db
        .selectFrom('roll_marks')
        .select(['person_id as personId', 'state'])
        .where('lesson_id', '=', lessonId)
        .orderBy('person_id')
        .execute();
    },
  };
}
