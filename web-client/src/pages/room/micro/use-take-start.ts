import { useEffect, useState } from 'react';
import type { InsideState } from '../../../call/room-state.ts';
import { useCall } from '../call-context.ts';

const COUNTED_FROM = 3;
const STEP_MS = 1_000;

export interface TakeStart {
  /** Seconds until the take begins; 0 while the recorder is not ready yet, null while nothing is counted. */
  readonly left: number | null;
  readonly start: () => void;
  readonly cancel: () => void;
}

/** Three, two, one: capture starts with the first number, so that the first word is not lost. */
export function useTakeStart({ recording }: Pick<InsideState, 'recording'>): TakeStart {
  const { actions } = useCall();
  const [left, setLeft] = useState<number | null>(null);
  useEffect(() => {
    if (left === null || left === 0) return undefined;
    const timer = setTimeout(() => setLeft(left - 1), STEP_MS);
    return () => clearTimeout(timer);
  }, [left]);
  const isDue = left === 0 && recording === 'paused';
  useEffect(() => {
    if (isDue) void actions.setRecordingPaused(false);
  }, [isDue, actions]);
  // It records, or never will: there is nothing to wait for.
  if (left !== null && (recording === 'recording' || recording === 'failed')) setLeft(null);
  const start = (): void => {
    setLeft(COUNTED_FROM);
    if (recording !== 'off') return;
    void actions.startRecording().then((isTaken) => (isTaken ? undefined : setLeft(null)));
  };
  return { left, start, cancel: () => setLeft(null) };
}
