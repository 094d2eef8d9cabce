import type { Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import { InvitationId } from '../../signaling/protocol/ids.ts';
import { newId } from '../new-id.ts';
import type { Invitation, InvitationStore } from '../ports/invitation-store.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './schema.ts';

export function createInvitationStore(db: Kysely<Database>): InvitationStore {
  return {
    async create(invitation) {
      const invitationId = newId(InvitationId);
      await db
        .insertInto('invitations')
        .values({
          invitation_id: invitationId,
          lesson_id: invitation.lessonId,
          token_hash: invitation.tokenHash,
          label: invitation.label,
          seat: invitation.seat,
          ward_id: invitation.wardId ?? null,
          created_by: invitation.createdBy,
          created_at: new Date(invitation.createdAtMs),
          expires_at: new Date(invitation.expiresAtMs),
          max_uses: invitation.maxUses ?? null,
        })
        .execute();
      const row = await selectInvitations(db).where('i.invitation_id', '=', invitationId).executeTakeFirstOrThrow();
      return toInvitation(row);
    },
    async list(lessonId, nowMs) {
      const rows = await selectInvitations(db)
        .where('i.lesson_id', '=', lessonId)
        .where('i.expires_at', '>', new Date(nowMs))
        .orderBy('i.created_at', 'desc')
        .execute();
      return rows.map(toInvitation);
    },
    async find(tokenHash, nowMs) {
      const row = await selectInvitations(db)
        .where('i.token_hash', '=', tokenHash)
        .where('i.expires_at', '>', new Date(nowMs))
        .executeTakeFirst();
      if (row === undefined || isUsedUp(row)) return undefined;
      return toInvitation(row);
    },
    use: (tokenHash, guestKeyHash, nowMs) => useInvitation(db, tokenHash, guestKeyHash, nowMs),
    async revoke(lessonId, invitationId) {
      const row = await db
        .selectFrom('invitations')
        .select('invitation_id')
        .where('invitation_id', '=', invitationId)
        .where('lesson_id', '=', lessonId)
        .executeTakeFirst();
      if (row === undefined) throw new AppError('notFound');
      await db
        .updateTable('invitations')
        .set({ revoked_at: new Date() })
        .where('invitation_id', '=', invitationId)
        .where('revoked_at', 'is', null)
        .execute();
    },
  };
}

function useInvitation(
  db: Kysely<Database>,
  tokenHash: string,
  guestKeyHash: string,
  nowMs: number,
): Promise<Invitation> {
  return inTransaction(db, async (tx) => {
    // The locked row makes uses of the same link come one after the other.
    const locked = await tx
      .selectFrom('invitations')
      .select('invitation_id')
      .where('token_hash', '=', tokenHash)
      .where('expires_at', '>', new Date(nowMs))
      .forUpdate()
      .executeTakeFirst();
    if (locked === undefined) throw new AppError('invitationExpired');
    const use = { invitation_id: locked.invitation_id, guest_key_hash: guestKeyHash };
    const known = await tx
      .selectFrom('invitation_uses')
      .select('guest_key_hash')
      .where('invitation_id', '=', use.invitation_id)
      .where('guest_key_hash', '=', guestKeyHash)
      .executeTakeFirst();
    const read = () => selectInvitations(tx).where('i.invitation_id', '=', use.invitation_id).executeTakeFirst();
    const before = await read();
    if (before === undefined || (known === undefined && isUsedUp(before))) throw new AppError('invitationExpired');
    if (known !== undefined) return toInvitation(before);
    await tx.insertInto('invitation_uses').values(use).execute();
    return toInvitation({ ...before, uses: before.uses + 1 });
  });
}

function selectInvitations(db: Kysely<Database>) {
  return db
    .selectFrom('invitations as i')
    .leftJoin('persons as ward', 'ward.person_id', 'i.ward_id')
    .selectAll('i')
    .select('ward.display_name as ward_name')
    .select((eb) =>
      eb
        .selectFrom('invitation_uses as u')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('u.invitation_id', '=', 'i.invitation_id')
        .$asScalar()
        .$notNull()
        .as('uses'),
    )
    .where('i.revoked_at', 'is', null);
}

type InvitationRow = Awaited<ReturnType<ReturnType<typeof selectInvitations>['executeTakeFirstOrThrow']>>;

function isUsedUp({ max_uses, uses }: InvitationRow): boolean {
  return max_uses !== null && uses >= max_uses;
}

function toInvitation(row: InvitationRow): Invitation {
  return {
    invitationId: row.invitation_id,
    lessonId: row.lesson_id,
    label: row.label,
    seat: row.seat,
    wardId: row.ward_id,
    wardName: row.ward_name,
    expiresAtMs: row.expires_at.getTime(),
    maxUses: row.max_uses,
    uses: row.uses,
  };
}
