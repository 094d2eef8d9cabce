import { useState } from 'react';
import type { Race } from '../../../../../signaling/protocol/class-tools.ts';
import { answersQuestions } from '../../../../../signaling/protocol/seats.ts';
import { may } from '../../../call/room-state.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { toolText } from '../../../messages/class-tools.ts';
import { useText } from '../../../text/text.ts';
import { useNow } from '../../../ui/use-now.ts';
import { useCall } from '../call-context.ts';
import { useAnswerKeys } from './use-answer-keys.ts';
import styles from './class-cards.module.css';

const SECOND_MS = 1_000;

function Winner({ race, state }: { readonly race: Race; readonly state: InsideState }) {
  const t = useText(toolText);
  const { winner } = race;
  if (winner === null) return null;
  const words = winner.seatId === state.self.seatId ? t('youWon') : t('raceWon', { name: winner.displayName });
  return (
    <p className={styles.name} data-testid="race-winner" data-seat-id={winner.seatId}>
      {words}
      <span className={styles.soft}>{t('raceWonAfter', { seconds: (winner.afterMs / SECOND_MS).toFixed(1) })}</span>
    </p>
  );
}

function RaceButton({ race, state }: { readonly race: Race; readonly state: InsideState }) {
  const t = useText(toolText);
  const { actions } = useCall();
  const nowMs = useNow(100) + state.clockOffsetMs;
  const [isPressed, setPressed] = useState(false);
  const isOpen = race.state === 'open';
  const press = (): void => {
    if (!isOpen || isPressed) return;
    setPressed(true);
    // Whoever was not heard may press again.
    void actions.tools.pressRace(race.raceId).then((outcome) => outcome === null && setPressed(false));
  };
  useAnswerKeys(1, press);
  const seconds = Math.max(1, Math.ceil((race.opensAtMs - nowMs) / SECOND_MS));
  return (
    <button
      type="button"
      className={styles.press}
      disabled={!isOpen || isPressed}
      onClick={press}
      data-testid="race-press"
      data-state={race.state}
    >
      {isOpen ? t('press') : t('raceReady', { n: seconds })}
    </button>
  );
}

/** An answering race as the class sees it. */
export function RaceCard({ race, state }: { readonly race: Race; readonly state: InsideState }) {
  const t = useText(toolText);
  const answers = may(state, 'answer') && answersQuestions(state.self.seat, state.lesson.kind);
  const nowMs = useNow(250) + state.clockOffsetMs;
  const seconds = Math.max(1, Math.ceil((race.opensAtMs - nowMs) / SECOND_MS));
  return (
    <section className={styles.card} aria-label={t('race')} data-testid="race-card" data-state={race.state}>
      {race.state === 'won' && <Winner race={race} state={state} />}
      {race.state !== 'won' && answers && <RaceButton key={race.raceId} race={race} state={state} />}
      {race.state !== 'won' && !answers && (
        <p className={styles.name}>{race.state === 'open' ? t('raceOpen') : t('raceReady', { n: seconds })}</p>
      )}
    </section>
  );
}
