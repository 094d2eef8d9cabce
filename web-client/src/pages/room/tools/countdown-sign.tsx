import { Pause, Timer } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { Countdown } from '../../../../../signaling/protocol/class-tools.ts';
import { countdownLeftMs } from '../../../call/class-tools-state.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { toolText } from '../../../messages/class-tools.ts';
import { useText } from '../../../text/text.ts';
import { duration } from '../../../text/time.ts';
import { useNow } from '../../../ui/use-now.ts';
import { ring } from './ring.ts';
import styles from './class-cards.module.css';

const SECOND_MS = 1_000;

function Sign({ countdown, clockOffsetMs }: { readonly countdown: Countdown; readonly clockOffsetMs: number }) {
  const t = useText(toolText);
  const leftMs = countdownLeftMs(countdown, useNow(200) + clockOffsetMs);
  const isOver = leftMs === 0;
  const wasRunning = useRef(!isOver);
  useEffect(() => {
    // Whoever comes when it is over has not missed a bell.
    if (isOver && wasRunning.current && countdown.sounds) ring();
    wasRunning.current = !isOver;
  }, [isOver, countdown.sounds]);
  const words = isOver ? t('timeIsUp') : duration(Math.ceil(leftMs / SECOND_MS) * SECOND_MS);
  return (
    <span
      className={styles.countdown}
      data-testid="countdown-sign"
      data-state={isOver ? 'over' : countdown.endsAtMs === null ? 'paused' : 'running'}
      role="timer"
      aria-label={isOver ? words : t('leftTime', { time: words })}
    >
      {countdown.endsAtMs === null ? <Pause aria-hidden /> : <Timer aria-hidden />}
      <span className="tabular">{words}</span>
    </span>
  );
}

/** The countdown that everybody sees, by the server's clock. */
export function CountdownSign({ state }: { readonly state: InsideState }) {
  const { countdown } = state.tools;
  return countdown === null ? null : <Sign countdown={countdown} clockOffsetMs={state.clockOffsetMs} />;
}
