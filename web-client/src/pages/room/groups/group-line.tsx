import { Component, LogOut } from 'lucide-react';
import { joinsGroups } from '../../../../../signaling/protocol/groups.ts';
import { isTeacherSeat } from '../../../../../signaling/protocol/seats.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { groupText } from '../../../messages/groups.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { useCall } from '../call-context.ts';
import { GroupsLeft, hasEnd } from './groups-left.tsx';
import styles from './groups.module.css';

/** Where one is while groups run, for how long, and who hears it: on a line of its own, so that it hides nothing. */
export function GroupLine({ state, isLarge = false }: { readonly state: InsideState; readonly isLarge?: boolean }) {
  const t = useText(groupText);
  const { actions } = useCall();
  const { groups, self } = state;
  if (groups === null) return null;
  const isTeacher = isTeacherSeat(self.seat);
  return (
    <div
      className={[styles.line, isLarge ? styles.large : ''].join(' ')}
      data-testid="group-line"
      data-group={self.group ?? 'none'}
    >
      <Component aria-hidden />
      <strong>
        <Place group={self.group} isTeacher={isTeacher} />
        {hasEnd(groups) && (
          <>
            {' · '}
            <GroupsLeft endsAtMs={groups.endsAtMs} clockOffsetMs={state.clockOffsetMs} />
          </>
        )}
      </strong>
      <Hint group={self.group} isPupil={joinsGroups(self.seat)} />
      {isTeacher && self.group !== null && (
        <Button icon={LogOut} onClick={() => void actions.groups.visit(null)} data-testid="leave-group">
          {t('backToAll')}
        </Button>
      )}
    </div>
  );
}

function Place({ group, isTeacher }: { readonly group: number | null; readonly isTeacher: boolean }) {
  const t = useText(groupText);
  if (group === null) return t('outside');
  return t(isTeacher ? 'visiting' : 'groupN', { n: group });
}

function Hint({ group, isPupil }: { readonly group: number | null; readonly isPupil: boolean }) {
  const t = useText(groupText);
  const words = group === null ? [isPupil ? t('outsideHint') : ''] : [t('onlyGroup'), t('notRecorded')];
  return <span className={styles.hint}>{words.join(' ')}</span>;
}
