import type { Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId, SeatId } from '../../signaling/protocol/ids.ts';
import {
  KEPT_CAPTION_VERSIONS,
  type CaptionStore,
  type CaptionVersion,
  type NewCaptions,
} from '../ports/caption-store.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './schema.ts';

export function createCaptionStore(db: Kysely<Database>): CaptionStore {
  return {
    async list(recordingId) {
      const rows = await selectVersions(db)
        .where('c.recording_id', '=', recordingId)
        .distinctOn('c.language')
        .orderBy('c.language')
        .orderBy('c.version', 'desc')
        .execute();
      return rows.map(toVersion);
    },
    async find(recordingId, language, version) {
      const row = await versionsOf(db, recordingId, language)
        .select('c.cues')
        .$if(version !== undefined, (query) => query.where('c.version', '=', version ?? 0))
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? undefined : { ...toVersion(row), cues: row.cues };
    },
    async versions(recordingId, language) {
      return (await versionsOf(db, recordingId, language).execute()).map(toVersion);
    },
    save: (captions) => inTransaction(db, (tx) => saveVersion(tx, captions)),
    eraseSeat: (recordingId, seatId) => inTransaction(db, (tx) => eraseSeat(tx, recordingId, seatId)),
    delete: (recordingId, language) => inTransaction(db, (tx) => deleteLanguage(tx, recordingId, language)),
  };
}

function selectVersions(db: Kysely<Database>) {
  return db
    .selectFrom('caption_versions as c')
    .leftJoin('persons as p', 'p.person_id', 'c.saved_by')
    .select(['c.language', 'c.label', 'c.version', 'c.origin', 'c.cue_count', 'c.saved_at', 'p.display_name']);
}

const versionsOf = (db: Kysely<Database>, recordingId: RecordingId, language: string) =>
  selectVersions(db)
    .where('c.recording_id', '=', recordingId)
    .where('c.language', '=', language)
    .orderBy('c.version', 'desc');

type VersionRow = Awaited<ReturnType<ReturnType<typeof selectVersions>['executeTakeFirstOrThrow']>>;

const toVersion = (row: VersionRow): CaptionVersion => ({
  language: row.language,
  label: row.label,
  version: row.version,
  origin: row.origin,
  cueCount: row.cue_count,
  savedAtMs: row.saved_at.getTime(),
  savedByName: row.display_name,
});

/** For the rest of the transaction nobody puts a hold on the recording, or takes it off. */
async function isHeld(tx: Kysely<Database>, recordingId: RecordingId): Promise<boolean> {
  const row = await tx
    .selectFrom('recordings')
    .select('hold_reason')
    .where('recording_id', '=', recordingId)
    .forUpdate()
    .executeTakeFirst();
  return row !== undefined && row.hold_reason !== null;
}

async function deleteLanguage(tx: Kysely<Database>, recordingId: RecordingId, language: string): Promise<void> {
  if (await isHeld(tx, recordingId)) throw new AppError('conflict', { details: { field: 'hold' } });
  await tx
    .deleteFrom('caption_versions')
    .where('recording_id', '=', recordingId)
    .where('language', '=', language)
    .execute();
}

/** Of two savers at once the second one finds the first one's version, which is a `conflict`. */
async function saveVersion(tx: Kysely<Database>, captions: NewCaptions): Promise<CaptionVersion> {
  const { recordingId, language, attempt, baseVersion } = captions;
  const keepsAll = await isHeld(tx, recordingId);
  const made =
    attempt === null
      ? undefined
      : await versionsOf(tx, recordingId, language).where('c.attempt', '=', attempt).executeTakeFirst();
  if (made !== undefined) return toVersion(made);
  const newest = await versionsOf(tx, recordingId, language).limit(1).executeTakeFirst();
  if ((newest?.version ?? 0) !== baseVersion) throw new AppError('conflict');
  await tx
    .insertInto('caption_versions')
    .values({
      recording_id: recordingId,
      language,
      version: baseVersion + 1,
      label: captions.label,
      origin: captions.origin,
      attempt,
      saved_by: captions.savedBy,
      saved_at: new Date(captions.savedAtMs),
      cue_count: captions.cues.length,
      cues: JSON.stringify(captions.cues),
    })
    .execute();
  if (!keepsAll) {
    await tx
      .deleteFrom('caption_versions')
      .where('recording_id', '=', recordingId)
      .where('language', '=', language)
      .where('version', '<=', baseVersion + 1 - KEPT_CAPTION_VERSIONS)
      .execute();
  }
  return toVersion(await versionsOf(tx, recordingId, language).limit(1).executeTakeFirstOrThrow());
}

async function eraseSeat(tx: Kysely<Database>, recordingId: RecordingId, seatId: SeatId): Promise<void> {
  const rows = await tx
    .selectFrom('caption_versions')
    .select(['language', 'version', 'cues'])
    .where('recording_id', '=', recordingId)
    .forUpdate()
    .execute();
  for (const { language, version, cues } of rows) {
    const kept = cues.filter(({ track }) => track?.seatId !== seatId);
    if (kept.length === cues.length) continue;
    await tx
      .updateTable('caption_versions')
      .set({ cues: JSON.stringify(kept), cue_count: kept.length })
      .where('recording_id', '=', recordingId)
      .where('language', '=', language)
      .where('version', '=', version)
      .execute();
  }
}
