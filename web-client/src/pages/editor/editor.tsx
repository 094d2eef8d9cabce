import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Edition, EditorFacts } from '../../../../signaling/protocol/edition.ts';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import { editorText } from '../../messages/editor.ts';
import { useText } from '../../text/text.ts';
import { ChapterPanel } from './chapter-panel.tsx';
import { CutList } from './cut-list.tsx';
import { CutTools } from './cut-tools.tsx';
import { factsQuery, type OpenedEditor } from './editor-query.ts';
import { HistoryPanel } from './history-panel.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { PreviewStage } from './preview-stage.tsx';
import { SaveBar } from './save-bar.tsx';
import { Timeline } from './timeline.tsx';
import { useEditorKeys } from './use-editor-keys.ts';
import { useEditor, type EditorDesk } from './use-editor.ts';
import { useCutSkipping, usePreview, type Preview } from './use-preview.ts';
import styles from './editor.module.css';

/** The edition that is published now. */
export interface Saved {
  readonly recordingId: RecordingId;
  readonly version: number;
  readonly edition: Edition;
}

const SECTIONS = ['cuts', 'people', 'chapters', 'history'] as const;
type Section = (typeof SECTIONS)[number];

const KEYS = [
  ['Space', 'key_play'],
  ['I / O', 'key_marks'],
  ['X', 'key_cut'],
  ['← / →', 'key_arrows'],
  ['Ctrl+Z / Ctrl+Shift+Z', 'key_undo'],
] as const;

function Keys() {
  const t = useText(editorText);
  return (
    <details className={styles.keys}>
      <summary>{t('keys')}</summary>
      <dl>
        {KEYS.map(([key, words]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

interface SideProps {
  readonly opened: OpenedEditor;
  readonly desk: EditorDesk;
  readonly preview: Preview;
  readonly facts: EditorFacts | null;
  readonly saved: Saved;
  readonly onSaved: (saved: Saved) => void;
}

/** What is cut, who is published, chapters and what was before; and saving it. */
function Side({ opened, desk, preview, facts, saved, onSaved }: SideProps) {
  const t = useText(editorText);
  const client = useQueryClient();
  const [section, setSection] = useState<Section>('cuts');
  const { recordingId } = saved;
  const cuts = desk.edition.leftOut.length;
  return (
    <aside className={styles.side}>
      <div className={styles.tabs} role="tablist" aria-label={t('title')}>
        {SECTIONS.map((each) => (
          <button
            key={each}
            type="button"
            role="tab"
            id={`editor-tab-${each}`}
            aria-selected={section === each}
            aria-controls="editor-panel"
            onClick={() => setSection(each)}
            data-testid={`editor-tab-${each}`}
          >
            {each === 'cuts' && cuts > 0 ? t('cutsN', { n: cuts }) : t(each)}
          </button>
        ))}
      </div>
      <div id="editor-panel" role="tabpanel" aria-labelledby={`editor-tab-${section}`}>
        {section === 'cuts' && <CutList desk={desk} preview={preview} />}
        {section === 'people' && <PeoplePanel desk={desk} view={opened.view} />}
        {section === 'chapters' && <ChapterPanel desk={desk} preview={preview} facts={facts} />}
        {section === 'history' && <HistoryPanel desk={desk} recordingId={recordingId} version={saved.version} />}
      </div>
      <SaveBar
        desk={desk}
        saved={saved}
        onSaved={onSaved}
        onTakeTheirs={() => void client.resetQueries({ queryKey: ['editor', recordingId] })}
      />
    </aside>
  );
}

export function Editor({ opened }: { readonly opened: OpenedEditor }) {
  const t = useText(editorText);
  const { view, index, source } = opened;
  const { recordingId } = view.recording;
  const [saved, setSaved] = useState<Saved>({ recordingId, version: view.version, edition: view.edition });
  const [skipsCuts, setSkipsCuts] = useState(true);
  const facts = useQuery(factsQuery(recordingId)).data ?? null;
  const preview = usePreview(source, index);
  const desk = useEditor(saved.edition, preview);
  useCutSkipping(preview, desk.edition, skipsCuts);
  useEditorKeys(desk, preview);
  return (
    <div className={styles.editor} data-testid="editor">
      <div className={styles.main}>
        <PreviewStage preview={preview} index={index} tracks={view.tracks} edition={desk.edition} />
        <label className={styles.skips}>
          <input type="checkbox" checked={skipsCuts} onChange={(event) => setSkipsCuts(event.target.checked)} />
          {t('skipsCuts')}
        </label>
        <Timeline desk={desk} preview={preview} index={index} thumbnails={view.thumbnails} facts={facts} />
        <CutTools desk={desk} preview={preview} />
        <p className={styles.hint}>
          {t('nonDestructive')} {desk.edition.people !== 'everyone' && t('soundHint')}
        </p>
        <Keys />
      </div>
      <Side opened={opened} desk={desk} preview={preview} facts={facts} saved={saved} onSaved={setSaved} />
      <output className="visually-hidden" aria-live="polite">
        {desk.said}
      </output>
    </div>
  );
}
