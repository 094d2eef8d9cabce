import { Menu } from '@base-ui/react/menu';
import { ChevronDown, Hand } from 'lucide-react';
import type { Participant } from '../../../../../signaling/protocol/room.ts';
import { groupText } from '../../../messages/groups.ts';
import { useText } from '../../../text/text.ts';
import panel from '../side-panel.module.css';
import { useDrag } from './use-drop.ts';
import styles from './groups.module.css';

/** Of what is dragged; a name from elsewhere means nothing here. */
export const SEAT_TYPE = 'application/x-tongke-seat';

export interface MemberChipProps {
  readonly participant: Participant;
  readonly group: number | null;
  readonly count: number;
  readonly calls: boolean;
  readonly onMove: (group: number | null) => void;
}

/** A name that is dragged into another group, or put there by the menu beside it. */
export function MemberChip({ participant, group, count, calls, onMove }: MemberChipProps) {
  const t = useText(groupText);
  const { seatId, displayName, connected } = participant;
  const ref = useDrag<HTMLDivElement>(SEAT_TYPE, seatId);
  const groups = Array.from({ length: count }, (_unused, index) => index + 1).filter((one) => one !== group);
  return (
    <div
      ref={ref}
      className={styles.chip}
      draggable
      data-calls={calls}
      data-away={!connected}
      data-testid="group-member"
      data-name={displayName}
    >
      {calls && <Hand aria-hidden />}
      <span>{displayName}</span>
      {calls && <span className="visually-hidden">{t('handIn', { name: displayName })}</span>}
      <Menu.Root>
        <Menu.Trigger className={styles.move} aria-label={t('moveOf', { name: displayName })} data-testid="group-move">
          <ChevronDown aria-hidden />
        </Menu.Trigger>
        <Menu.Portal className="stage">
          <Menu.Positioner sideOffset={4} align="end">
            <Menu.Popup className={panel.menu}>
              {groups.map((one) => (
                <Menu.Item key={one} className={panel.item} onClick={() => onMove(one)} data-testid={`move-to-${one}`}>
                  {t('moveTo', { n: one })}
                </Menu.Item>
              ))}
              {group !== null && (
                <Menu.Item className={panel.item} onClick={() => onMove(null)} data-testid="move-out">
                  {t('moveOut')}
                </Menu.Item>
              )}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </div>
  );
}
