import type { SeatId } from '../../../../../signaling/protocol/ids.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { toolText } from '../../../messages/class-tools.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { useCall } from '../call-context.ts';

/** On stage with one press; not for who is there already or has gone. */
export function InviteButton({ seatId, state }: { readonly seatId: SeatId; readonly state: InsideState }) {
  const t = useText(toolText);
  const { actions } = useCall();
  const known = state.participants.find((one) => one.seatId === seatId);
  if (known?.onStage === true) return null;
  return (
    <Button onClick={() => void actions.inviteToStage(seatId)} data-testid="tool-invite">
      {known?.seat === 'site' ? t('callOn') : t('invite')}
    </Button>
  );
}
