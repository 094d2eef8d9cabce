import { useMutation } from '@tanstack/react-query';
import { useId } from 'react';
import { RecordingVisibility, type RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { callApi } from '../../api/api.ts';
import { publishingText } from '../../messages/publishing.ts';
import { useText } from '../../text/text.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Banner, FailureBanner } from '../../ui/panels.tsx';
import { Choice } from './choice.tsx';
import { CopiesSection } from './copies-section.tsx';
import type { RecordingDialogProps } from './details-dialog.tsx';
import { LinksSection } from './links-section.tsx';
import { useRecordingChanged } from './recording-orders.ts';
import styles from './recording-dialogs.module.css';

interface Offer {
  readonly value: RecordingVisibility;
  readonly label: string;
  readonly hint: string;
}

function useChoices({ originSchoolName }: RecordingSummary): readonly Offer[] {
  const t = useText(publishingText);
  if (originSchoolName !== null) {
    return (['lesson', 'school'] as const).map((value) => ({
      value,
      label: t(`copy_${value}`),
      hint: t(`copy_${value}Hint`),
    }));
  }
  return RecordingVisibility.options.map((value) => ({
    value,
    label: t(`visibility_${value}`),
    hint: t(`visibility_${value}Hint`),
  }));
}

/** Each choice takes effect at once: there is nothing to forget to save. */
function VisibilitySection({ recording }: { readonly recording: RecordingSummary }) {
  const t = useText(publishingText);
  const name = useId();
  const choices = useChoices(recording);
  const { recordingId, visibility, allowsDownload } = recording;
  const changed = useRecordingChanged(recordingId);
  const change = useMutation({
    mutationFn: (body: { readonly visibility?: RecordingVisibility; readonly allowsDownload?: boolean }) =>
      callApi('changeRecording', { params: { recordingId }, body }),
    onSettled: (summary) => changed(summary),
  });
  const pending = change.isPending ? change.variables : {};
  const chosen = pending.visibility ?? visibility;
  return (
    <fieldset className={styles.section}>
      <legend>{t('sharing')}</legend>
      <div className={styles.choices}>
        {choices.map(({ value, label, hint }) => (
          <Choice
            key={value}
            type="radio"
            name={name}
            value={value}
            label={label}
            hint={hint}
            checked={chosen === value}
            onChange={() => change.mutate({ visibility: value })}
            data-testid={`visibility-${value}`}
          />
        ))}
        <Choice
          type="checkbox"
          label={t('allowDownload')}
          checked={pending.allowsDownload ?? allowsDownload}
          onChange={(event) => change.mutate({ allowsDownload: event.target.checked })}
        />
      </div>
      {change.isError && <FailureBanner error={change.error} />}
    </fieldset>
  );
}

export function SharingDialog({ recording, onClose, dark = false }: RecordingDialogProps) {
  const t = useText(publishingText);
  const isOwn = recording.originSchoolName === null;
  return (
    <Dialog open onClose={onClose} title={recording.title} dark={dark}>
      {!recording.isPublished && <Banner tone="calm">{t('draftSharing')}</Banner>}
      <div className={styles.form} data-testid="sharing">
        <VisibilitySection recording={recording} />
        {isOwn && <LinksSection recording={recording} />}
        {isOwn && <CopiesSection recording={recording} />}
      </div>
    </Dialog>
  );
}
