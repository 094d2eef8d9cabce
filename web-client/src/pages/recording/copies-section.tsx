import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Gift } from 'lucide-react';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import type { CopyTarget } from '../../../../signaling/protocol/rest/publishing.ts';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { callApi } from '../../api/api.ts';
import { publishingText } from '../../messages/publishing.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { FailureBanner, Skeleton } from '../../ui/panels.tsx';
import styles from './recording-dialogs.module.css';

const ROW_HEIGHT = 44;

const keyOf = (recordingId: RecordingId) => ['recording-copies', recordingId];

interface LineProps {
  readonly recordingId: RecordingId;
  readonly target: CopyTarget;
  readonly mayGive: boolean;
}

function SchoolLine({ recordingId, target, mayGive }: LineProps) {
  const t = useText(publishingText);
  const client = useQueryClient();
  const { schoolId, schoolName, copiedAtMs } = target;
  const give = useMutation({
    mutationFn: () => callApi('copyRecording', { params: { recordingId }, body: { schoolId } }),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(recordingId) }),
  });
  return (
    <li className={styles.line} data-testid="copy-target">
      <div>
        <strong>{schoolName}</strong>
        {copiedAtMs !== null && <span className={styles.soft}>{t('given')}</span>}
        {give.isError && <FailureBanner error={give.error} />}
      </div>
      {copiedAtMs === null && mayGive && (
        <Button
          icon={Gift}
          busy={give.isPending}
          aria-label={t('giveTo', { school: schoolName })}
          onClick={() => give.mutate()}
          data-testid="give-copy"
        >
          {t('give')}
        </Button>
      )}
    </li>
  );
}

export function CopiesSection({ recording }: { readonly recording: RecordingSummary }) {
  const t = useText(publishingText);
  const { recordingId, phase, isPublished } = recording;
  const known = useQuery({
    queryKey: keyOf(recordingId),
    queryFn: ({ signal }) => callApi('listRecordingCopies', { params: { recordingId } }, signal),
  });
  const mayGive = isPublished && phase !== 'recording' && phase !== 'finishing';
  return (
    <section className={styles.section} aria-labelledby="copies-title">
      <h3 id="copies-title">{t('copies')}</h3>
      <p className={styles.soft}>{t(known.data?.schools.length === 0 ? 'noPartners' : 'copiesHint')}</p>
      {known.isPending && <Skeleton height={ROW_HEIGHT} />}
      {known.isError && <FailureBanner error={known.error} />}
      {known.data !== undefined && known.data.schools.length > 0 && (
        <ul className={styles.list}>
          {known.data.schools.map((target) => (
            <SchoolLine key={target.schoolId} {...{ recordingId, target, mayGive }} />
          ))}
        </ul>
      )}
    </section>
  );
}
