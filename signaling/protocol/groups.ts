import * as z from 'zod';
import { notice, request } from './define.ts';
import { RequestId, SeatId } from './ids.ts';
import type { LessonKind, LessonOrigin, SeatKind } from './seats.ts';

/** Groups 分组: the class in several small rooms of the one room for a while (SPEC N). */

export const FEWEST_GROUPS = 2;
export const MOST_GROUPS = 12;
/** Each hears and may see each other, so the load grows with its square; half a large class fits in. */
export const GROUP_SIZE = 24;
const MOST_MEMBERS = MOST_GROUPS * GROUP_SIZE;

const MINUTE_MS = 60_000;
export const LONGEST_GROUPS_MS = 120 * MINUTE_MS;
const SHORTEST_GROUPS_MS = 10_000;

export const GroupNumber = z.int().min(1).max(MOST_GROUPS);
export type GroupNumber = z.infer<typeof GroupNumber>;

export const Groups = z.object({
  count: z.int().min(FEWEST_GROUPS).max(MOST_GROUPS),
  openedAtMs: z.int(),
  /** By the server's clock; everybody is back then. Null: until a teacher calls them back. */
  endsAtMs: z.int().nullable(),
  /** Whoever has no group, now or coming late, is put into the smallest one. */
  placesRest: z.boolean(),
});
export type Groups = z.infer<typeof Groups>;

/** Whom a group may have for a member: nobody from outside the school is in a group with a pupil, and teachers visit. */
export const joinsGroups = (seat: SeatKind): boolean => seat === 'pupil' || seat === 'site';

export const hasGroups = (kind: LessonKind, origin: LessonOrigin): boolean => kind !== 'meeting' && origin !== 'micro';

const nothing = z.object({});
const durationMs = z.int().min(SHORTEST_GROUPS_MS).max(LONGEST_GROUPS_MS).nullable();

export const groupRequests = {
  /**
   * Idempotent by `requestId`. Who of `members` is not there any more is left out. Errors: `conflict` while groups run, `forbidden` in a
   * meeting or micro-lesson and for a seat that is in no group, `groupFull`.
   */
  openGroups: request({
    needs: 'manageStage',
    params: z.object({
      requestId: RequestId,
      count: z.int().min(FEWEST_GROUPS).max(MOST_GROUPS),
      members: z.array(z.object({ seatId: SeatId, group: GroupNumber })).max(MOST_MEMBERS),
      placesRest: z.boolean(),
      durationMs,
    }),
    result: nothing,
  }),
  /** `group` null: out of all groups, with the teacher. Errors: `conflict` when none run, `notFound`, `forbidden`, `groupFull`. */
  moveToGroup: request({
    needs: 'manageStage',
    params: z.object({ seatId: SeatId, group: GroupNumber.nullable() }),
    result: nothing,
  }),
  /** The asking teacher goes into a group, and with null out of it. Errors: `conflict`. */
  visitGroup: request({
    needs: 'manageStage',
    params: z.object({ group: GroupNumber.nullable() }),
    result: nothing,
  }),
  /** How long it goes on from now; null: until they are called back. Errors: `conflict`. */
  setGroupsTime: request({ needs: 'manageStage', params: z.object({ leftMs: durationMs }), result: nothing }),
  /** A message of the class's chat that everybody sees at once, in whatever group. Idempotent by `requestId`. Errors: `conflict`. */
  tellGroups: request({
    needs: 'manageStage',
    params: z.object({ requestId: RequestId, text: z.string().trim().min(1).max(300) }),
    result: nothing,
  }),
  /** Everybody is back. Idempotent. */
  closeGroups: request({ needs: 'manageStage', params: nothing, result: nothing }),
} as const;

export const groupNotices = {
  groupsChanged: notice(z.object({ groups: Groups.nullable() })),
  /** By `tellGroups`; it is in the chat too. */
  groupsTold: notice(z.object({ displayName: z.string(), text: z.string(), sentAtMs: z.int() })),
} as const;
