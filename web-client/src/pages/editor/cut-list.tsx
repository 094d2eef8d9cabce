import { RotateCcw } from 'lucide-react';
import type { Edition } from '../../../../signaling/protocol/edition.ts';
import { editorText } from '../../messages/editor.ts';
import type { SessionTimeline } from '../../player/session-timeline.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import type { EditorDesk } from './use-editor.ts';
import type { Preview } from './use-preview.ts';
import styles from './side-panels.module.css';

const US_PER_S = 1e6;

/** How long the recording is without its cuts. */
export function keptS(edition: Edition, timeline: SessionTimeline): number {
  const cutS = edition.leftOut.reduce(
    (sum, { fromUs, toUs }) => sum + timeline.toPlayS(toUs / US_PER_S) - timeline.toPlayS(fromUs / US_PER_S),
    0,
  );
  return Math.max(0, timeline.durationS - cutS);
}

export function CutList({ desk, preview }: { readonly desk: EditorDesk; readonly preview: Preview }) {
  const t = useText(editorText);
  const { timeline } = preview;
  const { leftOut } = desk.edition;
  const total = duration(timeline.durationS * 1000);
  return (
    <div className={styles.panel}>
      <p className={styles.length} data-testid="editor-length">
        {t('lengthAfter', { length: duration(keptS(desk.edition, timeline) * 1000), total })}
      </p>
      {leftOut.length === 0 && <p className={styles.hint}>{t('noCuts')}</p>}
      <ol className={styles.list}>
        {leftOut.map((range) => {
          const [fromS, toS] = [timeline.toPlayS(range.fromUs / US_PER_S), timeline.toPlayS(range.toUs / US_PER_S)];
          const [from, to] = [duration(fromS * 1000), duration(toS * 1000)];
          return (
            <li key={range.fromUs} data-testid="editor-cut-item">
              <button
                type="button"
                className={styles.goTo}
                aria-label={t('goTo', { at: from })}
                onClick={() => desk.seek(fromS)}
              >
                <strong className="tabular">{t('cutLine', { from, to })}</strong>
                <span className="tabular">{t('cutLength', { length: duration((toS - fromS) * 1000) })}</span>
              </button>
              <Button
                icon={RotateCcw}
                aria-label={t('restoreCut', { from, to })}
                onClick={() => desk.restore(range)}
                data-testid="editor-restore"
              >
                {t('restore')}
              </Button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
