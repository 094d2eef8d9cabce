import { choiceCount, type PollAnswer, type PollQuestion, type PollResult, type PollTally } from '../protocol/polls.ts';

/** Different short answers that a teacher is shown; the rest are strange ones. */
const SHOWN_TEXTS = 20;

type Counted = Pick<PollTally, 'answered' | 'counts' | 'texts' | 'correctCount'>;

/** Null where nothing is right or wrong. */
export function isCorrect(
  { kind, correctChoices, correctText }: Pick<PollQuestion, 'kind' | 'correctChoices' | 'correctText'>,
  answer: PollAnswer,
): boolean | null {
  if (kind === 'short') {
    if (correctText === null) return null;
    const written = plain(answer.text ?? '');
    return correctText.split(/[;；]/).some((accepted) => plain(accepted) === written);
  }
  if (correctChoices.length === 0) return null;
  const chosen = new Set(answer.choices);
  return chosen.size === correctChoices.length && correctChoices.every((choice) => chosen.has(choice));
}

export function tallyOf(question: PollQuestion, answers: readonly PollAnswer[]): Counted {
  const counts = Array.from({ length: choiceCount(question) }, () => 0);
  for (const { choices } of answers) for (const choice of choices) counts[choice] = (counts[choice] ?? 0) + 1;
  const verdicts = answers.map((answer) => isCorrect(question, answer));
  const isAsked = question.correctText !== null || question.correctChoices.length > 0;
  return {
    answered: answers.length,
    counts,
    texts: question.kind === 'short' ? textsOf(question, answers) : [],
    correctCount: isAsked ? verdicts.filter((verdict) => verdict === true).length : null,
  };
}

/** What everybody may know: numbers and the right answer. What somebody wrote is for teachers only. */
export function resultOf(question: PollQuestion, answers: readonly PollAnswer[]): PollResult {
  const { answered, counts, correctCount } = tallyOf(question, answers);
  const { correctChoices, correctText } = question;
  return { answered, counts, correctCount, correctChoices, correctText };
}

function textsOf(question: PollQuestion, answers: readonly PollAnswer[]): Counted['texts'] {
  const byPlain = new Map<string, { text: string; count: number; isCorrect: boolean | null }>();
  for (const answer of answers) {
    const text = answer.text ?? '';
    const known = byPlain.get(plain(text));
    if (known === undefined) byPlain.set(plain(text), { text, count: 1, isCorrect: isCorrect(question, answer) });
    else known.count += 1;
  }
  return [...byPlain.values()].sort((a, b) => b.count - a.count).slice(0, SHOWN_TEXTS);
}

/** Full-width letters, capitals, spaces and a full stop do not make an answer wrong. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/g, '')
    .replace(/[.。!！]+$/, '');
