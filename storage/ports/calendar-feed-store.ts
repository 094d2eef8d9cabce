import type { ClassGroupId, ClassroomId, FeedId, PersonId } from '../../signaling/protocol/ids.ts';

/** Links that calendar programs subscribe to. Errors as in `DirectoryStore`. */
export interface CalendarFeedStore {
  create(feed: Omit<FeedRecord, 'feedId' | 'readAtMs' | 'name'> & { readonly tokenHash: string }): Promise<FeedRecord>;
  /** Newest first. */
  list(createdBy: PersonId): Promise<FeedRecord[]>;
  /** Marks it as read. */
  open(tokenHash: string, nowMs: number): Promise<FeedRecord | undefined>;
  /** @throws AppError `notFound` also for somebody else's. */
  revoke(feedId: FeedId, createdBy: PersonId): Promise<void>;
}

/** Of a class group or a classroom, else of who made it. */
export interface FeedRecord {
  readonly feedId: FeedId;
  readonly createdBy: PersonId;
  readonly classGroupId: ClassGroupId | null;
  readonly classroomId: ClassroomId | null;
  /** Whose lessons they are. */
  readonly name: string;
  readonly createdAtMs: number;
  /** When a calendar program last asked. */
  readonly readAtMs: number | null;
}
