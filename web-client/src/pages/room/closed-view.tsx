import { useEffect, useRef } from 'react';
import type { CloseReason } from '../../../../signaling/protocol/room.ts';
import { microText } from '../../messages/micro-lesson.ts';
import { visitText } from '../../messages/visit.ts';
import { useText } from '../../text/text.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import styles from './frames.module.css';

export interface ClosedViewProps {
  readonly reason: CloseReason;
  readonly isGuest: boolean;
  readonly isRecorded: boolean;
  readonly isMicro: boolean;
  /** Of a lesson that one has taught. */
  readonly reportHref: string | null;
  readonly onAgain: () => void;
}

const MAY_RETURN: ReadonlySet<CloseReason> = new Set(['left', 'seatTakenOver', 'seatTokenInvalid', 'denied']);

const MICRO_WORDS: { readonly [R in CloseReason]?: 'ended' | 'left' } = { lessonEnded: 'ended', left: 'left' };

function useClosedWords(reason: CloseReason, isMicro: boolean, showsRecordings: boolean) {
  const t = useText(visitText);
  const micro = useText(microText);
  const own = isMicro ? MICRO_WORDS[reason] : undefined;
  if (own !== undefined) return { title: micro(own), body: micro(`${own}Body` as const) };
  const isPlain = reason === 'lessonEnded' && !showsRecordings;
  return {
    title: t(`close_${reason}` as const),
    body: isPlain ? t('close_lessonEndedPlain') : t(`close_${reason}Body` as const),
  };
}

/** Every way in which a visit ends, in plain words, with what comes next. */
export function ClosedView({ reason, isGuest, isRecorded, isMicro, reportHref, onAgain }: ClosedViewProps) {
  const t = useText(visitText);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const showsRecordings = reason === 'lessonEnded' && isRecorded && !isGuest;
  const { title, body } = useClosedWords(reason, isMicro, showsRecordings);
  return (
    <main className={['stage', styles.frame].join(' ')}>
      <div className={styles.card} data-testid="closed" data-reason={reason}>
        <h1 ref={heading} tabIndex={-1}>
          {title}
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
