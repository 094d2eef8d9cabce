import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { callApi } from '../../api/api.ts';
import { publishingText } from '../../messages/publishing.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import type { RecordingDialogProps } from './details-dialog.tsx';
import { useRecordingChanged } from './recording-orders.ts';
import styles from './recording-dialogs.module.css';

/** Begins a hold, or ends the one there is. */
export function HoldDialog({ recording, onClose, dark = false }: RecordingDialogProps) {
  const t = useText(publishingText);
  const { recordingId, isHeld } = recording;
  const changed = useRecordingChanged(recordingId);
  const [reason, setReason] = useState('');
  const order = useMutation({
    mutationFn: () =>
      isHeld
        ? callApi('releaseRecording', { params: { recordingId } })
        : callApi('holdRecording', { params: { recordingId }, body: { reason } }),
    onSuccess: (summary) => {
      changed(summary);
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    order.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(isHeld ? 'release' : 'holdTitle')}
      description={t(isHeld ? 'releaseBody' : 'holdBody')}
      dark={dark}
    >
      <form className={styles.form} onSubmit={submit}>
        {!isHeld && (
          <TextField
            label={t('holdReason')}
            value={reason}
            maxLength={200}
            required
            hint={t('holdReasonHint')}
            onChange={(event) => setReason(event.target.value)}
            data-testid="hold-reason"
          />
        )}
        {order.isError && <FailureBanner error={order.error} />}
        <div className={styles.actions}>
          <Button
            look="primary"
            type="submit"
            busy={order.isPending}
            disabled={!isHeld && reason.trim() === ''}
            data-testid="hold-confirm"
          >
            {t(isHeld ? 'release' : 'holdConfirm')}
          </Button>
          <Button onClick={onClose}>{t('cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
