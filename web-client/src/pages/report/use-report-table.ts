import type { PersonId } from '../../../../signaling/protocol/ids.ts';
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
  readonly rows: {
    readonly key: string;
    /** Whose answers in other lessons whoever reads this may look at; null where there are none to see. */
    readonly recordOf: PersonId | null;
    readonly cells: string[];
  }[];
}

/** One line per person, in a meeting per child: when it was there, and its answer to each question that was not anonymous. */
export function useReportTable({ polls, people, isOwn }: Report): ReportTable {
  const t = useText(reportText);
  const tools = useText(toolText);
  const named = polls
    .map((poll, index) => ({ ...poll, name: t('questionNumber', { n: index + 1 }) }))
    .filter(({ question }) => !question.isAnonymous);
  const lineWords = ({ lineScore, poorLineMs }: Report['people'][number]): string => {
    if (lineScore === null) return '';
    const poor = poorLineMs < 1_000 ? '' : t('linePoor', { time: duration(poorLineMs) });
    return t('lineScore', { score: lineScore }) + poor;
  };
  const isMeeting = people.some(({ cameFor }) => cameFor.length > 0);
  const rows = people.map((person, index) => {
    const answers = named.map(({ pollId, question }) => {
      const given = person.answers.filter((one) => one.pollId === pollId);
      const words = given.map(({ answer, isCorrect }) => {
        const mark = isCorrect === null ? '' : isCorrect ? ' ✓' : ' ✗';
        return answerWords(question, answer, tools) + mark;
      });
      return words.join(' · ');
    });
    const { firstJoinedAtMs, lastLeftAtMs, presentMs } = person;
    const isThere = firstJoinedAtMs !== null && lastLeftAtMs === null;
    return {
      key: `${index} ${person.displayName}`,
      recordOf: isOwn ? person.personId : null,
      cells: [
        person.displayName,
        person.classGroup ?? '',
        ...(isMeeting ? [person.cameFor.join('、')] : []),
        firstJoinedAtMs === null ? t('never') : clockTime(firstJoinedAtMs),
        isThere ? t('stillThere') : lastLeftAtMs === null ? '' : clockTime(lastLeftAtMs),
        firstJoinedAtMs === null ? '' : duration(presentMs),
        firstJoinedAtMs === null ? '' : duration(person.talkedMs),
        firstJoinedAtMs === null ? '' : String(person.handsRaised),
        lineWords(person),
        `${new Set(person.answers.map(({ pollId }) => pollId)).size} / ${named.length}`,
        ...answers,
      ],
    };
  });
  const who = isMeeting ? (['name', 'class', 'cameFor'] as const) : (['name', 'class'] as const);
  const names = [...who, ...(['joined', 'left', 'stayed', 'talked', 'hands', 'line', 'answered'] as const)].map(
    (name) => t(name),
  );
  return { head: [...names, ...named.map(({ name }) => name)], rows };
}
