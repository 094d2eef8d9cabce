import type { ReactNode } from 'react';
import type { SeatId } from '../../../../../signaling/protocol/ids.ts';
import type { Participant } from '../../../../../signaling/protocol/room.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { groupText } from '../../../messages/groups.ts';
import { useText } from '../../../text/text.ts';
import { MemberChip, SEAT_TYPE } from './member-chip.tsx';
import { useDrop } from './use-drop.ts';
import styles from './groups.module.css';

export interface GroupCardsProps {
  readonly state: InsideState;
  readonly count: number;
  readonly people: readonly Participant[];
  readonly groupOf: (participant: Participant) => number | null;
  readonly onMove: (seatId: SeatId, group: number | null) => void;
  /** What stands beside the name of each group, first group first. */
  readonly asides?: readonly ReactNode[];
}

/** Each group with who is in it, and first of all who is in none. */
export function GroupCards(props: GroupCardsProps) {
  const groups = Array.from({ length: props.count }, (_unused, index) => index + 1);
  const outside = props.people.filter((one) => props.groupOf(one) === null);
  return (
    <ul className={styles.cards}>
      {outside.length > 0 && <GroupCard {...props} group={null} />}
      {groups.map((group) => (
        <GroupCard key={group} {...props} group={group} />
      ))}
    </ul>
  );
}

function GroupCard(props: GroupCardsProps & { readonly group: number | null }) {
  const { state, count, people, groupOf, group, onMove, asides = [] } = props;
  const t = useText(groupText);
  const { ref, isOver } = useDrop<HTMLLIElement>(SEAT_TYPE, (dropped) => {
    const one = people.find(({ seatId }) => seatId === dropped);
    if (one !== undefined && groupOf(one) !== group) onMove(one.seatId, group);
  });
  const members = people.filter((one) => groupOf(one) === group);
  const title = group === null ? t('unplaced') : t('groupN', { n: group });
  const calls = ({ seatId }: Participant): boolean =>
    state.groups !== null && group !== null && state.hands.some((hand) => hand.seatId === seatId);
  return (
    <li
      ref={ref}
      className={styles.card}
      aria-label={title}
      data-over={isOver}
      data-calls={members.some(calls)}
      data-testid={`group-${group ?? 'none'}`}
    >
      <header>
        <h4>
          {title} <span>{t('people', { n: members.length })}</span>
        </h4>
        {group !== null && asides[group - 1]}
      </header>
      <div className={styles.members}>
        {members.map((one) => (
          <MemberChip
            key={one.seatId}
            participant={one}
            calls={calls(one)}
            onMove={(to) => onMove(one.seatId, to)}
            {...{ group, count }}
          />
        ))}
        {members.length === 0 && <p className={styles.soft}>{t('noneInside')}</p>}
      </div>
    </li>
  );
}
