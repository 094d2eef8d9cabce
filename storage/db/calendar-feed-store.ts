import { sql, type Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import { FeedId } from '../../signaling/protocol/ids.ts';
import { newId } from '../new-id.ts';
import type { CalendarFeedStore, FeedRecord } from '../ports/calendar-feed-store.ts';
import { instantOrNull } from './instant.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './schema.ts';

export function createCalendarFeedStore(db: Kysely<Database>): CalendarFeedStore {
  return {
    async create({ tokenHash, createdBy, classGroupId, classroomId, createdAtMs }) {
      const feedId = newId(FeedId);
      await db
        .insertInto('calendar_feeds')
        .values({
          feed_id: feedId,
          token_hash: tokenHash,
          created_by: createdBy,
          class_group_id: classGroupId,
          classroom_id: classroomId,
          created_at: new Date(createdAtMs),
        })
        .execute();
      return toFeed(await selectFeeds(db).where('f.feed_id', '=', feedId).executeTakeFirstOrThrow());
    },
    async list(createdBy) {
      const rows = await selectFeeds(db)
        .where('f.created_by', '=', createdBy)
        .orderBy('f.created_at', 'desc')
        .orderBy('f.feed_id')
        .execute();
      return rows.map(toFeed);
    },
    open: (tokenHash, nowMs) =>
      inTransaction(db, async (tx) => {
        await tx
          .updateTable('calendar_feeds')
          .set({ read_at: new Date(nowMs) })
          .where('token_hash', '=', tokenHash)
          .execute();
        const row = await selectFeeds(tx).where('f.token_hash', '=', tokenHash).executeTakeFirst();
        return row === undefined ? undefined : toFeed(row);
      }),
    async revoke(feedId, createdBy) {
      const gone = await db
        .deleteFrom('calendar_feeds')
        .where('feed_id', '=', feedId)
        .where('created_by', '=', createdBy)
        .executeTakeFirst();
      if (gone.numDeletedRows === 0n) throw new AppError('notFound');
    },
  };
}

const selectFeeds = (db: Kysely<Database>) =>
  db
    .selectFrom('calendar_feeds as f')
    .innerJoin('persons as p', 'p.person_id', 'f.created_by')
    .leftJoin('class_groups as g', 'g.class_group_id', 'f.class_group_id')
    .leftJoin('classrooms as c', 'c.classroom_id', 'f.classroom_id')
    .selectAll('f')
    .select(sql<string>`coalesce(g.full_name, c.name, p.display_name)`.as('name'))
    .where('p.is_active', '=', true);

type FeedRow = Awaited<ReturnType<ReturnType<typeof selectFeeds>['executeTakeFirstOrThrow']>>;

const toFeed = (row: FeedRow): FeedRecord => ({
  feedId: row.feed_id,
  createdBy: row.created_by,
  classGroupId: row.class_group_id,
  classroomId: row.classroom_id,
  name: row.name,
  createdAtMs: row.created_at.getTime(),
  readAtMs: instantOrNull(row.read_at),
});
