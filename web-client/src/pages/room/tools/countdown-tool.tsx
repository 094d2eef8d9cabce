import { useState } from 'react';
import type { InsideState } from '../../../call/room-state.ts';
import { toolText } from '../../../messages/class-tools.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { useCall } from '../call-context.ts';
import { CountdownSign } from './countdown-sign.tsx';
import styles from './class-tools.module.css';

const MINUTE_MS = 60_000;
const USUAL_MINUTES = [1, 2, 3, 5, 10] as const;
const MOST_MINUTES = 60;

function Running({ state }: { readonly state: InsideState }) {
  const t = useText(toolText);
  const { actions } = useCall();
  const isPaused = state.tools.countdown?.endsAtMs === null;
  return (
    <>
      <p className={styles.winner}>
        <CountdownSign state={state} />
      </p>
      <div className={styles.buttons}>
        <Button onClick={() => void actions.tools.setCountdownPaused(!isPaused)} data-testid="countdown-pause">
          {isPaused ? t('resume') : t('pause')}
        </Button>
        <Button onClick={() => void actions.tools.stopCountdown()} data-testid="countdown-stop">
          {t('stop')}
        </Button>
      </div>
    </>
  );
}

export function CountdownTool({ state }: { readonly state: InsideState }) {
  const t = useText(toolText);
  const { actions } = useCall();
  const [minutes, setMinutes] = useState('');
  const [sounds, setSounds] = useState(false);
  const start = (count: number): void => void actions.tools.startCountdown(count * MINUTE_MS, sounds);
  const own = Number(minutes);
  const isOwnGood = Number.isInteger(own) && own >= 1 && own <= MOST_MINUTES;
  return (
    <section className={styles.part}>
      {state.tools.countdown !== null && <Running state={state} />}
      <div className={styles.buttons}>
        {USUAL_MINUTES.map((count) => (
          <Button key={count} onClick={() => start(count)} data-testid={`countdown-${count}`}>
            {t('minutes', { n: count })}
          </Button>
        ))}
      </div>
      <div className={styles.inline}>
        <TextField
          label={t('ownMinutes')}
          inputMode="numeric"
          value={minutes}
          onChange={(event) => setMinutes(event.target.value.replace(/\D/g, ''))}
        />
        <Button disabled={!isOwnGood} onClick={() => start(own)}>
          {t('startCountdown')}
        </Button>
      </div>
      <label className={styles.tick}>
        <input type="checkbox" checked={sounds} onChange={(event) => setSounds(event.target.checked)} />
        {t('sounds')}
      </label>
    </section>
  );
}
