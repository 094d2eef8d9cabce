import { useState } from 'react';
import type { ReportTarget } from '../../../../signaling/protocol/class-order.ts';
import { orderText } from '../../messages/class-order.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { useCall } from './call-context.ts';
import styles from './side-panel.module.css';

export interface ReportDialogProps {
  readonly name: string;
  readonly target: ReportTarget;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Tells the teacher, and nobody else, of a message or a person (SPEC Y3). */
export function ReportDialog({ name, target, isOpen, onClose }: ReportDialogProps) {
  const t = useText(orderText);
  const { actions } = useCall();
  const [reason, setReason] = useState('');
  const [state, setState] = useState<'asking' | 'sending' | 'sent'>('asking');
  const send = async (): Promise<void> => {
    setState('sending');
    setState((await actions.tools.report(target, reason.trim())) ? 'sent' : 'asking');
  };
  const title = target.kind === 'message' ? t('reportMessageOf', { name }) : t('reportPerson', { name });
  return (
    <Dialog open={isOpen} onClose={onClose} title={title} description={t('reportBody')} dark>
      {state === 'sent' ? (
        <output data-testid="report-sent">{t('reportSent')}</output>
      ) : (
        <>
          <TextField
            label={t('reportReason')}
            value={reason}
            maxLength={200}
            onChange={(event) => setReason(event.target.value)}
          />
          <div className={styles.choices}>
            <Button look="primary" busy={state === 'sending'} onClick={() => void send()} data-testid="report-confirm">
              {t('reportYes')}
            </Button>
            <Button onClick={onClose}>{t('handOverNo')}</Button>
          </div>
        </>
      )}
    </Dialog>
  );
}
