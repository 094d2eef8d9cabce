import { Plus, RotateCcw, Trash2 } from 'lucide-react';
import type { EditionChapter, EditorFacts } from '../../../../signaling/protocol/edition.ts';
import { editorText } from '../../messages/editor.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { EditableText } from '../desk/editable-text.tsx';
import type { EditorDesk } from './use-editor.ts';
import type { Preview } from './use-preview.ts';
import styles from './side-panels.module.css';

const US_PER_S = 1e6;

interface ChapterProps {
  readonly desk: EditorDesk;
  readonly preview: Preview;
  readonly facts: EditorFacts | null;
}

/** Chapters as they follow from the lesson, until somebody writes them. */
export function ChapterPanel({ desk, preview, facts }: ChapterProps) {
  const t = useText(editorText);
  const { edition, positionS } = desk;
  const { timeline } = preview;
  const isAutomatic = edition.chapters === null;
  const chapters: readonly EditionChapter[] = edition.chapters ?? facts?.chapters ?? [];
  const write = (changed: readonly EditionChapter[]): void => desk.change({ ...edition, chapters: [...changed] });
  const add = (): void => {
    const atUs = Math.round(timeline.toSessionS(positionS) * US_PER_S);
    write([...chapters.filter((chapter) => chapter.atUs !== atUs), { atUs, title: t('newChapter') }]);
  };
  return (
    <div className={styles.panel}>
      {isAutomatic && <p className={styles.hint}>{t('chaptersAutomatic')}</p>}
      {chapters.length === 0 && !isAutomatic && <p className={styles.hint}>{t('noChapters')}</p>}
      <ol className={styles.list}>
        {chapters.map((chapter) => (
          <li key={`${chapter.atUs} ${chapter.title}`} data-testid="editor-chapter">
            <button
              type="button"
              className={styles.goTo}
              onClick={() => desk.seek(timeline.toPlayS(chapter.atUs / US_PER_S))}
            >
              <span className="tabular">{desk.clock(chapter.atUs)}</span>
            </button>
            <EditableText
              value={chapter.title}
              label={t('chapterName', { at: desk.clock(chapter.atUs) })}
              onSave={async (title) =>
                write(chapters.map((each) => (each === chapter ? { ...each, title: title.slice(0, 80) } : each)))
              }
            />
            <Button
              look="plain"
              icon={Trash2}
              aria-label={t('removeChapter', { title: chapter.title })}
              onClick={() => write(chapters.filter((each) => each !== chapter))}
            />
          </li>
        ))}
      </ol>
      <div className={styles.actions}>
        <Button icon={Plus} onClick={add} data-testid="editor-add-chapter">
          {t('addChapter', { at: duration(positionS * 1000) })}
        </Button>
        {!isAutomatic && (
          <Button look="plain" icon={RotateCcw} onClick={() => desk.change({ ...edition, chapters: null })}>
            {t('automaticAgain')}
          </Button>
        )}
      </div>
    </div>
  );
}
