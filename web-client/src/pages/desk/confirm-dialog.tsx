import { shellText } from '../../messages/shell.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import desk from './desk.module.css';

export interface ConfirmDialogProps {
  readonly open: boolean;
  readonly title: string;
  readonly body: string;
  readonly confirm: string;
  readonly cancel?: string;
  readonly look?: 'danger' | 'primary';
  readonly busy?: boolean;
  readonly error?: unknown;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** For what cannot be taken back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const shell = useText(shellText);
  return (
    <Dialog open={props.open} onClose={props.onClose} title={props.title} description={props.body}>
      {props.error !== undefined && props.error !== null && <FailureBanner error={props.error} />}
      <div className={desk.actions}>
        <Button
          look={props.look ?? 'danger'}
          busy={props.busy ?? false}
          onClick={props.onConfirm}
          data-testid="confirm"
        >
          {props.confirm}
        </Button>
        <Button onClick={props.onClose}>{props.cancel ?? shell('cancel')}</Button>
      </div>
    </Dialog>
  );
}
