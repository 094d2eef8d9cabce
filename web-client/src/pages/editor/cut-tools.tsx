import { ChevronLeft, ChevronRight, Redo2, Scissors, SkipBack, SkipForward, Undo2 } from 'lucide-react';
import { editorText } from '../../messages/editor.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { markedRange } from './edition-draft.ts';
import type { EditorDesk } from './use-editor.ts';
import type { Preview } from './use-preview.ts';
import styles from './editor.module.css';

/** Marking and cutting, with what is marked now in words. */
export function CutTools({ desk, preview }: { readonly desk: EditorDesk; readonly preview: Preview }) {
  const t = useText(editorText);
  const { timeline } = preview;
  const { marks, positionS } = desk;
  const range = markedRange(marks, timeline.sessionEndS);
  const shown = (sessionS: number): string => duration(timeline.toPlayS(sessionS) * 1000);
  return (
    <div className={styles.tools}>
      <div className={styles.toolRow}>
        <Button
          icon={ChevronLeft}
          aria-label={t('back1')}
          title={t('back1')}
          onClick={() => desk.seek(positionS - 1)}
        />
        <Button
          icon={ChevronRight}
          aria-label={t('forward1')}
          title={t('forward1')}
          onClick={() => desk.seek(positionS + 1)}
        />
        <Button icon={SkipBack} title={t('markInLong')} onClick={() => desk.mark('inS')} data-testid="editor-in">
          {t('markIn')}
        </Button>
        <Button icon={SkipForward} title={t('markOutLong')} onClick={() => desk.mark('outS')} data-testid="editor-out">
          {t('markOut')}
        </Button>
        <Button
          look="danger"
          icon={Scissors}
          title={t('cutLong')}
          disabled={typeof range === 'string'}
          onClick={() => desk.cut()}
          data-testid="editor-cut-button"
        >
          {t('cut')}
        </Button>
        <Button icon={Undo2} disabled={!desk.canUndo} onClick={() => desk.undo()} data-testid="editor-undo">
          {t('undo')}
        </Button>
        <Button icon={Redo2} disabled={!desk.canRedo} onClick={() => desk.redo()} data-testid="editor-redo">
          {t('redo')}
        </Button>
      </div>
      <p className={styles.hint} data-testid="editor-hint">
        {range === 'nothing'
          ? t('markFirst')
          : range === 'empty'
            ? t('emptyMark')
            : t('marked', { from: shown(range.fromUs / 1e6), to: shown(range.toUs / 1e6) })}
      </p>
    </div>
  );
}
