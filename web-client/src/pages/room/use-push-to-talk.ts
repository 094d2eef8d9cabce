import { useEffect, useMemo, useRef, useState } from 'react';
import { TalkHold } from '../../call/talk-hold.ts';
import { useCall, useCallState } from './call-context.ts';
import type { RoomControls } from './use-controls.ts';
import { isComposing } from '../../ui/is-composing.ts';

const WRITES: ReadonlySet<string> = new Set(['INPUT', 'TEXTAREA', 'SELECT']);
const PRESSED_BY_SPACE =
  'button, summary, video, audio, [role="button"], [role="tab"], [role="menuitem"], [role="option"], [role="checkbox"], [role="radio"], [role="switch"]';

/** The space bar belongs to what is written in, and to a button that was reached by the keyboard. */
function isTaken(target: EventTarget | null, focusCameByKey: boolean): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || WRITES.has(target.tagName)) return true;
  if (document.querySelector('[role="dialog"], [role="menu"]') !== null) return true;
  return focusCameByKey && target.closest(PRESSED_BY_SPACE) !== null;
}

/** Keys of the keyboard and what they do to `hold`. Returns the function that lets go of them. */
function listen(hold: TalkHold, mayTalk: () => boolean, onHeld: (held: boolean) => void): () => void {
  const stops: (() => void)[] = [];
  const on = <E extends Event>(target: EventTarget, name: string, handle: (event: E) => void): void => {
    target.addEventListener(name, handle as EventListener, true);
    stops.push(() => target.removeEventListener(name, handle as EventListener, true));
  };
  let focusCameByKey = false;
  const release = (): void => {
    if (!hold.isHeld) return;
    hold.release();
    onHeld(false);
  };
  on<PointerEvent>(window, 'pointerdown', () => {
    focusCameByKey = false;
  });
  on<KeyboardEvent>(window, 'keydown', (event) => {
    if (event.code !== 'Space') {
      if (event.key === 'Tab' || event.key.startsWith('Arrow')) focusCameByKey = true;
      return;
    }
    if (hold.isHeld) event.preventDefault();
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !isComposing(event);
    if (event.repeat || !isPlain || !mayTalk() || isTaken(event.target, focusCameByKey)) return;
    event.preventDefault();
    hold.press();
    onHeld(true);
  });
  on<KeyboardEvent>(window, 'keyup', (event) => {
    if (event.code !== 'Space' || !hold.isHeld) return;
    // Else the button that the mouse was on last is pressed by it.
    event.preventDefault();
    release();
  });
  // A window that loses the keyboard never hears the key go up.
  on(window, 'blur', release);
  on(document, 'visibilitychange', release);
  return () => {
    release();
    for (const stop of stops) stop();
  };
}

/** Whoever is muted speaks for as long as the space bar is held. What is remembered for the next lesson stays as it was. */
export function usePushToTalk({ may, microphone }: RoomControls): boolean {
  const call = useCall();
  const { muted } = useCallState();
  const [isHeld, setHeld] = useState(false);
  const { capture, store } = call;
  const hold = useMemo(
    () => new TalkHold((open) => store.act(null, () => capture.setMicrophone(open))),
    [capture, store],
  );
  const mayTalk = useRef(false);
  useEffect(() => {
    mayTalk.current = may.microphone && !microphone.on;
  });
  useEffect(() => listen(hold, () => mayTalk.current, setHeld), [hold]);
  useEffect(() => {
    if (isHeld && muted !== null) store.dismissMuted();
  }, [isHeld, muted, store]);
  return isHeld && may.microphone;
}
