import type { Kysely, Selectable } from 'kysely';
import type { PersonId, RecordingId } from '../../signaling/protocol/ids.ts';
import type { Watched, WatchStore } from '../ports/watch-store.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './schema.ts';
import type { WatchTable } from './watcher-tables.ts';

export function createWatchStore(db: Kysely<Database>): WatchStore {
  return {
    async open(personId, recordingId, nowMs) {
      const now = new Date(nowMs);
      const first = { recording_id: recordingId, person_id: personId, first_at: now, counted_at: now };
      await db
        .insertInto('watching')
        .values({ ...first, views: 1, played_ms: 0, last_ms: 0, spans: '[]', heat: '[]' })
        .onConflict((conflict) =>
          conflict
            .columns(['recording_id', 'person_id'])
            .doUpdateSet((eb) => ({ counted_at: now, views: eb('watching.views', '+', 1) })),
        )
        .execute();
    },
    count: (personId, recordingId, change) => countPlayed(db, { personId, recordingId }, change),
    async list(recordingId) {
      const rows = await db
        .selectFrom('watching as w')
        .innerJoin('persons as p', 'p.person_id', 'w.person_id')
        .leftJoin('schools as s', 's.school_id', 'p.school_id')
        .leftJoin('class_groups as g', 'g.class_group_id', 'p.class_group_id')
        .selectAll('w')
        .select(['p.display_name', 'p.school_id', 's.name as school_name', 'g.full_name as class_group'])
        .where('w.recording_id', '=', recordingId)
        .orderBy('p.display_name')
        .execute();
      return rows.map((row) => ({
        ...toWatched(row),
        personId: row.person_id,
        displayName: row.display_name,
        classGroup: row.class_group,
        schoolId: row.school_id,
        schoolName: row.school_name,
      }));
    },
  };
}

/** Two reports of one person at once are counted one after the other: neither may use the other's time. */
async function countPlayed(
  db: Kysely<Database>,
  { personId, recordingId }: { readonly personId: PersonId; readonly recordingId: RecordingId },
  change: (before: Watched) => Watched,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const row = await tx
      .selectFrom('watching')
      .selectAll()
      .where('recording_id', '=', recordingId)
      .where('person_id', '=', personId)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) return;
    const after = change(toWatched(row));
    await tx
      .updateTable('watching')
      .set({
        counted_at: new Date(after.countedAtMs),
        played_ms: Math.round(after.playedMs),
        last_ms: Math.round(after.lastMs),
        spans: JSON.stringify(after.spans),
        heat: JSON.stringify(after.heat),
      })
      .where('recording_id', '=', recordingId)
      .where('person_id', '=', personId)
      .execute();
  });
}

const toWatched = (row: Selectable<WatchTable>): Watched => ({
  firstAtMs: row.first_at.getTime(),
  countedAtMs: row.counted_at.getTime(),
  views: row.views,
  playedMs: row.played_ms,
  lastMs: row.last_ms,
  spans: row.spans,
  heat: row.heat,
});
