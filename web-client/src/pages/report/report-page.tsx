import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { Link, useLocation, useParams } from 'wouter';
import { LessonId } from '../../../../signaling/protocol/ids.ts';
import type { RouteReply } from '../../../../signaling/protocol/rest.ts';
import { callApi } from '../../api/api.ts';
import { answerText } from '../../messages/answers.ts';
import { toolText } from '../../messages/class-tools.ts';
import { inspectionText } from '../../messages/inspection.ts';
import { reportText } from '../../messages/report.ts';
import { useText } from '../../text/text.ts';
import { clockTime, duration } from '../../text/time.ts';
import { Answer } from '../../ui/answer.tsx';
import { Button } from '../../ui/button.tsx';
import { DetailHead, DetailPage } from '../../ui/detail-page.tsx';
import { EmptyPanel } from '../../ui/panels.tsx';
import { answersPath } from '../answers/answers-path.ts';
import { InspectionNotes } from '../inspection/notes-panel.tsx';
import { downloadCsv } from '../desk/sheet.ts';
import styles from '../player/statistics.module.css';
import { answerWords, percent, rightAnswer } from '../room/tools/poll-words.ts';
import { ResultChart } from '../room/tools/result-chart.tsx';
import { useReportTable } from './use-report-table.ts';

type Report = RouteReply<'lessonReport'>;

const REFRESH_MS = 15_000;

function Figures({ report }: { readonly report: Report }) {
  const t = useText(reportText);
  const came = report.people.filter(({ seat }) => seat !== null).length;
  const judged = report.polls.filter(({ correctCount }) => correctCount !== null);
  const right = judged.reduce((sum, poll) => sum + (poll.correctCount ?? 0), 0);
  const all = judged.reduce((sum, poll) => sum + poll.answered, 0);
  const facts = [
    [t('present'), t('people', { n: came })],
    [t('absent'), t('people', { n: report.people.length - came })],
    [t('questions'), t('asked', { n: report.polls.length })],
    [t('correct'), all === 0 ? '–' : percent(right, all)],
    [t('teachersTalked'), duration(report.teachersTalkedMs)],
    [t('pupilsTalked'), duration(report.people.reduce((sum, { talkedMs }) => sum + talkedMs, 0))],
  ] as const;
  return (
    <dl className={styles.figures}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="tabular">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Questions({ report }: { readonly report: Report }) {
  const t = useText(reportText);
  const tools = useText(toolText);
  return (
    <section className={styles.section} aria-labelledby="questions-title">
      <h2 id="questions-title">{t('questions')}</h2>
      {report.polls.length === 0 && <p>{t('noQuestions')}</p>}
      {report.polls.map(({ pollId, question, answered, counts, correctCount }, index) => {
        const right = rightAnswer(question, question, tools);
        return (
          <article key={pollId} className={['stage', styles.question].join(' ')} data-testid="report-question">
            <h3>
              {index + 1}. {question.text}
            </h3>
            <p className={styles.hint}>
              {tools(`kind_${question.kind}` as const)}
              {question.isAnonymous && ` · ${t('anonymous')}`} · {tools('answered', { n: answered })}
              {correctCount !== null &&
                ` · ${tools('correctOf', { n: correctCount, percent: percent(correctCount, answered) })}`}
            </p>
            {question.options.length > 0 && (
              <p>
                {question.options.map((_, n) => answerWords(question, { choices: [n], text: null }, tools)).join('　')}
              </p>
            )}
            {question.kind !== 'short' && (
              <ResultChart
                kind={question.kind}
                options={question.options}
                counted={{ answered, counts, correctChoices: question.correctChoices }}
              />
            )}
            {right !== null && <p>{tools('rightAnswer', { answer: right })}</p>}
          </article>
        );
      })}
    </section>
  );
}

function People({ report }: { readonly report: Report }) {
  const t = useText(reportText);
  const answers = useText(answerText);
  const [here] = useLocation();
  const { head, rows } = useReportTable(report);
  return (
    <section className={styles.section} aria-labelledby="answers-title">
      <div className={styles.head}>
        <h2 id="answers-title">{t('answers')}</h2>
        <Button
          icon={Download}
          onClick={() => downloadCsv(t('fileName', { title: report.title }), [head, ...rows.map(({ cells }) => cells)])}
          data-testid="report-export"
        >
          {t('export')}
        </Button>
      </div>
      {/* Scrolls sideways on a phone, so it must be reached by the keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles.tableFrame} aria-label={t('answers')} tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              {head.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, recordOf, cells: [name, ...others] }) => (
              <tr key={key} data-testid="report-person">
                <th scope="row">
                  {recordOf === null ? (
                    name
                  ) : (
                    <Link href={answersPath(recordOf, here)} title={answers('titleOf', { name: name ?? '' })}>
                      {name}
                    </Link>
                  )}
                </th>
                {others.map((cell, column) => (
                  <td key={head[column + 1]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Shown({ report }: { readonly report: Report }) {
  const t = useText(reportText);
  if (report.people.length === 0 && report.polls.length === 0) {
    return (
      <EmptyPanel title={t('nobody')}>
        <p>{t('nobodyBody')}</p>
      </EmptyPanel>
    );
  }
  return (
    <>
      <Figures report={report} />
      <Questions report={report} />
      <People report={report} />
    </>
  );
}

function Loaded({ lessonId }: { readonly lessonId: LessonId }) {
  const t = useText(reportText);
  const inspection = useText(inspectionText);
  const report = useQuery({
    queryKey: ['lesson-report', lessonId],
    queryFn: ({ signal }) => callApi('lessonReport', { params: { lessonId } }, signal),
    refetchInterval: REFRESH_MS,
  });
  const { data } = report;
  const startedAtMs = data?.startedAtMs ?? null;
  const lastMs = data?.endedAtMs ?? report.dataUpdatedAt;
  const times = startedAtMs === null ? '' : `${clockTime(startedAtMs)} · ${duration(lastMs - startedAtMs)}`;
  const about = (
    <>
      {data?.title} <span className="tabular">{times}</span>
    </>
  );
  return (
    <>
      <DetailHead title={t('title')} about={about} back={{ href: '/', label: t('back') }} />
      <Answer of={report} height={480}>
        {(shown) => <Shown report={shown} />}
      </Answer>
      <section className={styles.section} aria-labelledby="notes-title">
        <h2 id="notes-title">{inspection('notes')}</h2>
        <InspectionNotes lessonId={lessonId} />
      </section>
    </>
  );
}

/** For the teachers of the lesson, while it runs and afterwards: who was there, and who answered what. */
export default function ReportPage() {
  const t = useText(reportText);
  const id = LessonId.safeParse(useParams<{ lessonId: string }>().lessonId).data;
  return (
    <DetailPage title={t('title')} id={id} missing={t('missing')}>
      {(lessonId) => <Loaded lessonId={lessonId} />}
    </DetailPage>
  );
}
