import { choiceCount } from '../../../../../signaling/protocol/polls.ts';
import type { PollAnswer, PollQuestion, PollResult } from '../../../../../signaling/protocol/polls.ts';
import type { toolText } from '../../../messages/class-tools.ts';
import type { Translate } from '../../../text/text.ts';

export type ToolWords = Translate<typeof toolText>;
type Asked = Pick<PollQuestion, 'kind' | 'options'>;

export const letterOf = (choice: number): string => 'ABCDEF'.charAt(choice);

/** What each choice is called in a chart: a letter, or 对 and 错. */
export function choiceNames(asked: Asked, t: ToolWords): string[] {
  if (asked.kind === 'trueFalse') return [t('yes'), t('no')];
  return Array.from({ length: choiceCount(asked) }, (_, choice) => letterOf(choice));
}

/** An answer as one reads it out. */
export function answerWords(asked: Asked, { choices, text }: PollAnswer, t: ToolWords): string {
  if (text !== null) return text;
  if (asked.kind === 'trueFalse') return choices[0] === 0 ? t('yes') : t('no');
  return choices.map((choice) => `${letterOf(choice)} ${asked.options[choice] ?? ''}`.trim()).join(t('comma'));
}

/** The right answer, or null where nothing is right or wrong. */
export function rightAnswer(asked: Asked, result: Pick<PollResult, 'correctChoices' | 'correctText'>, t: ToolWords) {
  const { correctChoices, correctText } = result;
  if (correctText === null && correctChoices.length === 0) return null;
  return answerWords(asked, { choices: correctChoices, text: correctText }, t);
}

export const percent = (part: number, whole: number): string =>
  whole === 0 ? '0%' : `${Math.round((part / whole) * 100)}%`;

/** The chart in words. */
export function chartWords(asked: Asked, counted: Counted, t: ToolWords): string {
  const names = choiceNames(asked, t);
  const rows = counted.counts.map((n, choice) => {
    const option = [names[choice], asked.options[choice]].filter((part) => part !== undefined).join(' ');
    const row = t('chartRow', { option, n, percent: percent(n, counted.answered) });
    return counted.correctChoices.includes(choice) ? row + t('chartRight') : row;
  });
  return t('chart', { all: counted.answered, rows: rows.join(t('listSeparator')) });
}

export interface Counted {
  readonly answered: number;
  readonly counts: readonly number[];
  readonly correctChoices: readonly number[];
}
