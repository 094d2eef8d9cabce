import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { RequestFailure, asFailure } from '../../api/request-failure.ts';
import { deskText } from '../../messages/desk.ts';
import { failureText } from '../../messages/failure.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import styles from './notices.module.css';

const SHOWN_MS = 9_000;

interface Notice {
  readonly key: number;
  readonly tone: 'good' | 'bad';
  readonly text: string;
  readonly undo?: (() => void) | undefined;
}

export interface Notices {
  readonly say: (text: string, undo?: () => void) => void;
  /** Plain words for a failure; `conflict` says what a conflict means for this very action. */
  readonly fail: (error: unknown, conflict?: string) => void;
}

const Context = createContext<Notices | null>(null);

export function useNotices(): Notices {
  const notices = useContext(Context);
  if (notices === null) throw new RequestFailure('unreadable', { message: 'rendered outside of NoticesProvider' });
  return notices;
}

/** One line at the bottom that says what has happened and lets it be taken back. */
export function NoticesProvider({ children }: { readonly children: ReactNode }) {
  const t = useText(deskText);
  const failures = useText(failureText);
  const [notice, setNotice] = useState<Notice | null>(null);
  const show = useCallback(
    (next: Omit<Notice, 'key'>) => setNotice((last) => ({ ...next, key: (last?.key ?? 0) + 1 })),
    [],
  );
  const notices = useMemo<Notices>(
    () => ({
      say: (text, undo) => show({ tone: 'good', text, undo }),
      fail: (error, conflict) => {
        const { code } = asFailure(error);
        show({ tone: 'bad', text: code === 'conflict' && conflict !== undefined ? conflict : failures(code) });
      },
    }),
    [failures, show],
  );
  useEffect(() => {
    if (notice === null) return undefined;
    const timer = setTimeout(() => setNotice(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  const undo = notice?.undo;
  return (
    <Context value={notices}>
      {children}
      <output className={styles.place}>
        {notice !== null && (
          <div className={[styles.notice, styles[notice.tone]].join(' ')} data-testid="notice" data-tone={notice.tone}>
            {notice.tone === 'good' ? <CircleCheck aria-hidden /> : <CircleAlert aria-hidden />}
            <span>{notice.text}</span>
            {undo !== undefined && (
              <Button
                look="plain"
                data-testid="undo"
                onClick={() => {
                  setNotice(null);
                  undo();
                }}
              >
                {t('undo')}
              </Button>
            )}
            <button type="button" className={styles.close} aria-label={t('dismiss')} onClick={() => setNotice(null)}>
              <X aria-hidden />
            </button>
          </div>
        )}
      </output>
    </Context>
  );
}
