import { useCallback, useEffect } from 'react';
import type { LessonSummary } from '../../../../signaling/protocol/rest/shapes.ts';
import type { CloseReason } from '../../../../signaling/protocol/room.ts';
import { callApi } from '../../api/api.ts';
import { siteText } from '../../messages/site.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Waiting } from '../../ui/panels.tsx';
import { CallProvider, useCallState } from '../room/call-context.ts';
import { useVisit } from '../room/use-visit.ts';
import { SiteRoom } from './site-room.tsx';
import styles from './site-page.module.css';

const RETRY_MS = 5_000;

function SiteFrame(props: {
  readonly lesson: LessonSummary;
  readonly words: string;
  readonly children?: React.ReactNode;
}) {
  const { lesson, words, children } = props;
  return (
    <main className={['stage', styles.idle].join(' ')} data-testid="site-waiting">
      <header>
        <strong>{lesson.schoolName}</strong> {lesson.lecturerName}
      </header>
      <h1 className={styles.lesson}>{lesson.title}</h1>
      <Waiting>{words}</Waiting>
      {children}
    </main>
  );
}

interface SiteCallProps {
  readonly lesson: LessonSummary;
  readonly onDone: () => void;
  readonly onAgain: () => void;
}

/** Nobody is there to press anything: what can come back comes back, what is over makes room for the clock. */
const COMES_BACK: ReadonlySet<CloseReason> = new Set(['seatTokenInvalid', 'left', 'roomGone', 'clientTooOld']);

function SiteCall({ lesson, onDone, onAgain }: SiteCallProps) {
  const t = useText(siteText);
  const { connection, view } = useCallState();
  const reason = connection.kind === 'closed' ? connection.reason : null;
  useEffect(() => {
    if (reason === null || reason === 'seatTakenOver') return undefined;
    if (!COMES_BACK.has(reason)) {
      onDone();
      return undefined;
    }
    const timer = setTimeout(onAgain, RETRY_MS);
    return () => clearTimeout(timer);
  }, [reason, onDone, onAgain]);
  if (reason === 'seatTakenOver') {
    return (
      <SiteFrame lesson={lesson} words={t('takenOver')}>
        <Button look="primary" onClick={onAgain}>
          {t('takeBack')}
        </Button>
      </SiteFrame>
    );
  }
  if (reason !== null || view.phase === 'joining') return <SiteFrame lesson={lesson} words={t('entering')} />;
  if (view.phase === 'waiting') return <SiteFrame lesson={lesson} words={t('waiting')} />;
  return <SiteRoom state={view} />;
}

/** One lesson on the classroom's screen, from its time to its end, without a hand. */
export function SiteLesson({ lesson, onDone }: { readonly lesson: LessonSummary; readonly onDone: () => void }) {
  const t = useText(siteText);
  const { lessonId } = lesson;
  const obtainGrant = useCallback(() => callApi('joinLesson', { params: { lessonId } }), [lessonId]);
  const { phase, enter } = useVisit({
    key: `site-${lessonId}`,
    obtainGrant,
    alwaysSends: true,
    entersAtOnce: true,
  });
  const again = useCallback(() => enter({}), [enter]);
  useEffect(() => again(), [again]);
  useEffect(() => {
    if (phase.kind !== 'refused') return undefined;
    if (phase.failure.code === 'lessonEnded') {
      onDone();
      return undefined;
    }
    const timer = setTimeout(again, RETRY_MS);
    return () => clearTimeout(timer);
  }, [phase, again, onDone]);
  if (phase.kind === 'inside') {
    return (
      <CallProvider value={phase.call}>
        <SiteCall lesson={lesson} onDone={onDone} onAgain={again} />
      </CallProvider>
    );
  }
  return <SiteFrame lesson={lesson} words={phase.kind === 'notOpen' ? t('waiting') : t('entering')} />;
}
