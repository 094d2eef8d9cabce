import type { Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import { RemarkId } from '../../signaling/protocol/ids.ts';
import { newId } from '../new-id.ts';
import type { NewRemark, RemarkStore, StoredRemark } from '../ports/remark-store.ts';
import type { Database } from './schema.ts';

export function createRemarkStore(db: Kysely<Database>): RemarkStore {
  return {
    async list(recordingId, readerId) {
      const rows = await selectRemarks(db)
        .where('m.recording_id', '=', recordingId)
        .where((eb) => eb.or([eb('m.kind', '<>', 'note'), eb('m.author_id', '=', readerId)]))
        .orderBy('m.at_ms')
        .orderBy('m.created_at')
        .execute();
      return withAnswers(db, rows);
    },
    remark: (remarkId) => findRemark(db, remarkId),
    async count(recordingId, authorId) {
      const { total } = await db
        .selectFrom('remarks')
        .where('recording_id', '=', recordingId)
        .where('author_id', '=', authorId)
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      return total;
    },
    create: (remark) => createRemark(db, remark),
    async reword(remarkId, text) {
      await db.updateTable('remarks').set({ body: text }).where('remark_id', '=', remarkId).execute();
      return requireRemark(db, remarkId);
    },
    async delete(remarkId) {
      await db.deleteFrom('remarks').where('remark_id', '=', remarkId).execute();
    },
    answer: (remarkId, answer) => answerRemark(db, remarkId, answer),
  };
}

async function createRemark(db: Kysely<Database>, remark: NewRemark): Promise<StoredRemark> {
  const remarkId = newId(RemarkId);
  await db
    .insertInto('remarks')
    .values({
      remark_id: remarkId,
      recording_id: remark.recordingId,
      author_id: remark.authorId,
      kind: remark.kind,
      at_ms: remark.atMs,
      body: remark.text,
      verdict: remark.verdict,
      aspect: remark.aspect,
      class_group_id: remark.classGroupId,
      created_at: new Date(remark.createdAtMs),
    })
    .execute();
  return requireRemark(db, remarkId);
}

const answerRemark: (
  db: Kysely<Database>,
  ...given: Parameters<RemarkStore['answer']>
) => Promise<StoredRemark> = async (db, remarkId, { authorId, text, atMs }) => {
  if (text === '') {
    await db.deleteFrom('remark_answers').where('remark_id', '=', remarkId).where('author_id', '=', authorId).execute();
    return requireRemark(db, remarkId);
  }
  const words = { body: text, answered_at: new Date(atMs) };
  await db
    .insertInto('remark_answers')
    .values({ remark_id: remarkId, author_id: authorId, ...words })
    .onConflict((conflict) => conflict.columns(['remark_id', 'author_id']).doUpdateSet(words))
    .execute();
  return requireRemark(db, remarkId);
};

function selectRemarks(db: Kysely<Database>) {
  return db
    .selectFrom('remarks as m')
    .innerJoin('persons as a', 'a.person_id', 'm.author_id')
    .leftJoin('schools as s', 's.school_id', 'a.school_id')
    .leftJoin('class_groups as g', 'g.class_group_id', 'm.class_group_id')
    .selectAll('m')
    .select(['a.display_name as author_name', 's.name as author_school_name'])
    .select(['g.full_name as class_group', 'g.school_id as class_school_id']);
}

type RemarkRow = Awaited<ReturnType<ReturnType<typeof selectRemarks>['executeTakeFirstOrThrow']>>;

async function findRemark(db: Kysely<Database>, remarkId: RemarkId): Promise<StoredRemark | undefined> {
  const rows = await selectRemarks(db).where('m.remark_id', '=', remarkId).execute();
  return (await withAnswers(db, rows))[0];
}

async function requireRemark(db: Kysely<Database>, remarkId: RemarkId): Promise<StoredRemark> {
  const remark = await findRemark(db, remarkId);
  if (remark === undefined) throw new AppError('notFound');
  return remark;
}

async function withAnswers(db: Kysely<Database>, rows: readonly RemarkRow[]): Promise<StoredRemark[]> {
  const ids = rows.filter(({ kind }) => kind === 'question').map((row) => row.remark_id);
  const answers =
    ids.length === 0
      ? []
      : await db
          .selectFrom('remark_answers as w')
          .innerJoin('persons as a', 'a.person_id', 'w.author_id')
          .selectAll('w')
          .select('a.display_name as author_name')
          .where('w.remark_id', 'in', ids)
          .orderBy('w.answered_at')
          .execute();
  return rows.map((row) => ({
    remarkId: row.remark_id,
    recordingId: row.recording_id,
    authorId: row.author_id,
    authorName: row.author_name,
    authorSchoolName: row.author_school_name,
    kind: row.kind,
    atMs: row.at_ms,
    text: row.body,
    verdict: row.verdict,
    aspect: row.aspect,
    classGroupId: row.class_group_id,
    classGroup: row.class_group,
    classSchoolId: row.class_school_id,
    createdAtMs: row.created_at.getTime(),
    answers: answers
      .filter((answer) => answer.remark_id === row.remark_id)
      .map((answer) => ({
        authorId: answer.author_id,
        authorName: answer.author_name,
        text: answer.body,
        answeredAtMs: answer.answered_at.getTime(),
      })),
  }));
}
