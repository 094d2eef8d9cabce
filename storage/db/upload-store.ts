import { sql, type Kysely, type Selectable } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { NewUpload, Upload, UploadStore } from '../ports/upload-store.ts';
import { instantOrNull } from './instant.ts';
import type { Database, UploadTable } from './schema.ts';

export function createUploadStore(db: Kysely<Database>): UploadStore {
  const open = () => db.selectFrom('uploads').selectAll().where('finished_at', 'is', null);
  return {
    create: (upload) => createUpload(db, upload),
    async upload(uploadId) {
      const row = await db.selectFrom('uploads').selectAll().where('upload_id', '=', uploadId).executeTakeFirst();
      return row === undefined ? undefined : toUpload(row);
    },
    async listOpen(ownerId) {
      const rows = await open().where('owner_id', '=', ownerId).orderBy('created_at').orderBy('upload_id').execute();
      return rows.map(toUpload);
    },
    async openTotals({ ownerId, schoolId }) {
      const { ofPerson, ofSchool, bytesOfAll } = await db
        .selectFrom('uploads')
        .where('finished_at', 'is', null)
        .select([
          sql<number>`count(*) filter (where owner_id = ${ownerId})`.as('ofPerson'),
          sql<number>`count(*) filter (where school_id = ${schoolId})`.as('ofSchool'),
          sql<number>`coalesce(sum(bytes), 0)::bigint`.as('bytesOfAll'),
        ])
        .executeTakeFirstOrThrow();
      return { ofPerson, ofSchool, bytesOfAll };
    },
    async touch(uploadId, nowMs) {
      await db
        .updateTable('uploads')
        .set({ touched_at: new Date(nowMs) })
        .where('upload_id', '=', uploadId)
        .execute();
    },
    async finish(uploadId, nowMs) {
      const at = new Date(nowMs);
      const done = await db
        .updateTable('uploads')
        .set({ finished_at: at, touched_at: at })
        .where('upload_id', '=', uploadId)
        .where('finished_at', 'is', null)
        .returning('upload_id')
        .executeTakeFirst();
      return done !== undefined;
    },
    async delete(uploadId) {
      await db.deleteFrom('uploads').where('upload_id', '=', uploadId).execute();
    },
    async listUntouchedSince(beforeMs) {
      const rows = await db
        .selectFrom('uploads')
        .selectAll()
        .where('touched_at', '<', new Date(beforeMs))
        .orderBy('touched_at')
        .execute();
      return rows.map(toUpload);
    },
  };
}

async function createUpload(db: Kysely<Database>, upload: NewUpload): Promise<Upload> {
  const at = new Date(upload.createdAtMs);
  const row = await db
    .insertInto('uploads')
    .values({
      upload_id: upload.uploadId,
      owner_id: upload.ownerId,
      school_id: upload.schoolId,
      title: upload.title,
      subject: upload.subject,
      class_group_ids: JSON.stringify(upload.classGroupIds),
      file_name: upload.fileName,
      bytes: upload.bytes,
      created_at: at,
      touched_at: at,
      finished_at: null,
    })
    .onConflict((conflict) => conflict.column('upload_id').doNothing())
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw new AppError('conflict');
  return toUpload(row);
}

function toUpload(row: Selectable<UploadTable>): Upload {
  return {
    uploadId: row.upload_id,
    ownerId: row.owner_id,
    schoolId: row.school_id,
    title: row.title,
    subject: row.subject,
    classGroupIds: row.class_group_ids,
    fileName: row.file_name,
    bytes: row.bytes,
    createdAtMs: row.created_at.getTime(),
    touchedAtMs: row.touched_at.getTime(),
    finishedAtMs: instantOrNull(row.finished_at),
  };
}
