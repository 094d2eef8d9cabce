import * as z from 'zod';
import { InvitationId, LessonId, PersonId, SiteId } from '../protocol/ids.ts';
import { SeatKind } from '../protocol/seats.ts';

/** Who comes, as far as a room must tell people apart. `guestId` is the hash of the key that
 * the invitation page was given. */
export const Identity = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), personId: PersonId }),
  z.object({ kind: z.literal('site'), siteId: SiteId }),
  z.object({ kind: z.literal('guest'), guestId: z.string().min(1).max(64), invitationId: InvitationId }),
]);
export type Identity = z.infer<typeof Identity>;

/** What a single-use join token says (SPEC J1). Signed and used up by the HTTP edge; a room believes it. */
export const JoinClaims = z.object({
  /** Names the token; used up once. */
  jti: z.string().min(1).max(64),
  lessonId: LessonId,
  seat: SeatKind,
  identity: Identity,
  displayName: z.string().min(1).max(120),
  schoolName: z.string().max(120).nullable(),
  /** For a guardian: whose. */
  wardName: z.string().max(120).nullable(),
  /** Nobody has checked that: it is the guest's own word. Absent in tokens of an older process. */
  isWardClaimed: z.boolean().default(false),
  classGroup: z.string().max(120).nullable(),
  /** Of the school that it comes from; absent in tokens of an older process. */
  region: z.string().max(120).nullable().default(null),
  /** The screen that the phone of this teacher is paired with; absent in tokens of an older process. */
  phoneOf: SiteId.nullable().default(null),
  /** Teaches or administers by its roles; absent in tokens of an older process. */
  mayTeach: z.boolean().default(false),
  /** Its own school's setting (SPEC V1); absent in tokens of an older process. */
  allowsWall: z.boolean().default(false),
});
export type JoinClaims = z.infer<typeof JoinClaims>;

/** One string per identity, the same in every room: `person:…`, `site:…`, `guest:…`. */
export function identityKeyOf(identity: Identity): string {
  switch (identity.kind) {
    case 'person':
      return `person:${identity.personId}`;
    case 'site':
      return `site:${identity.siteId}`;
    case 'guest':
      return `guest:${identity.guestId}`;
  }
}
