import type { InsideState } from '../../../call/room-state.ts';
import { PickCard } from './pick-card.tsx';
import { PollCard } from './poll-card.tsx';
import { RaceCard } from './race-card.tsx';
import styles from './class-cards.module.css';

export interface ClassCardsProps {
  readonly state: InsideState;
  /** On a screen that is read from far away. */
  readonly isLarge?: boolean;
  /** The teacher has it in the panel. */
  readonly hidesPoll?: boolean;
}

/** What is run with the class now, below the lesson. */
export function ClassCards({ state, isLarge = false, hidesPoll = false }: ClassCardsProps) {
  const { race, pick } = state.tools;
  const poll = hidesPoll ? null : state.tools.poll;
  if (poll === null && race === null && pick === null) return null;
  return (
    <div className={[styles.cards, isLarge ? styles.large : ''].join(' ')}>
      {race !== null && <RaceCard race={race} state={state} />}
      {pick !== null && <PickCard key={pick.pickedAtMs} pick={pick} state={state} />}
      {poll !== null && <PollCard poll={poll} state={state} />}
    </div>
  );
}
