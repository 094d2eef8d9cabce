import { Zap } from 'lucide-react';
import type { InsideState } from '../../../call/room-state.ts';
import { toolText } from '../../../messages/class-tools.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { useCall } from '../call-context.ts';
import { InviteButton } from './invite-button.tsx';
import styles from './class-tools.module.css';

export function RaceTool({ state }: { readonly state: InsideState }) {
  const t = useText(toolText);
  const { actions } = useCall();
  const { race } = state.tools;
  const winner = race?.winner ?? null;
  return (
    <section className={styles.part}>
      <p className={styles.hint}>{t('raceHint')}</p>
      {winner !== null && <p className={styles.winner}>{t('raceWon', { name: winner.displayName })}</p>}
      <div className={styles.buttons}>
        {(race === null || race.state === 'won') && (
          <Button look="primary" icon={Zap} onClick={() => void actions.tools.startRace()} data-testid="race-start">
            {race === null ? t('startRace') : t('raceAgain')}
          </Button>
        )}
        {winner !== null && <InviteButton seatId={winner.seatId} state={state} />}
        {race !== null && (
          <Button onClick={() => void actions.tools.endRace()} data-testid="race-end">
            {t('endRace')}
          </Button>
        )}
      </div>
    </section>
  );
}
