import { Menu } from '@base-ui/react/menu';
import { EllipsisVertical } from 'lucide-react';
import type { SeatId } from '../../../../signaling/protocol/ids.ts';
import type { Participant } from '../../../../signaling/protocol/room.ts';
import { isOfClass, isTeacherSeat } from '../../../../signaling/protocol/seats.ts';
import { useState } from 'react';
import { may } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import { orderText } from '../../messages/class-order.ts';
import { panelText, roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useCall } from './call-context.ts';
import { ReportDialog } from './report-dialog.tsx';
import styles from './side-panel.module.css';

interface Deed {
  readonly id: string;
  readonly label: string;
  readonly run: () => unknown;
}

/** Of whose echo was found (SPEC Z3). */
function useEchoDeed(seatId: SeatId, state: InsideState): Deed | false {
  const t = useText(roomText);
  const { actions } = useCall();
  const echo = state.tools.sound.echoes.find((one) => one.seatId === seatId);
  if (echo === undefined || echo.state === 'letGo') return false;
  const label = t(echo.state === 'ducked' ? 'echoDuckNoMore' : 'echoLetGo');
  return { id: 'let-echo-go', label, run: () => actions.tools.letEchoGo(seatId) };
}

/** Those of the order of the class (SPEC O). */
function useOrderDeeds(
  { seatId, seat, onStage }: Participant,
  state: InsideState,
  open: (dialog: 'handOver' | 'report') => void,
) {
  const order = useText(orderText);
  const { actions } = useCall();
  const { rules, openedSeatIds } = state.tools.order;
  const isShut = rules.microphones === 'teachers' && isOfClass(seat) && !openedSeatIds.includes(seatId);
  const deeds: (Deed | false)[] = [
    may(state, 'keepOrder') &&
      onStage &&
      isShut && {
        id: 'open-microphone',
        label: order('openMicrophone'),
        run: () => actions.tools.openMicrophone(seatId),
      },
    useEchoDeed(seatId, state),
    may(state, 'handOver') &&
      seat === 'coTeacher' && { id: 'hand-over', label: order('handOver'), run: () => open('handOver') },
    may(state, 'handOver') &&
      seat === 'observer' && {
        id: 'appoint',
        label: order('appoint'),
        run: () => actions.tools.appointCoTeacher(seatId),
      },
    { id: 'report', label: order('report'), run: () => open('report') },
  ];
  return deeds.filter((deed) => deed !== false);
}

function useDeeds(participant: Participant, state: InsideState, open: (dialog: 'handOver' | 'report') => void): Deed[] {
  const t = useText(panelText);
  const { actions } = useCall();
  const { seatId, seat, onStage, group } = participant;
  const isTeacher = isTeacherSeat(seat);
  const ofOrder = useOrderDeeds(participant, state, open);
  const deeds: (Deed | false)[] = [
    may(state, 'muteOthers') && { id: 'mute', label: t('muteOne'), run: () => actions.muteSeat(seatId) },
    ...ofOrder,
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

interface HandOverProps {
  readonly name: string;
  readonly seatId: SeatId;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

function HandOverDialog({ name, seatId, isOpen, onClose }: HandOverProps) {
  const t = useText(orderText);
  const { actions } = useCall();
  const handOver = (): void => {
    onClose();
    void actions.tools.handOver(seatId);
  };
  return (
    <Dialog
      open={isOpen}
      onClose={onClose}
      title={t('handOverTitle', { name })}
      description={t('handOverBody', { name })}
      dark
    >
      <div className={styles.choices}>
        <Button look="primary" onClick={handOver} data-testid="hand-over-confirm">
          {t('handOverYes')}
        </Button>
        <Button onClick={onClose}>{t('handOverNo')}</Button>
      </div>
    </Dialog>
  );
}

/** What may be done with one person: teachers keep order, anybody reports. */
export function ParticipantMenu(props: { readonly participant: Participant; readonly state: InsideState }) {
  const t = useText(panelText);
  const [dialog, setDialog] = useState<'handOver' | 'report' | null>(null);
  const { seatId, displayName: name } = props.participant;
  const deeds = useDeeds(props.participant, props.state, setDialog);
  if (deeds.length === 0) return null;
  return (
    <>
      {dialog === 'report' && (
        <ReportDialog name={name} target={{ kind: 'person', seatId }} isOpen onClose={() => setDialog(null)} />
      )}
      <HandOverDialog name={name} seatId={seatId} isOpen={dialog === 'handOver'} onClose={() => setDialog(null)} />
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
    </>
  );
}
