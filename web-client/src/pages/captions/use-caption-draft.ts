import { useCallback, useEffect, useMemo, useReducer } from 'react';
import type { CaptionCue } from '../../../../signaling/protocol/captions.ts';
import { isUnfinished, type Edited } from '../../player/caption-edit.ts';

const MAX_UNDO = 200;
const NO_PAST: readonly Edited[] = [];

/** Captions as they are being edited, in session time. */
interface Draft extends Edited {
  readonly past: readonly Edited[];
  /** What is stored. */
  readonly saved: readonly CaptionCue[];
  readonly baseVersion: number;
  /** Of the field that was typed in last: what is typed in one go is undone in one go. */
  readonly typing: string | null;
}

type Action =
  | { readonly type: 'edited'; readonly edited: Edited; readonly typing: string | null }
  | { readonly type: 'selected'; readonly index: number }
  | { readonly type: 'undone' }
  | { readonly type: 'saved'; readonly cues: readonly CaptionCue[]; readonly version: number }
  | { readonly type: 'taken'; readonly cues: readonly CaptionCue[]; readonly version: number }
  | { readonly type: 'rebased'; readonly version: number };

function reduce(draft: Draft, action: Action): Draft {
  const { cues, selected } = draft;
  switch (action.type) {
    case 'edited': {
      if (action.edited.cues === cues) return { ...draft, selected: action.edited.selected };
      const goesOn = action.typing !== null && action.typing === draft.typing;
      const past = goesOn ? draft.past : [...draft.past, { cues, selected }].slice(-MAX_UNDO);
      return { ...draft, ...action.edited, past, typing: action.typing };
    }
    case 'selected':
      return { ...draft, selected: action.index, typing: null };
    case 'undone': {
      const before = draft.past.at(-1);
      return before === undefined ? draft : { ...draft, ...before, past: draft.past.slice(0, -1), typing: null };
    }
    case 'saved':
      return { ...draft, saved: action.cues, baseVersion: action.version, typing: null };
    case 'taken':
      return { ...draftOf(action.cues, action.version), selected: Math.min(selected, action.cues.length - 1) };
    case 'rebased':
      return { ...draft, baseVersion: action.version };
  }
}

const draftOf = (cues: readonly CaptionCue[], baseVersion: number): Draft => ({
  ...{ cues, selected: cues.length > 0 ? 0 : -1, past: NO_PAST, saved: cues, baseVersion, typing: null },
});

/** The draft, and everything that can be done to it. */
export function useCaptionDraft(cues: readonly CaptionCue[], version: number) {
  const [draft, dispatch] = useReducer(reduce, draftOf(cues, version));
  const isDirty = draft.cues !== draft.saved;
  useEffect(() => {
    if (!isDirty) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isDirty]);
  const edit = useCallback(
    (edited: Edited, typing: string | null = null): void => dispatch({ type: 'edited', edited, typing }),
    [],
  );
  const orders = useMemo(
    () => ({
      edit,
      select: (index: number): void => dispatch({ type: 'selected', index }),
      undo: (): void => dispatch({ type: 'undone' }),
      markSaved: (saved: readonly CaptionCue[], newVersion: number): void =>
        dispatch({ type: 'saved', cues: saved, version: newVersion }),
      take: (theirs: readonly CaptionCue[], newVersion: number): void =>
        dispatch({ type: 'taken', cues: theirs, version: newVersion }),
      rebase: (newVersion: number): void => dispatch({ type: 'rebased', version: newVersion }),
    }),
    [edit],
  );
  return { ...draft, ...orders, isDirty, unfinished: draft.cues.findIndex(isUnfinished) };
}

export type CaptionDraft = ReturnType<typeof useCaptionDraft>;
