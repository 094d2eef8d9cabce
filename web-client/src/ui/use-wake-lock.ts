import { useEffect } from 'react';

/**
 * Keeps the screen from going dark. A browser gives the lock back by itself when its page is hidden, and on a phone also to save the
 * battery, so it is asked for again whenever the page is seen.
 */
export function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    let isOver = false;
    const ask = async (): Promise<void> => {
      if (isOver || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
      if (lock !== null && !lock.released) return;
      const asked = await navigator.wakeLock.request('screen').catch(() => null);
      if (isOver) await asked?.release().catch(() => undefined);
      else lock = asked;
    };
    const handle = (): void => void ask();
    handle();
    document.addEventListener('visibilitychange', handle);
    // Refused to save the battery, it may be given at the next touch.
    window.addEventListener('pointerdown', handle);
    return () => {
      isOver = true;
      document.removeEventListener('visibilitychange', handle);
      window.removeEventListener('pointerdown', handle);
      void lock?.release().catch(() => undefined);
    };
  }, []);
}
