import { useEffect, useRef } from 'react';

/** By the place of the key: with Alt a Mac makes other letters of them. */
export type EditorKeys = Readonly<Partial<Record<string, () => void>>>;

/** `Alt+…` does what the map says for the key's code, `Ctrl+S` saves; everything else stays with what has the focus. */
export function useEditorKeys(keys: EditorKeys, save: () => void): void {
  const latest = useRef({ keys, save });
  useEffect(() => {
    latest.current = { keys, save };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isSave = (event.ctrlKey || event.metaKey) && !event.altKey && event.code === 'KeyS';
      const action = event.altKey && !event.ctrlKey && !event.metaKey ? latest.current.keys[event.code] : undefined;
      if (!isSave && action === undefined) return;
      event.preventDefault();
      if (isSave) latest.current.save();
      else action?.();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
