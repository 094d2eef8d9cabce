import { AlertTriangle, CircleAlert, CircleCheck, Info, LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import { asFailure, type RequestFailure } from '../api/request-failure.ts';
import { failureText } from '../messages/failure.ts';
import { failureWords } from '../text/failure-words.ts';
import { shellText } from '../messages/shell.ts';
import { useText } from '../text/text.ts';
import { Button } from './button.tsx';
import styles from './panels.module.css';

const TONE_ICONS = { calm: Info, good: CircleCheck, warn: AlertTriangle, bad: CircleAlert } as const;

/** A line of what is going on; `warn` and `bad` are also read out. */
export function Banner({
  tone,
  children,
}: {
  readonly tone: 'calm' | 'good' | 'warn' | 'bad';
  readonly children: ReactNode;
}) {
  const Icon = TONE_ICONS[tone];
  const isUrgent = tone === 'warn' || tone === 'bad';
  return (
    <div className={[styles.banner, styles[tone]].join(' ')} role={isUrgent ? 'alert' : 'status'}>
      <Icon aria-hidden />
      <div>{children}</div>
    </div>
  );
}

/** What went wrong, what to do, and an id to quote when it was the server's fault. */
export function FailureBanner({ error }: { readonly error: unknown }) {
  const t = useText(failureText);
  const shell = useText(shellText);
  const failure = asFailure(error);
  return (
    <Banner tone="bad">
      {isOfHold(failure) ? t('held') : failureWords(t, failure)}
      {failure.errorId !== undefined && !(failure.code in USER_FAULTS) && (
        <span className={styles.quote}>{shell('quoteId', { id: failure.errorId })}</span>
      )}
    </Banner>
  );
}

const isOfHold = ({ code, details }: RequestFailure): boolean => code === 'conflict' && details.field === 'hold';

/** Nobody needs a number for a wrong password. */
const USER_FAULTS = {
  wrongCredentials: true,
  forbidden: true,
  notFound: true,
  conflict: true,
  tooManyRequests: true,
  invalidInput: true,
  pairingCodeInvalid: true,
};

export function FailurePanel({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const t = useText(shellText);
  return (
    <div className={styles.panel}>
      <FailureBanner error={error} />
      {onRetry !== undefined && <Button onClick={onRetry}>{t('retry')}</Button>}
    </div>
  );
}

export interface EmptyPanelProps {
  readonly title: string;
  /** When it is all that the page shows. */
  readonly isWholePage?: boolean;
  readonly children?: ReactNode;
}

export function EmptyPanel({ title, isWholePage = false, children }: EmptyPanelProps) {
  const Heading = isWholePage ? 'h1' : 'h2';
  return (
    <div className={styles.panel}>
      <Heading>{title}</Heading>
      {children}
    </div>
  );
}

/** Grey shapes of the size of what comes, so that nothing jumps. */
export function Skeleton({ height }: { readonly height: number }) {
  const t = useText(shellText);
  return (
    <output className={styles.skeleton} style={{ height }}>
      <span className="visually-hidden">{t('loading')}</span>
    </output>
  );
}

export function Waiting({ children }: { readonly children: ReactNode }) {
  return (
    <output className={styles.waiting}>
      <LoaderCircle aria-hidden />
      <span>{children}</span>
    </output>
  );
}
