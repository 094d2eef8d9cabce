import type { Participant } from '../../../../signaling/protocol/room.ts';
import { may } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import { groupText } from '../../messages/groups.ts';
import { panelText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { useCall } from './call-context.ts';
import styles from './side-panel.module.css';

/** Who of a listening classroom wants to speak. */
const speakerOf = (state: InsideState, seatId: string): string | undefined =>
  state.tools.sites.speakers.find((one) => one.seatId === seatId)?.name;

/** On stage, or where the hand is a call from a group, there. */
function AnswerHand({ participant, state }: { readonly participant: Participant; readonly state: InsideState }) {
  const t = useText(panelText);
  const g = useText(groupText);
  const { actions } = useCall();
  const { seatId, seat, group, onStage } = participant;
  if (group === state.self.group) {
    if (onStage || group !== null) return null;
    return (
      <Button look="primary" onClick={() => void actions.inviteToStage(seatId)} data-testid="invite-to-stage">
        {seat === 'site' ? t('callOn') : t('invite')}
      </Button>
    );
  }
  return (
    <Button look="primary" onClick={() => void actions.groups.visit(group)} data-testid="visit-hand">
      {group === null ? g('backToAll') : g('visit')}
    </Button>
  );
}

function RaisedHand(props: {
  readonly order: number;
  readonly seatId: Participant['seatId'];
  readonly state: InsideState;
}) {
  const { order, seatId, state } = props;
  const t = useText(panelText);
  const g = useText(groupText);
  const { actions } = useCall();
  const participant = state.participants.find((one) => one.seatId === seatId);
  const group = participant?.group ?? null;
  return (
    <li className={styles.row} data-testid="hand" data-seat-id={seatId}>
      <span className={styles.order}>{order}</span>
      <div className={styles.who}>
        <strong>{participant?.displayName ?? '…'}</strong>
        <span>
          {group === null ? (speakerOf(state, seatId) ?? participant?.schoolName) : g('groupN', { n: group })}
        </span>
      </div>
      {may(state, 'manageStage') && participant !== undefined && <AnswerHand participant={participant} state={state} />}
      {may(state, 'manageStage') && seatId !== state.self.seatId && (
        <Button look="plain" onClick={() => void actions.lowerHand(seatId)} data-testid="lower-hand">
          {t('lowerHand')}
        </Button>
      )}
    </li>
  );
}

/** Raised hands in their order, with what a teacher answers them with. */
export function HandList({ state }: { readonly state: InsideState }) {
  return (
    <ol>
      {state.hands.map(({ seatId }, index) => (
        <RaisedHand key={seatId} order={index + 1} seatId={seatId} state={state} />
      ))}
    </ol>
  );
}
