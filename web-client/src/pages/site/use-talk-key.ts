import { useCallback, useEffect, useState } from 'react';
import { useCall } from '../room/call-context.ts';

/** Push-to-talk: the microphone is open for as long as the space bar or the button is held. */
export function useTalkKey(isEnabled: boolean) {
  const { actions } = useCall();
  const [isHeld, setHeld] = useState(false);
  const press = useCallback(() => {
    if (!isEnabled) return;
    setHeld(true);
    void actions.setTalking(true);
  }, [actions, isEnabled]);
  const release = useCallback(() => {
    setHeld((wasHeld) => {
      if (wasHeld) void actions.setTalking(false);
      return false;
    });
  }, [actions]);

  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (event.code !== 'Space' || event.repeat) return;
      event.preventDefault();
      press();
    };
    const up = (event: KeyboardEvent): void => {
      if (event.code === 'Space') release();
    };
    window.addEventListener('keydown', down);
    window.addEventListener('keyup', up);
    // A window that loses the keyboard never hears the key go up.
    window.addEventListener('blur', release);
    return () => {
      window.removeEventListener('keydown', down);
      window.removeEventListener('keyup', up);
      window.removeEventListener('blur', release);
    };
  }, [press, release]);
  return { isHeld, press, release };
}
