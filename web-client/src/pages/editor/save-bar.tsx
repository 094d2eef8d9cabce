import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Save } from 'lucide-react';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { callApi } from '../../api/api.ts';
import { asFailure } from '../../api/request-failure.ts';
import { editorText } from '../../messages/editor.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner, FailureBanner } from '../../ui/panels.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import { summaryQuery } from '../player/playback-query.ts';
import type { Saved } from './editor.tsx';
import type { EditorDesk } from './use-editor.ts';
import styles from './editor.module.css';

/** What viewers have of what is saved, as it goes on. */
function Progress({ recording }: { readonly recording: RecordingSummary }) {
  const t = useText(editorText);
  const { phase, progress, isPreparing } = recording;
  if (phase === 'recording' || phase === 'finishing') return null;
  const percent = `${Math.floor((progress ?? 0) * 100)}%`;
  return (
    <div className={styles.progress} data-testid="editor-progress">
      {isPreparing ? <Banner tone="calm">{t('preparing')}</Banner> : <Banner tone="good">{t('shown')}</Banner>}
      {phase === 'producing' && (
        <p>
          <span className="tabular">{t('producing', { percent })}</span>
          <ProgressBar label={t('producing', { percent })} value={progress} />
        </p>
      )}
      {phase === 'ready' && <p>{t('filmReady')}</p>}
      {phase === 'failed' && <Banner tone="warn">{t('filmFailed')}</Banner>}
    </div>
  );
}

interface SaveBarProps {
  readonly desk: EditorDesk;
  readonly saved: Saved;
  readonly onSaved: (saved: Saved) => void;
  readonly onTakeTheirs: () => void;
}

export function SaveBar({ desk, saved, onSaved, onTakeTheirs }: SaveBarProps) {
  const t = useText(editorText);
  const client = useQueryClient();
  const { recordingId } = saved;
  const summary = useQuery(summaryQuery(recordingId, true));
  const save = useMutation({
    mutationFn: (basedOn: number) =>
      callApi('saveEdition', { params: { recordingId }, body: { basedOn, edition: desk.edition } }),
    onSuccess: ({ version, edition, recording }) => {
      onSaved({ recordingId, version, edition });
      desk.say(t('saved'));
      client.setQueryData(['recording', recordingId], recording);
      void client.invalidateQueries({ queryKey: ['recording', recordingId] });
      void client.invalidateQueries({ queryKey: ['editions', recordingId] });
      void client.invalidateQueries({ queryKey: ['recordings'] });
    },
  });
  const failure = save.isError ? asFailure(save.error) : null;
  const theirs = failure?.code === 'conflict' ? Number(failure.details['version'] ?? Number.NaN) : Number.NaN;
  return (
    <footer className={styles.saveBar}>
      {Number.isFinite(theirs) ? (
        <div className={styles.conflict}>
          <Banner tone="warn">{t('conflict', { n: theirs })}</Banner>
          <Button onClick={onTakeTheirs}>{t('takeTheirs')}</Button>
          <Button busy={save.isPending} onClick={() => save.mutate(theirs)}>
            {t('keepMine')}
          </Button>
        </div>
      ) : (
        save.isError && <FailureBanner error={save.error} />
      )}
      {summary.data !== undefined && !desk.isChanged && <Progress recording={summary.data} />}
      <div className={styles.actions}>
        {desk.isChanged && <span className={styles.hint}>{t('unsaved')}</span>}
        <Button
          look="primary"
          icon={Save}
          disabled={!desk.isChanged}
          busy={save.isPending}
          onClick={() => save.mutate(saved.version)}
          data-testid="editor-save"
        >
          {t('save')}
        </Button>
      </div>
    </footer>
  );
}
