import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'wouter';
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

function Loaded({ personId }: { readonly personId: PersonId }) {
  const t = useText(answerText);
  const { data: me } = useSession();
  const [subject, setSubject] = useState('');
  const list = useInfiniteQuery(answersQuery(personId, subject));
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const first = list.data?.pages[0];
  const isMine = me?.personId === personId;
  const title = isMine ? t('mine') : first === undefined ? t('title') : t('titleOf', { name: first.displayName });
  const about = [isMine ? first?.displayName : undefined, first?.classGroup].filter(Boolean).join(' · ');
  return (
    <>
      <DetailHead title={title} about={about} back={{ href: '/', label: t('back') }} />
      <Answer of={{ ...list, data: first }} height={480}>
        {({ totals, subjects }) => (
          <>
            <Figures totals={totals} />
            {subjects.length > 0 && <SubjectFilter subjects={subjects} value={subject} onChange={setSubject} />}
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
                  <Button
                    busy={list.isFetchingNextPage}
                    onClick={() => void list.fetchNextPage()}
                    data-testid="answers-more"
                  >
                    {t('more')}
                  </Button>
                )}
              </div>
            )}
          </>
        )}
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
