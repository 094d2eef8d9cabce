import { useEffect, useState } from 'react';

const IDLE_AFTER_MS = 5_000;

/** True when nobody has moved for a while and nothing needs attention: the bar may fade. */
export function useIdle(isNeeded: boolean): boolean {
  const [isIdle, setIdle] = useState(false);
  useEffect(() => {
    if (isNeeded) return undefined;
    let timer = setTimeout(() => setIdle(true), IDLE_AFTER_MS);
    const wake = (): void => {
      clearTimeout(timer);
      setIdle(false);
      timer = setTimeout(() => setIdle(true), IDLE_AFTER_MS);
    };
    const events = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;
    for (const name of events) window.addEventListener(name, wake);
    return () => {
      clearTimeout(timer);
      for (const name of events) window.removeEventListener(name, wake);
    };
  }, [isNeeded]);
  return isIdle && !isNeeded;
}
