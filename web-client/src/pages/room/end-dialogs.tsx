import { useState } from 'react';
import { isMicro } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import { microText } from '../../messages/micro-lesson.ts';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useNow } from '../../ui/use-now.ts';
import { useCall } from './call-context.ts';
import { recordedMs } from './micro/recorded-time.ts';
import styles from './live-room.module.css';

const SECOND_MS = 1_000;

function useEndWords(state: InsideState) {
  const t = useText(roomText);
  const micro = useText(microText);
  const nowMs = useNow(SECOND_MS);
  if (!isMicro(state)) return { title: t('endTitle'), body: t('endBody'), yes: t('endYes'), no: t('endNo') };
  const doneMs = recordedMs(state.takes, nowMs + state.clockOffsetMs);
  const body = doneMs === 0 ? micro('endNothing') : micro('endBody', { time: duration(doneMs) });
  return { title: micro('endTitle'), body, yes: micro('endYes'), no: micro('endNo') };
}

interface DialogProps {
  readonly state: InsideState;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

interface EndDialogProps extends DialogProps {
  /** Else it lies over a light page, as the phone's is. */
  readonly isOnStage?: boolean;
}

export function EndDialog({ state, isOpen, onClose, isOnStage = true }: EndDialogProps) {
  const words = useEndWords(state);
  const { actions } = useCall();
  const [isBusy, setBusy] = useState(false);
  const end = async (): Promise<void> => {
    setBusy(true);
    await actions.endLesson();
    setBusy(false);
    onClose();
  };
  return (
    <Dialog open={isOpen} onClose={onClose} title={words.title} description={words.body} dark={isOnStage}>
      <div className={styles.choices}>
        <Button look="danger" busy={isBusy} onClick={() => void end()} data-testid="end-confirm">
          {words.yes}
        </Button>
        <Button onClick={onClose}>{words.no}</Button>
      </div>
    </Dialog>
  );
}

export function LeaveDialog({ state, isOpen, onClose, onEnd }: DialogProps & { readonly onEnd: () => void }) {
  const t = useText(roomText);
  const micro = useText(microText);
  const call = useCall();
  const words = isMicro(state)
    ? { title: micro('leaveTitle'), body: micro('leaveBody'), end: micro('finish'), leave: micro('leaveOnly') }
    : { title: t('leaveTitle'), body: t('leaveBody'), end: t('endForAll'), leave: t('leave') };
  return (
    <Dialog open={isOpen} onClose={onClose} title={words.title} description={words.body} dark>
      <div className={styles.choices}>
        <Button look="danger" onClick={onEnd} data-testid="leave-end">
          {words.end}
        </Button>
        <Button onClick={() => void call.leave()} data-testid="leave-only">
          {words.leave}
        </Button>
      </div>
    </Dialog>
  );
}
