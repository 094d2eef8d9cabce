import { describe, expect, it } from 'vitest';
import { ClassGroupId, PersonId, SchoolId } from '../protocol/ids.ts';
import { mayAnswer, mayDeleteRemark, mayRemark, maySeeRemark, type RemarkReader } from './remark-rights.ts';

const author = PersonId.parse('author');
const oneClass = ClassGroupId.parse('class-1');
const holding = SchoolId.parse('holding');
const listening = SchoolId.parse('listening');
const reader = (standing: RemarkReader['standing'], more: Partial<RemarkReader> = {}): RemarkReader => ({
  personId: PersonId.parse('reader'),
  standing,
  schoolIds: [],
  classGroupId: null,
  wardIds: [],
  ...more,
});
const question = { kind: 'question', authorId: author, classGroupId: oneClass, classSchoolId: holding } as const;
const observation = { ...question, kind: 'observation', classGroupId: null, classSchoolId: null } as const;

describe('rights to remarks', () => {
  it('show a question to its class, its teachers and the asker’s guardian, and to nobody else', () => {
    const allowed = [
      reader('leads'),
      reader('pupil', { classGroupId: oneClass }),
      reader('guardian', { wardIds: [author] }),
      reader('farEnd', { schoolIds: [holding] }),
      reader('other', { personId: author }),
    ];
    const refused = [
      reader('colleague', { schoolIds: [holding] }),
      reader('farEnd', { schoolIds: [listening] }),
      reader('pupil', { classGroupId: ClassGroupId.parse('class-2') }),
      reader('pupil'),
      reader('guardian', { wardIds: [PersonId.parse('another')] }),
      reader('other'),
    ];
    expect(allowed.map((each) => maySeeRemark(question, each))).toEqual(allowed.map(() => true));
    expect(refused.map((each) => maySeeRemark(question, each))).toEqual(refused.map(() => false));
    expect(maySeeRemark({ ...question, classGroupId: null }, reader('pupil'))).toBe(false);
  });

  it('keep a note from everybody but its author', () => {
    const note = { ...question, kind: 'note' } as const;
    expect(maySeeRemark(note, reader('leads'))).toBe(false);
    expect(maySeeRemark(note, reader('pupil', { personId: author }))).toBe(true);
  });

  it('keep observations among teachers', () => {
    for (const standing of ['leads', 'farEnd', 'colleague'] as const) {
      expect(maySeeRemark(observation, reader(standing))).toBe(true);
      expect(mayRemark('observation', reader(standing))).toBe(true);
    }
    for (const standing of ['pupil', 'guardian', 'other'] as const) {
      expect(maySeeRemark(observation, reader(standing))).toBe(false);
      expect(mayRemark('observation', reader(standing))).toBe(false);
    }
  });

  it('let pupils ask and their teachers answer or take away', () => {
    expect(mayRemark('question', reader('pupil', { classGroupId: oneClass }))).toBe(true);
    expect(mayRemark('question', reader('leads'))).toBe(false);
    expect(mayAnswer(question, reader('leads'))).toBe(true);
    expect(mayAnswer(question, reader('pupil', { classGroupId: oneClass }))).toBe(false);
    expect(mayDeleteRemark(question, reader('leads'))).toBe(true);
    expect(mayDeleteRemark(observation, reader('leads'))).toBe(false);
    expect(mayDeleteRemark(observation, reader('colleague', { personId: author }))).toBe(true);
  });
});
