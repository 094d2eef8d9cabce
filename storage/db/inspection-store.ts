import { sql, type Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import { InspectionNoteId } from '../../signaling/protocol/ids.ts';
import { newId } from '../new-id.ts';
import type { InspectionStore, NewInspectionNote, StoredInspectionNote } from '../ports/inspection-store.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './schema.ts';

export function createInspectionStore(db: Kysely<Database>): InspectionStore {
  return {
    async list(lessonId) {
      const rows = await selectNotes(db)
        .where('n.lesson_id', '=', lessonId)
        .orderBy('n.written_at')
        .orderBy('n.note_id')
        .execute();
      return rows.map(toNote);
    },
    write: (note, most) => inTransaction(db, (tx) => writeNote(tx, note, most)),
    async delete(noteId) {
      await db.deleteFrom('inspection_notes').where('note_id', '=', noteId).execute();
    },
  };
}

async function writeNote(tx: Kysely<Database>, note: NewInspectionNote, most: number): Promise<StoredInspectionNote> {
  const { lessonId, authorId } = note;
  // Of many at once each is counted.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${lessonId} ${authorId}`}, 17))`.execute(tx);
  const { n } = await tx
    .selectFrom('inspection_notes')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('lesson_id', '=', lessonId)
    .where('author_id', '=', authorId)
    .executeTakeFirstOrThrow();
  if (n >= most) throw new AppError('conflict', { message: 'too many notes' });
  const noteId = newId(InspectionNoteId);
  await tx
    .insertInto('inspection_notes')
    .values({
      note_id: noteId,
      lesson_id: lessonId,
      author_id: authorId,
      body: note.text,
      verdict: note.verdict,
      written_at: new Date(note.writtenAtMs),
    })
    .execute();
  return toNote(await selectNotes(tx).where('n.note_id', '=', noteId).executeTakeFirstOrThrow());
}

function selectNotes(db: Kysely<Database>) {
  return db
    .selectFrom('inspection_notes as n')
    .innerJoin('persons as p', 'p.person_id', 'n.author_id')
    .leftJoin('schools as s', 's.school_id', 'p.school_id')
    .selectAll('n')
    .select(['p.display_name as author_name', 's.name as author_school_name']);
}

type NoteRow = Awaited<ReturnType<ReturnType<typeof selectNotes>['executeTakeFirstOrThrow']>>;

const toNote = (row: NoteRow): StoredInspectionNote => ({
  noteId: row.note_id,
  lessonId: row.lesson_id,
  authorId: row.author_id,
  authorName: row.author_name,
  authorSchoolName: row.author_school_name,
  text: row.body,
  verdict: row.verdict,
  writtenAtMs: row.written_at.getTime(),
});
