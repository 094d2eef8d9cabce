import { Menu } from '@base-ui/react/menu';
import { useMutation } from '@tanstack/react-query';
import { CircleAlert, Clapperboard, X } from 'lucide-react';
import { useState } from 'react';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { callApi } from '../../api/api.ts';
import { libraryText } from '../../messages/library.ts';
import { useText } from '../../text/text.ts';
import { FailureBanner } from '../../ui/panels.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import { failureWords, phaseHint, phaseWord } from '../library/recording-words.ts';
import { useRecordingChanged } from '../recording/recording-orders.ts';
import bar from './control-bar.module.css';
import styles from './player.module.css';

interface ProductionProps {
  readonly recording: RecordingSummary;
}

function useOrder(recordingId: RecordingSummary['recordingId']) {
  const changed = useRecordingChanged(recordingId);
  return useMutation({
    mutationFn: (name: 'retryProduction' | 'cancelProduction') => callApi(name, { params: { recordingId } }),
    onSettled: (summary) => changed(summary),
  });
}

/** Compose, or stop composing; the menu stays open, since it tells what comes of that. */
export function ProductionItem({ recording }: ProductionProps) {
  const t = useText(libraryText);
  const { recordingId, phase } = recording;
  const order = useOrder(recordingId);
  if (phase === 'recording' || phase === 'finishing') return null;
  const isProducing = phase === 'producing';
  return (
    <>
      <Menu.Item
        className={bar.item}
        closeOnClick={false}
        disabled={order.isPending}
        onClick={() => order.mutate(isProducing ? 'cancelProduction' : 'retryProduction')}
        data-testid={isProducing ? 'cancel-production' : 'retry-production'}
      >
        {isProducing ? <X aria-hidden /> : <Clapperboard aria-hidden />}
        {t(isProducing ? 'cancelProduction' : phase === 'playable' ? 'compose' : 'retryProduction')}
      </Menu.Item>
      {order.isError && <FailureBanner error={order.error} />}
    </>
  );
}

/** How far the film is, and how long it will still take; why there is none. */
export function ProductionState({ recording }: ProductionProps) {
  const t = useText(libraryText);
  const { phase, progress } = recording;
  if (phase !== 'producing' && phase !== 'failed') return null;
  const hint = phaseHint(t, recording);
  return (
    <div className={styles.production} data-testid="player-production" data-phase={phase}>
      <span className="tabular">{phaseWord(t, recording)}</span>
      {hint !== null && <span className={styles.productionHint}>{hint}</span>}
      {phase === 'producing' && <ProgressBar label={t('progress')} value={progress} />}
    </div>
  );
}

/** For those who can do something about it: composing failed, why, and once more. */
export function ProductionFailedNote({ recording }: ProductionProps) {
  const t = useText(libraryText);
  const [isHidden, setHidden] = useState(false);
  const order = useOrder(recording.recordingId);
  if (recording.phase !== 'failed' || !recording.mayProduce || isHidden) return null;
  return (
    <output className={styles.note} data-testid="player-production-failed">
      <CircleAlert aria-hidden />
      <span>
        {t('phase_failed')} · {failureWords(t, recording.failure ?? 'unknown')}
      </span>
      <button type="button" disabled={order.isPending} onClick={() => order.mutate('retryProduction')}>
        {t('retryProduction')}
      </button>
      {order.isError && <FailureBanner error={order.error} />}
      <button type="button" aria-label={t('hide')} className={styles.iconButton} onClick={() => setHidden(true)}>
        <X aria-hidden />
      </button>
    </output>
  );
}
