import { Menu } from '@base-ui/react/menu';
import { EllipsisVertical } from 'lucide-react';
import type { Participant } from '../../../../signaling/protocol/room.ts';
import { isTeacherSeat } from '../../../../signaling/protocol/seats.ts';
import { may } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import { panelText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { useCall } from './call-context.ts';
import styles from './side-panel.module.css';

interface Deed {
  readonly id: string;
  readonly label: string;
  readonly run: () => unknown;
}

function useDeeds(participant: Participant, state: InsideState): Deed[] {
  const t = useText(panelText);
  const { actions } = useCall();
  const { seatId, seat, onStage, group } = participant;
  const isTeacher = isTeacherSeat(seat);
  const deeds: (Deed | false)[] = [
    may(state, 'muteOthers') && { id: 'mute', label: t('muteOne'), run: () => actions.muteSeat(seatId) },
    may(state, 'manageStage') &&
      !isTeacher &&
      group === null &&
      !onStage && {
        id: 'invite',
        label: seat === 'site' ? t('callOn') : t('invite'),
        run: () => actions.inviteToStage(seatId),
      },
    may(state, 'manageStage') &&
      onStage && { id: 'take-off', label: t('takeOff'), run: () => actions.removeFromStage(seatId) },
    may(state, 'removeOthers') && { id: 'remove', label: t('remove'), run: () => actions.removeSeat(seatId, false) },
    may(state, 'removeOthers') && {
      id: 'keep-out',
      label: t('removeForGood'),
      run: () => actions.removeSeat(seatId, true),
    },
  ];
  return deeds.filter((deed) => deed !== false);
}

/** What a teacher may do with one person. */
export function ParticipantMenu(props: { readonly participant: Participant; readonly state: InsideState }) {
  const t = useText(panelText);
  const deeds = useDeeds(props.participant, props.state);
  if (deeds.length === 0) return null;
  return (
    <Menu.Root>
      <Menu.Trigger
        className={styles.iconButton}
        aria-label={t('actionsFor', { name: props.participant.displayName })}
        data-testid="participant-menu"
      >
        <EllipsisVertical aria-hidden />
      </Menu.Trigger>
      <Menu.Portal className="stage">
        <Menu.Positioner sideOffset={4} align="end">
          <Menu.Popup className={styles.menu}>
            {deeds.map((deed) => (
              <Menu.Item
                key={deed.id}
                className={styles.item}
                onClick={() => void deed.run()}
                data-testid={`participant-${deed.id}`}
              >
                {deed.label}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
