import type { Audience, FeedRecord, Stores } from '../../storage/ports.ts';
import { tokenHash } from '../auth/secret-token.ts';
import { AppError } from '../protocol/errors.ts';
import type { ClassroomId, SchoolId } from '../protocol/ids.ts';
import type { RoleGrant } from '../protocol/rest/shapes.ts';
import { icalendar } from './icalendar.ts';

const DAY_MS = 86_400_000;
const PAST_MS = 30 * DAY_MS;
/** A term ahead. */
const FUTURE_MS = 200 * DAY_MS;
const STAFF = new Set(['teacher', 'schoolAdmin']);

type FeedStores = Pick<Stores, 'calendarFeeds' | 'classrooms' | 'directory' | 'lessons'>;
type FeedOf = Pick<FeedRecord, 'classGroupId' | 'classroomId'>;

/**
 * Somebody's own lessons are the person's to take along; those of a class group or a classroom are for the staff of their school.
 *
 * @throws AppError `notFound` for what is not there, `forbidden` for who is not of the school.
 */
export async function assertMayFollow(stores: FeedStores, roles: readonly RoleGrant[], of: FeedOf): Promise<void> {
  const schoolId = await schoolOf(stores, of);
  if (schoolId === null) return;
  const isStaff = roles.some(
    (grant) => grant.role === 'districtAdmin' || (STAFF.has(grant.role) && grant.schoolId === schoolId),
  );
  if (!isStaff) throw new AppError('forbidden');
}

/** Null: it is of a person. */
async function schoolOf(stores: FeedStores, { classGroupId, classroomId }: FeedOf): Promise<SchoolId | null> {
  const found = await (classGroupId === null
    ? classroomOf(stores, classroomId)
    : stores.directory.classGroup(classGroupId));
  if (found === null) return null;
  if (found === undefined) throw new AppError('notFound');
  return found.schoolId;
}

const classroomOf = async (stores: FeedStores, classroomId: ClassroomId | null) =>
  classroomId === null ? null : stores.classrooms.classroom(classroomId);

/**
 * What a calendar program gets for a link. Rights are looked at again each time: who has left the school, or was switched off, reads nothing.
 *
 * @throws AppError `notFound` for a link that never was, is revoked, or leads nowhere any more.
 */
export async function readFeed(stores: FeedStores, token: string, origin: string, nowMs: number): Promise<string> {
  const feed = await stores.calendarFeeds.open(tokenHash(token), nowMs);
  const creator = feed === undefined ? undefined : await stores.directory.person(feed.createdBy);
  if (feed === undefined || creator === undefined) throw new AppError('notFound');
  try {
    await assertMayFollow(stores, creator.roles, feed);
  } catch (error) {
    throw new AppError('notFound', { cause: error });
  }
  const range = { fromMs: nowMs - PAST_MS, toMs: nowMs + FUTURE_MS };
  const lessons = await stores.lessons.list({ ...range, audience: audienceOf(feed) });
  return icalendar(lessons, { name: feed.name, origin, nowMs });
}

function audienceOf({ classGroupId, classroomId, createdBy }: FeedRecord): Audience {
  if (classGroupId !== null) return { classGroupId };
  return classroomId === null ? { personId: createdBy } : { classroomId };
}
