import { useCallback, useEffect, useRef, useState } from 'react';

const IDLE_MS = 3_000;

/** Controls that go away when nobody moves and something plays. */
export function useAwakeControls(mayHide: boolean) {
  const [isAwake, setAwake] = useState(true);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const sleep = useCallback(() => setAwake(false), []);
  const wait = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(sleep, IDLE_MS);
  }, [sleep]);
  const wake = useCallback(() => {
    setAwake(true);
    wait();
  }, [wait]);
  useEffect(() => {
    if (!mayHide) return undefined;
    wait();
    return () => clearTimeout(timer.current);
  }, [mayHide, wait]);
  return { isShown: isAwake || !mayHide, wake, sleep };
}
