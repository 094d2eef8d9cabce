import { useEffect } from 'react';
import type { EditorDesk } from './use-editor.ts';
import type { Preview } from './use-preview.ts';

const STEP_S = 1;
const SMALL_STEP_S = 0.1;

/** Where keys write, or choose something of their own. */
const isOwnField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest('textarea, select, [role="dialog"], input:not([type="range"], [type="checkbox"], [type="radio"])') !==
    null;

function actionOf(event: KeyboardEvent, desk: EditorDesk, { playback }: Preview): (() => void) | undefined {
  const isCommand = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (isCommand) {
    const isRedo = key === 'y' || (key === 'z' && event.shiftKey);
    if (isRedo) return () => desk.redo();
    return key === 'z' ? () => desk.undo() : undefined;
  }
  if (event.altKey) return undefined;
  const stepS = event.shiftKey ? SMALL_STEP_S : STEP_S;
  const actions: Readonly<Record<string, () => void>> = {
    i: () => desk.mark('inS'),
    o: () => desk.mark('outS'),
    x: () => desk.cut(),
    arrowleft: () => desk.seek(desk.positionS - stepS),
    arrowright: () => desk.seek(desk.positionS + stepS),
    home: () => desk.seek(0),
    end: () => desk.seek(Number.MAX_SAFE_INTEGER),
  };
  if (key === ' ') return () => (playback?.state.isPlaying === true ? playback.pause() : playback?.play());
  return actions[key];
}

/** Keys work wherever the focus is, but where somebody writes; a button keeps its space. */
export function useEditorKeys(desk: EditorDesk, preview: Preview): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || isOwnField(event.target)) return;
      const isButton =
        event.target instanceof Element &&
        event.target.closest('button, a, summary, [type="checkbox"], [type="radio"]') !== null;
      if (event.key === ' ' && isButton) return;
      const isRadio = event.target instanceof HTMLInputElement && event.target.type === 'radio';
      if (isRadio && event.key.startsWith('Arrow')) return;
      const action = actionOf(event, desk, preview);
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
}
