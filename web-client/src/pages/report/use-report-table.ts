import type { RouteReply } from '../../../../signaling/protocol/rest.ts';
import { toolText } from '../../messages/class-tools.ts';
import { reportText } from '../../messages/report.ts';
import { useText } from '../../text/text.ts';
import { clockTime, duration } from '../../text/time.ts';
import { answerWords } from '../room/tools/poll-words.ts';

type Report = RouteReply<'lessonReport'>;

export interface ReportTable {
  readonly head: string[];
  /** The first cell is the name. */
  readonly rows: { readonly key: string; readonly cells: string[] }[];
}

/** One line per person: when it was there, and its answer to each question that was not anonymous. */
export function useReportTable({ polls, people }: Report): ReportTable {
  const t = useText(reportText);
  const tools = useText(toolText);
  const named = polls
    .map((poll, index) => ({ ...poll, name: t('questionNumber', { n: index + 1 }) }))
    .filter(({ question }) => !question.isAnonymous);
  const rows = people.map((person, index) => {
    const answers = named.map(({ pollId, question }) => {
      const given = person.answers.find((one) => one.pollId === pollId);
      if (given === undefined) return '';
      const mark = given.isCorrect === null ? '' : given.isCorrect ? ' ✓' : ' ✗';
      return answerWords(question, given.answer, tools) + mark;
    });
    const { firstJoinedAtMs, lastLeftAtMs, presentMs } = person;
    const isThere = firstJoinedAtMs !== null && lastLeftAtMs === null;
    return {
      key: `${index} ${person.displayName}`,
      cells: [
        person.displayName,
        person.classGroup ?? '',
        firstJoinedAtMs === null ? t('never') : clockTime(firstJoinedAtMs),
        isThere ? t('stillThere') : lastLeftAtMs === null ? '' : clockTime(lastLeftAtMs),
        firstJoinedAtMs === null ? '' : duration(presentMs),
        `${person.answers.length} / ${named.length}`,
        ...answers,
      ],
    };
  });
  const names = (['name', 'class', 'joined', 'left', 'stayed', 'answered'] as const).map((name) => t(name));
  return { head: [...names, ...named.map(({ name }) => name)], rows };
}
