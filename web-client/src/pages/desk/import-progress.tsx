import { Play, Square } from 'lucide-react';
import { useEffect } from 'react';
import { peopleText } from '../../messages/desk-people.ts';
import { useText } from '../../text/text.ts';
import { countdown } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import { FormFailure } from './form-failure.tsx';
import type { SheetImport } from './use-sheet-import.ts';
import desk from './desk.module.css';
import styles from './people-import.module.css';

function useTimeLeft(): (leftMs: number | null) => string | null {
  const t = useText(peopleText);
  return (leftMs) => {
    if (leftMs === null) return null;
    const left = countdown(leftMs);
    if (left.unit === 'now') return null;
    return left.unit === 'seconds'
      ? t('secondsLeft', { n: left.value })
      : t('minutesLeft', { n: Math.ceil(leftMs / 60_000) });
  };
}

/** How far an import is, and the way on when it came to a halt. */
export function ImportProgress({ work }: { readonly work: SheetImport }) {
  const t = useText(peopleText);
  const timeLeft = useTimeLeft();
  const { state } = work;
  const isUnderWay = state.kind !== 'idle';
  useEffect(() => {
    if (!isUnderWay) return undefined;
    const hold = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', hold);
    return () => removeEventListener('beforeunload', hold);
  }, [isUnderWay]);
  if (state.kind === 'idle') return null;
  const { done, total } = state;
  return (
    <div className={styles.summary} data-testid="import-progress" data-done={done} data-state={state.kind}>
      <output className={styles.counts}>
        <span>{t('importedOf', { done, total })}</span>
        {state.kind === 'running' && <span className={styles.left}>{timeLeft(state.leftMs)}</span>}
      </output>
      <ProgressBar label={t('importProgress')} value={done / total} />
      {state.kind === 'running' ? (
        <div className={desk.actions}>
          <Button icon={Square} onClick={work.stop} data-testid="stop-import">
            {t('stopImport')}
          </Button>
          <p className={desk.hint}>{t('importKeepOpen')}</p>
        </div>
      ) : (
        <>
          {state.error === null ? (
            <p className={desk.hint}>{t('importStopped')}</p>
          ) : (
            <FormFailure error={state.error} conflict={t('importConflict')} />
          )}
          <div className={desk.actions}>
            <Button look="primary" icon={Play} onClick={work.goOn} data-testid="go-on-import">
              {t('goOnImport')}
            </Button>
            {done > 0 && <Button onClick={work.finish}>{t('finishImport', { n: done })}</Button>}
          </div>
        </>
      )}
    </div>
  );
}
