import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams, useSearch } from 'wouter';
import { PersonId } from '../../../../signaling/protocol/ids.ts';
import { useSession } from '../../api/queries.ts';
import { answerText } from '../../messages/answers.ts';
import { useText } from '../../text/text.ts';
import { Answer } from '../../ui/answer.tsx';
import { Button } from '../../ui/button.tsx';
import { DetailHead, DetailPage } from '../../ui/detail-page.tsx';
import { SelectField } from '../../ui/field.tsx';
import { EmptyPanel, FailureBanner } from '../../ui/panels.tsx';
import figures from '../player/statistics.module.css';
import { cameFrom } from '../wanted-path.ts';
import { percent } from '../room/tools/poll-words.ts';
import { answersQuery, byLesson, type AnswerPage } from './answers-query.ts';
import styles from './answers.module.css';
import { LessonBlock } from './lesson-block.tsx';

function Figures({ totals: { asked, answered, judged, correct } }: Pick<AnswerPage, 'totals'>) {
  const t = useText(answerText);
  const facts = [
    ['asked', t('asked'), t('questions', { n: asked })],
    ['answered', t('answered'), t('questions', { n: answered })],
    ['correct', t('correct'), judged === 0 ? '–' : percent(correct, judged)],
  ] as const;
  return (
    <dl className={figures.figures}>
      {facts.map(([key, name, value]) => (
        <div key={key} data-testid={`answers-${key}`}>
          <dt>{name}</dt>
          <dd className="tabular">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface FilterProps {
  readonly subjects: readonly string[];
  readonly value: string;
  readonly onChange: (subject: string) => void;
}

function SubjectFilter({ subjects, value, onChange }: FilterProps) {
  const t = useText(answerText);
  const options = subjects.map((subject) => ({ value: subject, label: subject }));
  return (
    <div className={styles.filter}>
      <SelectField
        label={t('subject')}
        value={value}
        options={[{ value: '', label: t('allSubjects') }, ...options]}
        onChange={onChange}
      />
    </div>
  );
}

interface RecordProps {
  readonly page: AnswerPage;
  readonly list: AnswerList;
}

/** As far as it was asked for. */
function Records({ page: { totals }, list }: RecordProps) {
  const t = useText(answerText);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Figures totals={totals} />
      {items.length === 0 && (
        <EmptyPanel title={t('none')}>
          <p>{t('noneBody')}</p>
        </EmptyPanel>
      )}
      {byLesson(items).map((block) => (
        <LessonBlock key={block.questions[0]?.pollId} {...block} />
      ))}
      {list.isError && <FailureBanner error={list.error} />}
      {items.length > 0 && (
        <div className={styles.foot}>
          <output className={figures.hint}>{t('shown', { n: items.length, all: totals.asked })}</output>
          {list.hasNextPage && (
            <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()} data-testid="answers-more">
              {t('more')}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

/** Whose answers they are and what may be chosen stay known when those of one subject do not come. */
function useAnswers(personId: PersonId, subject: string) {
  const list = useInfiniteQuery(answersQuery(personId, subject));
  const page = list.data?.pages[0];
  const [known, setKnown] = useState(page);
  if (page !== undefined && page !== known) setKnown(page);
  return { list, page, known: page ?? known };
}

type AnswerList = ReturnType<typeof useAnswers>['list'];

function Loaded({ personId }: { readonly personId: PersonId }) {
  const t = useText(answerText);
  const { data: me } = useSession();
  const back = cameFrom(useSearch());
  const [subject, setSubject] = useState('');
  const { list, page, known } = useAnswers(personId, subject);
  const isMine = me?.personId === personId;
  const title = isMine ? t('mine') : known === undefined ? t('title') : t('titleOf', { name: known.displayName });
  const about = [isMine ? known?.displayName : undefined, known?.classGroup].filter(Boolean).join(' · ');
  const subjects = known?.subjects ?? [];
  return (
    <>
      <DetailHead title={title} about={about} back={{ href: back, label: t('back') }} />
      {subjects.length > 0 && <SubjectFilter subjects={subjects} value={subject} onChange={setSubject} />}
      <Answer of={{ ...list, data: page }} height={480}>
        {(first) => <Records page={first} list={list} />}
      </Answer>
    </>
  );
}

/** What was asked of a pupil in its lessons and what it answered: for itself, its guardians, its teachers and its school. */
export default function AnswersPage() {
  const t = useText(answerText);
  const id = PersonId.safeParse(useParams<{ personId: string }>().personId).data;
  return (
    <DetailPage title={t('title')} id={id} missing={t('missing')}>
      {(personId) => <Loaded key={personId} personId={personId} />}
    </DetailPage>
  );
}
