import { useCallback, useEffect } from 'react';
import type { LessonSummary } from '../../../../signaling/protocol/rest/shapes.ts';
import type { CloseReason } from '../../../../signaling/protocol/room.ts';
import { callApi } from '../../api/api.ts';
import { siteText } from '../../messages/site.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Waiting } from '../../ui/panels.tsx';
import { CallProvider, useCallState } from '../room/call-context.ts';
import type { CaptureComplaint } from '../room/use-visit.ts';
import { useVisit } from '../room/use-visit.ts';
import { PairingSign } from './pairing-sign.tsx';
import type { SiteKit } from './site-kit.ts';
import { SiteRoom } from './site-room.tsx';
import { isMicrophoneOffIn } from './site-settings.ts';
import { SoundCard } from './sound-card.tsx';
import styles from './site-page.module.css';

const RETRY_MS = 5_000;

function SiteFrame(props: {
  readonly lesson: LessonSummary;
  readonly words: string;
  readonly kit: SiteKit;
  readonly children?: React.ReactNode;
}) {
  const { lesson, words, kit, children } = props;
  return (
    <main className={['stage', styles.idle].join(' ')} data-testid="site-waiting">
      <header>
        <strong>{lesson.schoolName}</strong> {lesson.lecturerName}
      </header>
      <h1 className={styles.lesson}>{lesson.title}</h1>
      <Waiting>{words}</Waiting>
      {children}
      <footer className={styles.foot}>
        <PairingSign kit={kit} />
      </footer>
    </main>
  );
}

interface SiteCallProps {
  readonly lesson: LessonSummary;
  readonly kit: SiteKit;
  readonly onDone: () => void;
  readonly onAgain: () => void;
  readonly complaint: CaptureComplaint | null;
  readonly onComplaintSeen: () => void;
}

/** Nobody is there to press anything: what can come back comes back, what is over makes room for the clock. */
const COMES_BACK: ReadonlySet<CloseReason> = new Set(['seatTokenInvalid', 'left', 'roomGone', 'clientTooOld']);

function SiteCall({ lesson, kit, onDone, onAgain, complaint, onComplaintSeen }: SiteCallProps) {
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
      <SiteFrame lesson={lesson} kit={kit} words={t('takenOver')}>
        <Button look="primary" onClick={onAgain}>
          {t('takeBack')}
        </Button>
      </SiteFrame>
    );
  }
  if (reason !== null || view.phase === 'joining') return <SiteFrame lesson={lesson} kit={kit} words={t('entering')} />;
  if (view.phase === 'waiting') {
    return (
      <SiteFrame lesson={lesson} kit={kit} words={t('waiting')}>
        <SoundCard checksItself />
      </SiteFrame>
    );
  }
  return <SiteRoom {...{ kit, complaint, onComplaintSeen }} state={view} />;
}

/** One lesson on the classroom's screen, from its time to its end, without a hand. */
export function SiteLesson(props: {
  readonly lesson: LessonSummary;
  readonly kit: SiteKit;
  readonly onDone: () => void;
}) {
  const { lesson, kit, onDone } = props;
  const { settings } = kit;
  const t = useText(siteText);
  const { lessonId } = lesson;
  const obtainGrant = useCallback(() => callApi('joinLesson', { params: { lessonId } }), [lessonId]);
  // What was switched off at this screen stays off through a reload.
  const wants = useCallback(() => {
    const state = settings.getState();
    return { camera: state.camera !== null, microphone: !isMicrophoneOffIn(state, lessonId) };
  }, [settings, lessonId]);
  const { phase, enter, complaint, dismissComplaint } = useVisit({
    key: `site-${lessonId}`,
    obtainGrant,
    wants,
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
        <SiteCall {...{ lesson, kit, onDone, complaint }} onAgain={again} onComplaintSeen={dismissComplaint} />
      </CallProvider>
    );
  }
  if (phase.kind !== 'notOpen') return <SiteFrame lesson={lesson} kit={kit} words={t('entering')} />;
  return (
    <SiteFrame lesson={lesson} kit={kit} words={t('waiting')}>
      <SoundCard checksItself />
    </SiteFrame>
  );
}
