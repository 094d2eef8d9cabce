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

const shownOf = ({ tools: { poll, race, pick } }: InsideState, hidesPoll: boolean) => ({
  poll: hidesPoll ? null : poll,
  race,
  pick,
});

export const hasClassCards = (state: InsideState, hidesPoll: boolean): boolean =>
  Object.values(shownOf(state, hidesPoll)).some((card) => card !== null);

/** What is run with the class now, below the lesson. */
export function ClassCards({ state, isLarge = false, hidesPoll = false }: ClassCardsProps) {
  if (!hasClassCards(state, hidesPoll)) return null;
  const { poll, race, pick } = shownOf(state, hidesPoll);
  return (
    <div className={[styles.cards, isLarge ? styles.large : ''].join(' ')}>
      {race !== null && <RaceCard race={race} state={state} />}
      {pick !== null && <PickCard key={pick.pickedAtMs} pick={pick} state={state} />}
      {poll !== null && <PollCard poll={poll} state={state} />}
    </div>
  );
}
