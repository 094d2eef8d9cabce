import { useState } from 'react';
import type { CallState } from '../../call/room-store.ts';
import type { InsideState } from '../../call/room-state.ts';
import { orderText } from '../../messages/class-order.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import { useCall } from './call-context.ts';
import { isShutByRules } from './own-microphone.ts';
import { TakeOverNote } from './take-over-note.tsx';

/** Somebody else leads one's own lesson (SPEC O8). */
function TakeBack() {
  const t = useText(orderText);
  const { actions } = useCall();
  const [isSeen, setSeen] = useState(false);
  if (isSeen) return null;
  return (
    <Banner tone="calm">
      {t('ledByOther')}{' '}
      <Button onClick={() => void actions.tools.takeOver()} data-testid="take-back">
        {t('takeBack')}
      </Button>{' '}
      <Button look="plain" onClick={() => setSeen(true)}>
        {t('ledByOtherFine')}
      </Button>
    </Banner>
  );
}

/** A teacher has opened what the rules had shut; a microphone that its owner has shut waits for the owner. */
function useOpened(state: InsideState): readonly [boolean, () => void] {
  const isShut = isShutByRules(state);
  const [wasShut, setWasShut] = useState(isShut);
  const [isOpened, setOpened] = useState(false);
  if (wasShut !== isShut) {
    setWasShut(isShut);
    setOpened(!isShut && state.self.onStage && state.tools.order.rules.microphones === 'teachers');
  }
  return [isOpened, () => setOpened(false)];
}

/** What the order of the class means for this seat now. */
export function OrderNotes({ state, call }: { readonly state: InsideState; readonly call: CallState }) {
  const t = useText(orderText);
  const { capture, store } = useCall();
  const [isOpened, dismiss] = useOpened(state);
  const { leadsByTimetable } = state.self;
  const isCoTeacher = state.self.seat === 'coTeacher';
  const isOn = call.media.local.some((one) => one.source === 'microphone' && !one.paused);
  const open = (): void => {
    dismiss();
    void store.act(null, () => capture.setMicrophone(true));
  };
  return (
    <>
      {isCoTeacher && leadsByTimetable && <TakeBack />}
      <TakeOverNote state={state} />
      {isShutByRules(state) && state.self.onStage && (
        <div data-testid="microphone-shut">
          <Banner tone="calm">{t('microphoneShutNote')}</Banner>
        </div>
      )}
      {isOpened && !isOn && (
        <div data-testid="microphone-opened" role="alert">
          <Banner tone="calm">
            {t('microphoneOpened')}{' '}
            <Button look="primary" onClick={open} data-testid="open-own-microphone">
              {t('openOwn')}
            </Button>
          </Banner>
        </div>
      )}
    </>
  );
}
