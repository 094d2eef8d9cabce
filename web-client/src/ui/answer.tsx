import type { ReactNode } from 'react';
import { FailurePanel, Skeleton } from './panels.tsx';

interface Asked<T> {
  readonly data: T | undefined;
  readonly isError: boolean;
  readonly error: unknown;
  readonly refetch: () => Promise<unknown>;
}

interface AnswerProps<T> {
  readonly of: Asked<T>;
  /** About as high as what comes. */
  readonly height: number;
  readonly children: (data: T) => ReactNode;
}

/** What was asked for, once it is there: until then its shape, or why it does not come and a way to ask again. */
export function Answer<T>({ of: query, height, children }: AnswerProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <FailurePanel error={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton height={height} />;
}
