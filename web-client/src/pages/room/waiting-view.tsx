import { DoorOpen } from 'lucide-react';
import type { ReactNode } from 'react';
import type { RequestFailure } from '../../api/request-failure.ts';
import { failureText } from '../../messages/failure.ts';
import { visitText } from '../../messages/visit.ts';
import type { WaitingSnapshot } from '../../../../signaling/protocol/room.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { clockTime, dayAndTime } from '../../text/time.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { FailureBanner, Waiting } from '../../ui/panels.tsx';
import type { VisitLesson } from './visit.tsx';
import styles from './frames.module.css';

export interface WaitingFrameProps {
  readonly title: string;
  readonly body?: string;
  readonly lesson: VisitLesson;
  readonly showsStart?: boolean;
  readonly onLeave?: () => void;
  readonly children?: ReactNode;
}

export function WaitingFrame({ title, body, lesson, showsStart = false, onLeave, children }: WaitingFrameProps) {
  const t = useText(visitText);
  const language = useLanguage();
  return (
    <main className={['stage', styles.frame].join(' ')}>
      <div className={styles.card} data-testid="waiting">
        <p className={styles.eyebrow}>{lesson.title}</p>
        <h1>{title}</h1>
        {body !== undefined && <p>{body}</p>}
        {showsStart && <p>{t('startsAt', { time: dayAndTime(lesson.startsAtMs, language) })}</p>}
        <Waiting>{children ?? lesson.lecturerName}</Waiting>
        {lesson.isRecorded && !lesson.isMicro && <p className={styles.small}>{t('recordedNotice')}</p>}
        {onLeave !== undefined && (
          <Button icon={DoorOpen} onClick={onLeave} data-testid="leave">
            {t('leave')}
          </Button>
        )}
      </div>
    </main>
  );
}

/** In the lobby, before a locked room, or before the teacher: who it is for, and since when. */
export function WaitingView(props: {
  readonly waiting: WaitingSnapshot;
  readonly lesson: VisitLesson;
  readonly onLeave: () => void;
}) {
  const { waiting, lesson, onLeave } = props;
  const t = useText(visitText);
  const words = {
    teacher: { title: t('waitTeacherTitle'), body: t('waitTeacherBody') },
    lobby: { title: t('waitLobbyTitle'), body: t('waitLobbyBody', { teacher: waiting.lesson.lecturerName }) },
    locked: { title: t('waitLockedTitle'), body: t('waitLockedBody') },
  }[waiting.cause];
  return (
    <main className={['stage', styles.frame].join(' ')}>
      <div className={styles.card} data-testid="waiting" data-cause={waiting.cause}>
        <p className={styles.eyebrow}>{lesson.title}</p>
        <h1>{words.title}</h1>
        <p>{words.body}</p>
        <Waiting>
          {waiting.self.displayName} · {t('waitedSince', { time: clockTime(waiting.sinceMs) })}
        </Waiting>
        {waiting.lesson.isRecorded && <p className={styles.small}>{t('recordedNotice')}</p>}
        <Button icon={DoorOpen} onClick={onLeave} data-testid="leave">
          {t('leave')}
        </Button>
      </div>
    </main>
  );
}

export interface RefusedViewProps {
  readonly failure: RequestFailure;
  readonly isGuest: boolean;
  readonly onAgain: () => void;
}

export function RefusedView({ failure, isGuest, onAgain }: RefusedViewProps) {
  const t = useText(visitText);
  const failures = useText(failureText);
  return (
    <main className={['stage', styles.frame].join(' ')}>
      <div className={styles.card} data-testid="refused" data-code={failure.code}>
        <h1>{failures(failure.code)}</h1>
        {failure.errorId !== undefined && failure.isConnection && <FailureBanner error={failure} />}
        <div className={styles.actions}>
          <Button look="primary" onClick={onAgain}>
            {t('again')}
          </Button>
          {!isGuest && <LinkButton href="/">{t('home')}</LinkButton>}
        </div>
      </div>
    </main>
  );
}
