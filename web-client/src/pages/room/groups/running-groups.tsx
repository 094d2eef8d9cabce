import { DoorOpen, SendHorizontal, Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import type { Groups } from '../../../../../signaling/protocol/groups.ts';
import type { Participant } from '../../../../../signaling/protocol/room.ts';
import { isTeacherSeat } from '../../../../../signaling/protocol/seats.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { groupText } from '../../../messages/groups.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { useCall } from '../call-context.ts';
import tool from '../tools/class-tools.module.css';
import { GroupCards } from './group-cards.tsx';
import { GroupsLeft, hasEnd } from './groups-left.tsx';
import styles from './groups.module.css';

const MINUTE_MS = 60_000;
const MORE_MINUTES = [1, 5] as const;

export interface RunningGroupsProps {
  readonly state: InsideState;
  readonly groups: Groups;
  readonly people: readonly Participant[];
}

function Time({ state, groups }: Pick<RunningGroupsProps, 'state' | 'groups'>) {
  const t = useText(groupText);
  const { actions } = useCall();
  const setEnd = (leftMs: number): void => void actions.groups.setTime(leftMs);
  const leftMs = (): number => (hasEnd(groups) ? Math.max(0, groups.endsAtMs - Date.now() - state.clockOffsetMs) : 0);
  return (
    <>
      <p className={tool.winner}>
        {hasEnd(groups) ? <GroupsLeft endsAtMs={groups.endsAtMs} clockOffsetMs={state.clockOffsetMs} /> : t('running')}
      </p>
      <div className={tool.buttons}>
        {hasEnd(groups) &&
          MORE_MINUTES.map((n) => (
            <Button key={n} onClick={() => setEnd(leftMs() + n * MINUTE_MS)} data-testid={`groups-more-${n}`}>
              {t('moreMinutes', { n })}
            </Button>
          ))}
        <Button onClick={() => setEnd(MINUTE_MS)} data-testid="groups-last-minute">
          {t('lastMinute')}
        </Button>
        <Button look="primary" icon={Undo2} onClick={() => void actions.groups.close()} data-testid="groups-close">
          {t('callBack')}
        </Button>
      </div>
    </>
  );
}

function TellAll() {
  const t = useText(groupText);
  const { actions } = useCall();
  const [text, setText] = useState('');
  const [isSending, setSending] = useState(false);
  const [isTold, setTold] = useState(false);
  const tell = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const trimmed = text.trim();
    if (trimmed === '' || isSending) return;
    setSending(true);
    if (await actions.groups.tell(trimmed)) {
      setText('');
      setTold(true);
    }
    setSending(false);
  };
  return (
    <form className={styles.tell} onSubmit={(event) => void tell(event)}>
      <TextField
        label={t('tellAll')}
        value={text}
        maxLength={300}
        placeholder={t('tellPlaceholder')}
        hint={isTold ? t('told') : undefined}
        onChange={(event) => {
          setText(event.target.value);
          setTold(false);
        }}
        data-testid="groups-tell"
      />
      <Button
        type="submit"
        icon={SendHorizontal}
        busy={isSending}
        aria-label={t('tell')}
        data-testid="groups-tell-send"
      />
    </form>
  );
}

function Visit({ state, group }: { readonly state: InsideState; readonly group: number }) {
  const t = useText(groupText);
  const { actions } = useCall();
  const names = state.participants
    .filter((one) => isTeacherSeat(one.seat) && one.group === group && one.seatId !== state.self.seatId)
    .map(({ displayName }) => displayName);
  return (
    <>
      {names.length > 0 && <span className={styles.soft}>{t('teacherHere', { names: names.join(t('comma')) })}</span>}
      {state.self.group === group ? (
        <Button onClick={() => void actions.groups.visit(null)} data-testid={`leave-${group}`}>
          {t('backToAll')}
        </Button>
      ) : (
        <Button icon={DoorOpen} onClick={() => void actions.groups.visit(group)} data-testid={`visit-${group}`}>
          {t('visit')}
        </Button>
      )}
    </>
  );
}

/** All groups with who is in each and who calls; the time, a word to all, and the end. */
export function RunningGroups({ state, groups, people }: RunningGroupsProps) {
  const { actions } = useCall();
  const numbers = Array.from({ length: groups.count }, (_unused, index) => index + 1);
  const visits = numbers.map((group) => <Visit key={group} state={state} group={group} />);
  return (
    <section className={tool.part} data-testid="groups-running">
      <Time state={state} groups={groups} />
      <TellAll />
      <GroupCards
        count={groups.count}
        groupOf={({ group }) => group}
        onMove={(seatId, group) => void actions.groups.move(seatId, group)}
        asides={visits}
        {...{ state, people }}
      />
    </section>
  );
}
