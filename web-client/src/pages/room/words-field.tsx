import { drawnWords } from '../../../../signaling/protocol/ink-words.ts';
import { INK_MAX_TEXT } from '../../../../signaling/protocol/ink.ts';
import type { ShownPage } from '../../../../signaling/protocol/pages.ts';
import { coursewareText } from '../../messages/courseware.ts';
import { useText } from '../../text/text.ts';
import type { TypedWords } from './use-typed-words.ts';
import { isComposing } from '../../ui/is-composing.ts';
import styles from './ink-layer.module.css';

interface WordsFieldProps {
  readonly words: TypedWords;
  readonly size: ShownPage['size'];
}

/** Words being typed on a page: Enter or leaving it puts them there, Shift+Enter begins a line, Escape gives them up, Alt and an arrow moves them. */
export function WordsField({ words, size }: WordsFieldProps) {
  const t = useText(coursewareText);
  const { field, attach, type, finish, giveUp, moveByKey } = words;
  if (field === null) return null;
  const { style, text, point, cameFrom } = field;
  // Not when the field is left: whoever leaves it is on the way to somewhere else.
  const goBackAfter = (end: () => void): void => {
    end();
    cameFrom?.focus();
  };
  return (
    <textarea
      className={styles.words}
      style={style}
      rows={drawnWords({ text, points: point }, size).lines.length}
      maxLength={INK_MAX_TEXT}
      enterKeyHint="done"
      aria-label={t('words')}
      placeholder={cameFrom === null ? t('wordsHint') : t('wordsHintKeys')}
      value={text}
      ref={attach}
      onChange={(event) => type(event.currentTarget.value)}
      onBlur={(event) => {
        // Who looks into another window for a moment has not finished.
        if (document.activeElement !== event.currentTarget) finish();
      }}
      onKeyDown={(event) => {
        if (isComposing(event.nativeEvent)) return;
        if (event.altKey && moveByKey(event.key)) event.stopPropagation();
        else if (event.key === 'Escape') goBackAfter(giveUp);
        else if (event.key === 'Enter' && !event.shiftKey) goBackAfter(finish);
        else return;
        event.preventDefault();
      }}
      data-testid="ink-words"
    />
  );
}
