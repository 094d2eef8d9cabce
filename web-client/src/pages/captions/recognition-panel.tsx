import { useMutation, useQueryClient } from '@tanstack/react-query';
import { AudioLines, X } from 'lucide-react';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import type { Recognition } from '../../../../signaling/protocol/rest/captions.ts';
import { callApi } from '../../api/api.ts';
import { captionsText } from '../../messages/captions.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner, FailureBanner } from '../../ui/panels.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import { languageName, type CaptionList } from '../player/captions-query.ts';
import styles from './captions-page.module.css';

interface RowProps {
  readonly recordingId: RecordingId;
  readonly language: string;
  readonly current: Recognition | undefined;
}

function State({ current }: Pick<RowProps, 'current'>) {
  const t = useText(captionsText);
  if (current === undefined) return null;
  if (current.state === 'failed') {
    return (
      <Banner tone={current.failure === 'cancelled' ? 'calm' : 'warn'}>
        {t(`failure_${current.failure}`, { detail: current.detail ?? '' })}
      </Banner>
    );
  }
  if (current.state === 'waiting') return <p className={styles.hint}>{t('recognitionWaiting')}</p>;
  return (
    <div className={styles.running}>
      <span>{t('recognitionRunning')}</span>
      <ProgressBar label={t('recognitionRunning')} value={current.fraction} />
    </div>
  );
}

function Row({ recordingId, language, current }: RowProps) {
  const t = useText(captionsText);
  const page = useLanguage();
  const client = useQueryClient();
  const order = useMutation({
    mutationFn: (name: 'recogniseCaptions' | 'cancelRecognition') =>
      callApi(name, { params: { recordingId, language } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['captions', recordingId] }),
  });
  const isUnderWay = current !== undefined && current.state !== 'failed';
  return (
    <div className={styles.recognition} data-testid={`recognition-${language}`}>
      <State current={current} />
      {order.isError && <FailureBanner error={order.error} />}
      {isUnderWay ? (
        <Button
          icon={X}
          busy={order.isPending}
          onClick={() => order.mutate('cancelRecognition')}
          data-testid={`recognition-cancel-${language}`}
        >
          {t('recognitionCancel')}
        </Button>
      ) : (
        <Button
          icon={AudioLines}
          busy={order.isPending}
          onClick={() => order.mutate('recogniseCaptions')}
          data-testid={`recognise-${language}`}
        >
          {t('recognise', { language: languageName(language, page) })}
        </Button>
      )}
    </div>
  );
}

/** Only where a recorder can do it. */
export function RecognitionPanel({
  recordingId,
  recognition,
}: {
  readonly recordingId: RecordingId;
  readonly recognition: NonNullable<CaptionList['recognition']>;
}) {
  const t = useText(captionsText);
  return (
    <section className={styles.section} aria-labelledby="recognition-title">
      <h2 id="recognition-title">{t('recognitionTitle')}</h2>
      <p className={styles.hint}>{t('recognitionHint')}</p>
      {recognition.languages.map((language) => (
        <Row
          key={language}
          {...{ recordingId, language }}
          current={recognition.current.find((one) => one.language === language)}
        />
      ))}
    </section>
  );
}
