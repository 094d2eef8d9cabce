import { MAX_OPTIONS, PollQuestion } from '../../../../../signaling/protocol/polls.ts';
import type { PollKind } from '../../../../../signaling/protocol/polls.ts';

const FIRST_OPTIONS = 4;

/** A question while somebody writes it: more is there than its kind needs, so that changing the kind loses nothing. */
export interface PollDraft {
  readonly kind: PollKind;
  readonly text: string;
  readonly options: readonly string[];
  readonly correct: readonly number[];
  readonly correctText: string;
  readonly isAnonymous: boolean;
}

export const EMPTY_DRAFT: PollDraft = {
  kind: 'single',
  text: '',
  options: Array.from({ length: FIRST_OPTIONS }, () => ''),
  correct: [],
  correctText: '',
  isAnonymous: false,
};

export const mayAddOption = ({ options }: PollDraft): boolean => options.length < MAX_OPTIONS;

export function draftOf(question: PollQuestion): PollDraft {
  const { kind, text, options, correctChoices, correctText, isAnonymous } = question;
  const kept = options.length === 0 ? EMPTY_DRAFT.options : options;
  return { kind, text, options: kept, correct: correctChoices, correctText: correctText ?? '', isAnonymous };
}

/** Marks or unmarks a right answer; of one choice only the last marked is right. */
export function toggleCorrect(draft: PollDraft, choice: number): PollDraft {
  const others = draft.correct.filter((one) => one !== choice);
  if (others.length < draft.correct.length) return { ...draft, correct: others };
  return { ...draft, correct: draft.kind === 'multiple' ? [...others, choice].sort((a, b) => a - b) : [choice] };
}

export const withKind = (draft: PollDraft, kind: PollKind): PollDraft => ({ ...draft, kind, correct: [] });

export function withoutOption(draft: PollDraft, option: number): PollDraft {
  const moved = draft.correct
    .filter((choice) => choice !== option)
    .map((choice) => (choice > option ? choice - 1 : choice));
  return { ...draft, options: draft.options.filter((_, index) => index !== option), correct: moved };
}

/** What would be asked; null while something is missing. Options left empty are left out. */
export function questionOf(draft: PollDraft): PollQuestion | null {
  const hasOptions = draft.kind === 'single' || draft.kind === 'multiple';
  const filled = draft.options
    .map((option, index) => ({ option: option.trim(), index }))
    .filter(({ option }) => option !== '');
  const correctChoices = hasOptions
    ? filled.flatMap(({ index }, place) => (draft.correct.includes(index) ? [place] : []))
    : draft.correct;
  const correctText = draft.correctText.trim();
  const parsed = PollQuestion.safeParse({
    kind: draft.kind,
    text: draft.text,
    options: hasOptions ? filled.map(({ option }) => option) : [],
    correctChoices: draft.kind === 'short' ? [] : correctChoices,
    correctText: draft.kind === 'short' && correctText !== '' ? correctText : null,
    isAnonymous: draft.isAnonymous,
  });
  return parsed.success ? parsed.data : null;
}
