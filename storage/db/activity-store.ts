import { sql, type Kysely } from 'kysely';
import type { ActivityStore, SeatActivity } from '../ports/activity-store.ts';
import type { Database } from './schema.ts';

const COLUMNS = ['talked_ms', 'hands_raised', 'line_ms', 'poor_line_ms', 'line_score_ms'] as const;

export function createActivityStore(db: Kysely<Database>): ActivityStore {
  return {
    async save(seats) {
      if (seats.length === 0) return;
      const greatest = COLUMNS.map((name) => {
        const column = sql.ref(name);
        return sql`${column} = greatest(seat_activity.${column}, excluded.${column})`;
      });
      await sql`insert into seat_activity (seat_id, ${sql.join(COLUMNS.map((name) => sql.ref(name)))})
        select s.seat_id, ${sql.join(COLUMNS.map((name) => sql.ref(`given.${name}`)))}
        from jsonb_to_recordset(${JSON.stringify(seats.map(toRow))}::jsonb) as given (seat_id text, talked_ms bigint, hands_raised bigint,
          line_ms bigint, poor_line_ms bigint, line_score_ms bigint)
        join seats s on s.seat_id = given.seat_id
        on conflict (seat_id) do update set ${sql.join(greatest)}`.execute(db);
    },
    async list(lessonId) {
      const rows = await db
        .selectFrom('seat_activity as a')
        .innerJoin('seats as s', 's.seat_id', 'a.seat_id')
        .selectAll('a')
        .where('s.lesson_id', '=', lessonId)
        .orderBy('a.seat_id')
        .execute();
      return rows.map((row) => ({
        seatId: row.seat_id,
        talkedMs: row.talked_ms,
        handsRaised: row.hands_raised,
        lineMs: row.line_ms,
        poorLineMs: row.poor_line_ms,
        lineScoreMs: row.line_score_ms,
      }));
    },
  };
}

const toRow = (seat: SeatActivity) => ({
  seat_id: seat.seatId,
  talked_ms: seat.talkedMs,
  hands_raised: seat.handsRaised,
  line_ms: seat.lineMs,
  poor_line_ms: seat.poorLineMs,
  line_score_ms: seat.lineScoreMs,
});
