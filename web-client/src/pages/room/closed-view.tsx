import { useEffect, useRef } from 'react';
import type { CloseReason } from '../../../../signaling/protocol/room.ts';
import { visitText } from '../../messages/visit.ts';
import { useText } from '../../text/text.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import styles from './frames.module.css';

export interface ClosedViewProps {
  readonly reason: CloseReason;
  readonly isGuest: boolean;
  readonly isRecorded: boolean;
  /** Of a lesson that one has taught. */
  readonly reportHref: string | null;
  readonly onAgain: () => void;
}

const MAY_RETURN: ReadonlySet<CloseReason> = new Set(['left', 'seatTakenOver', 'seatTokenInvalid', 'denied']);

/** Every way in which a visit ends, in plain words, with what comes next. */
export function ClosedView({ reason, isGuest, isRecorded, reportHref, onAgain }: ClosedViewProps) {
  const t = useText(visitText);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const showsRecordings = reason === 'lessonEnded' && isRecorded && !isGuest;
  const body =
    reason === 'lessonEnded' && !showsRecordings ? t('close_lessonEndedPlain') : t(`close_${reason}Body` as const);
  return (
    <main className={['stage', styles.frame].join(' ')}>
      <div className={styles.card} data-testid="closed" data-reason={reason}>
        <h1 ref={heading} tabIndex={-1}>
          {t(`close_${reason}` as const)}
        </h1>
        <p>{body}</p>
        <div className={styles.actions}>
          {showsRecordings && (
            <LinkButton href="/library" look="primary">
              {t('recordings')}
            </LinkButton>
          )}
          {reason === 'lessonEnded' && reportHref !== null && <LinkButton href={reportHref}>{t('report')}</LinkButton>}
          {MAY_RETURN.has(reason) && (
            <Button look="primary" onClick={onAgain} data-testid="enter-again">
              {t('again')}
            </Button>
          )}
          {reason === 'clientTooOld' && (
            <Button look="primary" onClick={() => location.reload()}>
              {t('reload')}
            </Button>
          )}
          {isGuest ? <p className={styles.small}>{t('closePage')}</p> : <LinkButton href="/">{t('home')}</LinkButton>}
        </div>
      </div>
    </main>
  );
}
