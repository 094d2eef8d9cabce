import { useEffect, useReducer, useState } from 'react';
import type { Edition, EditionRange } from '../../../../signaling/protocol/edition.ts';
import { editorText } from '../../messages/editor.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import {
  draftOf,
  isSameEdition,
  markedRange,
  NO_MARKS,
  stepDraft,
  withCut,
  withoutCut,
  type Marks,
} from './edition-draft.ts';
import type { Preview } from './use-preview.ts';

const US_PER_S = 1e6;

/** What the panels and the keyboard of the editor do. */
export interface EditorDesk {
  readonly edition: Edition;
  readonly marks: Marks;
  readonly isChanged: boolean;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** What was done last, for the live region. */
  readonly said: string;
  readonly positionS: number;
  change(edition: Edition): void;
  undo(): void;
  redo(): void;
  reset(edition: Edition): void;
  mark(side: 'inS' | 'outS'): void;
  cut(): void;
  restore(range: EditionRange): void;
  seek(positionS: number): void;
  say(text: string): void;
  /** An instant of the session as the editor's clock shows it. */
  clock(sessionUs: number): string;
}

/** @param saved the edition that is published. */
export function useEditor(saved: Edition, preview: Preview): EditorDesk {
  const t = useText(editorText);
  const [history, step] = useReducer(stepDraft, saved, draftOf);
  const [marks, setMarks] = useState(NO_MARKS);
  const [said, say] = useState('');
  const { playback, state, timeline } = preview;
  const positionS = state?.positionS ?? 0;
  const edition = history.present;
  const isChanged = !isSameEdition(edition, saved);
  useLeaveWarning(isChanged);
  const clock = (sessionUs: number): string => duration(timeline.toPlayS(sessionUs / US_PER_S) * 1000);
  const span = (range: EditionRange) => ({
    from: clock(range.fromUs),
    to: clock(range.toUs),
    length: duration((timeline.toPlayS(range.toUs / US_PER_S) - timeline.toPlayS(range.fromUs / US_PER_S)) * 1000),
  });
  return {
    ...{ edition, marks, isChanged, said, positionS, say, clock },
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    change: (changed) => step({ type: 'change', edition: changed }),
    undo: () => {
      step({ type: 'undo' });
      say(t('saidUndone'));
    },
    redo: () => {
      step({ type: 'redo' });
      say(t('saidRedone'));
    },
    reset: (other) => {
      step({ type: 'reset', edition: other });
      setMarks(NO_MARKS);
    },
    mark: (side) => {
      setMarks({ ...marks, [side]: timeline.toSessionS(positionS) });
      say(t(side === 'inS' ? 'saidIn' : 'saidOut', { at: duration(positionS * 1000) }));
    },
    cut: () => {
      const range = markedRange(marks, timeline.sessionEndS);
      if (typeof range === 'string') return say(t(range === 'nothing' ? 'nothingMarked' : 'emptyMark'));
      step({ type: 'change', edition: withCut(edition, range) });
      setMarks(NO_MARKS);
      return say(t('saidCut', span(range)));
    },
    restore: (range) => {
      step({ type: 'change', edition: withoutCut(edition, range) });
      say(t('saidRestored', span(range)));
    },
    seek: (toS) => playback?.seek(Math.max(0, Math.min(toS, timeline.durationS))),
  };
}

function useLeaveWarning(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isOn]);
}
