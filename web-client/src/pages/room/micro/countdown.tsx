import { useEffect } from 'react';
import { microText } from '../../../messages/micro-lesson.ts';
import { useText } from '../../../text/text.ts';
import type { TakeStart } from './use-take-start.ts';
import styles from './recorder.module.css';

/** Large enough to be seen from the blackboard. */
export function Countdown({ left, cancel }: Pick<TakeStart, 'left' | 'cancel'>) {
  const t = useText(microText);
  useEffect(() => {
    if (left === null) return undefined;
    const handle = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') cancel();
    };
    window.addEventListener('keydown', handle);
    return () => window.removeEventListener('keydown', handle);
  }, [left, cancel]);
  if (left === null) return null;
  return (
    <div className={styles.countdown} data-testid="take-countdown" data-left={left}>
      <span aria-hidden key={left}>
        {left === 0 ? '…' : left}
      </span>
      <span className="visually-hidden" role="alert">
        {left === 0 ? t('state_starting') : t('countdown', { n: left })}
      </span>
    </div>
  );
}
