import { useEffect, useRef } from 'react';

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** The keys 1 to `count`, of a keyboard or a remote control, while there is something to answer. */
export function useAnswerKeys(count: number, onChoice: (choice: number) => void): void {
  const current = useRef(onChoice);
  useEffect(() => {
    current.current = onChoice;
  });
  useEffect(() => {
    if (count === 0) return undefined;
    const handle = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
      if (isWriting(event.target)) return;
      const choice = Number(event.key) - 1;
      if (!Number.isInteger(choice) || choice < 0 || choice >= count) return;
      event.preventDefault();
      current.current(choice);
    };
    window.addEventListener('keydown', handle);
    return () => window.removeEventListener('keydown', handle);
  }, [count]);
}
