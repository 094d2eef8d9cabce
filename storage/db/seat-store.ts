import { sql, type Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import { SeatId } from '../../signaling/protocol/ids.ts';
import { newId } from '../new-id.ts';
import type { Seat, SeatClaim, SeatHolder, SeatStore } from '../ports/seat-store.ts';
import { instantOrNull } from './instant.ts';
import type { Database, SeatRow } from './schema.ts';

const KEY_OF_HOLDER = {
  person: 'seats_person_key',
  site: 'seats_site_key',
  guest: 'seats_guest_key',
} as const satisfies Record<SeatHolder['kind'], string>;

export function createSeatStore(db: Kysely<Database>): SeatStore {
  return {
    claim: (claim) => claimSeat(db, claim),
    async seat(seatId) {
      const row = await db.selectFrom('seats').selectAll().where('seat_id', '=', seatId).executeTakeFirst();
      return row === undefined ? undefined : toSeat(row);
    },
    async list(lessonId) {
      const rows = await db
        .selectFrom('seats')
        .selectAll()
        .where('lesson_id', '=', lessonId)
        .orderBy('created_at')
        .orderBy('seat_id')
        .execute();
      return rows.map(toSeat);
    },
    markAdmitted: (seatId, atMs) => changeSeat(db, seatId, { admitted_at: new Date(atMs) }),
    setKeptOut: (seatId, isKeptOut) => changeSeat(db, seatId, { is_kept_out: isKeptOut }),
  };
}

/** A guest's name is its own word, and a teacher has admitted that name. */
const ADMITTED_UNDER_THIS_NAME = sql<Date | null>`case
  when seats.display_name = excluded.display_name and seats.ward_name is not distinct from excluded.ward_name
  then seats.admitted_at end`;

async function claimSeat(db: Kysely<Database>, claim: SeatClaim): Promise<Seat> {
  const { holder } = claim;
  const facts = {
    seat: claim.seat,
    display_name: claim.displayName,
    school_name: claim.schoolName,
    ward_name: claim.wardName,
    invitation_id: holder.kind === 'guest' ? holder.invitationId : null,
  };
  const row = await db
    .insertInto('seats')
    .values({
      seat_id: newId(SeatId),
      lesson_id: claim.lessonId,
      person_id: holder.kind === 'person' ? holder.personId : null,
      site_id: holder.kind === 'site' ? holder.siteId : null,
      guest_key_hash: holder.kind === 'guest' ? holder.guestKeyHash : null,
      created_at: new Date(claim.nowMs),
      ...facts,
    })
    .onConflict((conflict) =>
      conflict.constraint(KEY_OF_HOLDER[holder.kind]).doUpdateSet({
        ...facts,
        admitted_at: holder.kind === 'guest' ? ADMITTED_UNDER_THIS_NAME : sql.ref('seats.admitted_at'),
      }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  if (row.is_kept_out) throw new AppError('removedFromRoom');
  return toSeat(row);
}

async function changeSeat(
  db: Kysely<Database>,
  seatId: SeatId,
  change: { readonly admitted_at: Date } | { readonly is_kept_out: boolean },
): Promise<void> {
  const result = await db.updateTable('seats').set(change).where('seat_id', '=', seatId).executeTakeFirst();
  if (result.numUpdatedRows === 0n) throw new AppError('notFound');
}

function toSeat(row: SeatRow): Seat {
  return {
    seatId: row.seat_id,
    lessonId: row.lesson_id,
    holder: toHolder(row),
    seat: row.seat,
    displayName: row.display_name,
    schoolName: row.school_name,
    wardName: row.ward_name,
    createdAtMs: row.created_at.getTime(),
    admittedAtMs: instantOrNull(row.admitted_at),
    isKeptOut: row.is_kept_out,
  };
}

function toHolder(row: SeatRow): SeatHolder {
  if (row.person_id !== null) return { kind: 'person', personId: row.person_id };
  if (row.site_id !== null) return { kind: 'site', siteId: row.site_id };
  if (row.guest_key_hash !== null && row.invitation_id !== null) {
    return { kind: 'guest', guestKeyHash: row.guest_key_hash, invitationId: row.invitation_id };
  }
  throw new AppError('internal', { message: 'a seat of nobody' });
}
