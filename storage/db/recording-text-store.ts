import { sql, type Kysely } from 'kysely';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { RecordingTextStore } from '../ports/recording-text-store.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './schema.ts';
import { gramsOf, lineHas, wordsOf } from './text-grams.ts';

const MAX_HITS = 200;
/** A statement has at most 65,535 parameters. */
const ROWS_PER_INSERT = 1_000;

export function createRecordingTextStore(db: Kysely<Database>): RecordingTextStore {
  return {
    replace: (recordingId, kind, language, lines) =>
      inTransaction(db, async (tx) => {
        const mediaId = await mediaOf(tx, recordingId);
        if (mediaId === undefined) return;
        await tx
          .deleteFrom('recording_texts')
          .where('recording_id', '=', mediaId)
          .where('kind', '=', kind)
          .where('language', '=', language)
          .execute();
        const rows = lines.map(({ atMs, text }) => ({
          recording_id: mediaId,
          kind,
          language,
          at_ms: Math.max(0, Math.round(atMs)),
          body: text,
          grams: gramsOf(text),
        }));
        for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) {
          await tx
            .insertInto('recording_texts')
            .values(rows.slice(at, at + ROWS_PER_INSERT))
            .execute();
        }
      }),
    async find(recordingId, search) {
      const words = wordsOf(search);
      if (words.length === 0) return [];
      const rows = await db
        .selectFrom('recording_texts as x')
        .select(['x.kind', 'x.language', 'x.at_ms', 'x.body'])
        .where(
          'x.recording_id',
          '=',
          sql<RecordingId>`(select coalesce(origin_id, recording_id) from recordings where recording_id = ${recordingId})`,
        )
        .where(sql<boolean>`${sql.join(words.map(lineHas), sql` and `)}`)
        .orderBy('x.at_ms')
        .orderBy('x.kind', 'desc')
        .limit(MAX_HITS)
        .execute();
      return rows.map((row) => ({ kind: row.kind, language: row.language, atMs: row.at_ms, text: row.body }));
    },
  };
}

/** Whose media a recording plays, locked, so that two replacements come one after the other. */
async function mediaOf(tx: Kysely<Database>, recordingId: RecordingId): Promise<RecordingId | undefined> {
  const row = await tx
    .selectFrom('recordings as r')
    .innerJoin('recordings as m', (join) =>
      join.on(sql<boolean>`m.recording_id = coalesce(r.origin_id, r.recording_id)`),
    )
    .select('m.recording_id')
    .where('r.recording_id', '=', recordingId)
    .forUpdate('m')
    .executeTakeFirst();
  return row?.recording_id;
}
