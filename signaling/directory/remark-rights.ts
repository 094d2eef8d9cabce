import type { ClassGroupId, PersonId, SchoolId } from '../protocol/ids.ts';
import type { RemarkKind } from '../protocol/rest/remarks.ts';

/**
 * What somebody is to a recorded lesson, as far as remarks go.
 *
 * - `leads`: lecturer, co-teacher, or an administrator of the school that holds it.
 * - `farEnd`: teacher or administrator of a school that listens. `colleague`: any other teacher who may watch.
 * - `pupil`, `guardian`; `other` for whoever may watch for another reason.
 */
export type RemarkStanding = 'leads' | 'farEnd' | 'colleague' | 'pupil' | 'guardian' | 'other';

export interface RemarkReader {
  readonly personId: PersonId;
  readonly standing: RemarkStanding;
  /** Schools in which the person teaches or administers. */
  readonly schoolIds: readonly SchoolId[];
  readonly classGroupId: ClassGroupId | null;
  readonly wardIds: readonly PersonId[];
}

interface RemarkFacts {
  readonly kind: RemarkKind;
  readonly authorId: PersonId;
  readonly classGroupId: ClassGroupId | null;
  readonly classSchoolId: SchoolId | null;
}

const isStaff = ({ standing }: RemarkReader): boolean =>
  standing === 'leads' || standing === 'farEnd' || standing === 'colleague';

/** Teachers of the lesson see every class's questions, those of a listening school their own pupils' only. */
function teachesAsker({ standing, schoolIds }: RemarkReader, { classSchoolId }: RemarkFacts): boolean {
  if (standing === 'leads') return true;
  return standing === 'farEnd' && classSchoolId !== null && schoolIds.includes(classSchoolId);
}

function maySeeQuestion(remark: RemarkFacts, reader: RemarkReader): boolean {
  if (teachesAsker(reader, remark)) return true;
  if (reader.standing === 'guardian') return reader.wardIds.includes(remark.authorId);
  return reader.standing === 'pupil' && remark.classGroupId !== null && remark.classGroupId === reader.classGroupId;
}

export function maySeeRemark(remark: RemarkFacts, reader: RemarkReader): boolean {
  if (remark.authorId === reader.personId) return true;
  switch (remark.kind) {
    case 'note':
      return false;
    case 'question':
      return maySeeQuestion(remark, reader);
    case 'observation':
      return isStaff(reader);
  }
}

/** Pupils ask; teachers observe; notes are everybody's. */
export function mayRemark(kind: RemarkKind, reader: RemarkReader): boolean {
  if (kind === 'note') return true;
  if (kind === 'observation') return isStaff(reader);
  return reader.standing === 'pupil' && reader.classGroupId !== null;
}

export const mayAnswer = (remark: RemarkFacts, reader: RemarkReader): boolean =>
  remark.kind === 'question' && teachesAsker(reader, remark);

/** Whoever answers a question may also take it away. */
export const mayDeleteRemark = (remark: RemarkFacts, reader: RemarkReader): boolean =>
  remark.authorId === reader.personId || mayAnswer(remark, reader);
