import type { InvitationId, LessonId, PersonId } from '../../signaling/protocol/ids.ts';

/** Links into one lesson for people without an account; only the hash of the token is known here. Errors as in `DirectoryStore`. */
export interface InvitationStore {
  create(invitation: NewInvitation): Promise<Invitation>;
  /** Valid ones, newest first. */
  list(lessonId: LessonId, nowMs: number): Promise<Invitation[]>;
  /** Undefined when unknown, revoked, expired or used up. */
  find(tokenHash: string, nowMs: number): Promise<Invitation | undefined>;
  /**
   * Counts a use. The same guest counts once, however often it comes back.
   *
   * @throws AppError `invitationExpired` when unknown, revoked, expired or used up.
   */
  use(tokenHash: string, guestKeyHash: string, nowMs: number): Promise<Invitation>;
  /** Idempotent. @throws AppError `notFound` when the lesson has no such invitation. */
  revoke(lessonId: LessonId, invitationId: InvitationId): Promise<void>;
}

export interface NewInvitation {
  readonly lessonId: LessonId;
  readonly tokenHash: string;
  readonly label: string;
  readonly seat: 'guardian' | 'guest';
  /** The child a guardian's link is for, when it is for one. */
  readonly wardId?: PersonId | null;
  readonly createdBy: PersonId;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** Null: any number of guests. */
  readonly maxUses?: number | null;
}

export interface Invitation {
  readonly invitationId: InvitationId;
  readonly lessonId: LessonId;
  readonly label: string;
  readonly seat: 'guardian' | 'guest';
  readonly wardId: PersonId | null;
  readonly wardName: string | null;
  readonly expiresAtMs: number;
  readonly maxUses: number | null;
  readonly uses: number;
}
