import { Dices } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Pick as Picked } from '../../../../../signaling/protocol/class-tools.ts';
import { answersQuestions } from '../../../../../signaling/protocol/seats.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { toolText } from '../../../messages/class-tools.ts';
import { useText } from '../../../text/text.ts';
import { useNow } from '../../../ui/use-now.ts';
import styles from './class-cards.module.css';

const ROLL_MS = 1_400;
const STEP_MS = 90;

const wantsCalm = (): boolean => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

/** The names of those who could be meant, one after the other. */
function RollingNames({ pick, state }: PickCardProps) {
  const step = Math.floor(useNow(STEP_MS) / STEP_MS);
  const names = state.participants
    .filter(({ seat }) => answersQuestions(seat, state.lesson.kind))
    .map(({ displayName }) => displayName);
  return names[step % Math.max(names.length, 1)] ?? pick.displayName;
}

interface PickCardProps {
  readonly pick: Picked;
  readonly state: InsideState;
}

/** Who was picked, for everybody to see; at once for who wants no motion or comes later. */
export function PickCard({ pick, state }: PickCardProps) {
  const t = useText(toolText);
  const [isRolling, setRolling] = useState(
    () => Date.now() + state.clockOffsetMs - pick.pickedAtMs < ROLL_MS && !wantsCalm(),
  );
  useEffect(() => {
    if (!isRolling) return undefined;
    const timer = setTimeout(() => setRolling(false), ROLL_MS);
    return () => clearTimeout(timer);
  }, [isRolling]);
  const isMe = pick.seatId === state.self.seatId && !isRolling;
  return (
    <section className={styles.card} aria-label={t('pick')} data-testid="pick-card" data-rolling={isRolling}>
      <span className={styles.state}>
        <Dices aria-hidden /> {isMe ? t('pickedYou') : t('picked')}
      </span>
      <p className={styles.name} data-testid="picked-name">
        {isRolling ? <RollingNames pick={pick} state={state} /> : pick.displayName}
        {!isRolling && pick.schoolName !== null && <span className={styles.soft}>{pick.schoolName}</span>}
      </p>
    </section>
  );
}
