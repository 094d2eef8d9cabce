import { useQuery } from '@tanstack/react-query';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import { editorText } from '../../messages/editor.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { dayAndTime } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { FailurePanel, Skeleton } from '../../ui/panels.tsx';
import { historyQuery } from './editor-query.ts';
import type { EditorDesk } from './use-editor.ts';
import styles from './side-panels.module.css';

/** Every edition that was published; one of them can be taken up again. */
export function HistoryPanel(props: {
  readonly desk: EditorDesk;
  readonly recordingId: RecordingId;
  readonly version: number;
}) {
  const t = useText(editorText);
  const language = useLanguage();
  const history = useQuery(historyQuery(props.recordingId));
  if (history.isError) return <FailurePanel error={history.error} onRetry={() => void history.refetch()} />;
  if (history.data === undefined) return <Skeleton height={160} />;
  return (
    <ol className={[styles.panel, styles.list].join(' ')}>
      {history.data.editions.map(({ version, edition, savedByName, savedAtMs }) => (
        <li key={version} data-testid="editor-version">
          <div className={styles.goTo}>
            <strong>{version === 0 ? t('firstVersion') : t('version', { n: version })}</strong>
            <span>
              {savedByName ?? t('bySchool')} · {dayAndTime(savedAtMs, language)}
            </span>
            <span>
              {t('versionCuts', { n: edition.leftOut.length })} · {t(edition.people)}
            </span>
          </div>
          {version === props.version ? (
            <span className={styles.now}>{t('current')}</span>
          ) : (
            <Button
              aria-label={t('loadVersionN', { n: version })}
              onClick={() => {
                props.desk.change(edition);
                props.desk.say(t('loaded', { n: version }));
              }}
              data-testid="editor-load"
            >
              {t('loadVersion')}
            </Button>
          )}
        </li>
      ))}
    </ol>
  );
}
