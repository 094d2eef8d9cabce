import { AlertTriangle, CircleCheck, Volume2 } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { recallSound, rememberSound } from '../../call/sound-memory.ts';
import type { RememberedSound } from '../../call/sound-memory.ts';
import { siteText } from '../../messages/site.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import styles from './sound-card.module.css';

type Phase = 'idle' | 'running' | 'failed';

function Levels({ last }: { readonly last: RememberedSound | null }) {
  const t = useText(siteText);
  if (last === null || last.measured.reachedDb === null) return null;
  const { reachedDb, noiseDb, echoDb } = last.measured;
  return <small>{t('soundLevels', { reached: reachedDb, noise: noiseDb ?? '—', echo: echoDb ?? '—' })}</small>;
}

const QUIET_FIRST_MS = 1_000;

function useSoundCheck(checksItself: boolean) {
  const { devices } = useServices();
  const [last, setLast] = useState<RememberedSound | null>(() => recallSound(localStorage, Date.now()));
  const [phase, setPhase] = useState<Phase>('idle');
  const running = useRef<AbortController | null>(null);
  const run = useCallback(async (): Promise<void> => {
    // One at a time: two would hear each other.
    running.current?.abort();
    const going = new AbortController();
    running.current = going;
    setPhase('running');
    try {
      const { checkSound } = await import('../../call/sound-check.ts');
      const measured = await checkSound(devices, going.signal);
      rememberSound(localStorage, measured, Date.now());
      setLast({ measured, atMs: Date.now() });
      setPhase('idle');
    } catch (error) {
      if (going.signal.aborted) return;
      console.warn('sound not checked', error);
      setPhase('failed');
    }
  }, [devices]);
  // The lesson begins where the card was; it is not to be heard in it.
  useEffect(() => () => running.current?.abort(), []);
  const isDue = checksItself && last === null;
  useEffect(() => {
    if (!isDue) return undefined;
    const timer = setTimeout(() => void run(), QUIET_FIRST_MS);
    return () => clearTimeout(timer);
  }, [isDue, run]);
  return { last, phase, run };
}

/** What the last check has found, and a new one: by the button, or by itself in the quiet before a lesson. */
export function SoundCard({ checksItself }: { readonly checksItself: boolean }) {
  const t = useText(siteText);
  const { last, phase, run } = useSoundCheck(checksItself);
  const verdict = last?.measured.verdict ?? null;
  const Icon = verdict === null ? Volume2 : verdict === 'ok' ? CircleCheck : AlertTriangle;
  const words = {
    running: () => t('soundRunning'),
    failed: () => t('soundFailed'),
    idle: () => (verdict === null ? t('soundNever') : t(`sound_${verdict}` as const)),
  }[phase];
  return (
    <section
      className={styles.card}
      aria-label={t('soundTitle')}
      data-testid="sound-card"
      data-verdict={phase === 'running' ? 'running' : verdict}
    >
      <output className={styles.result}>
        <Icon aria-hidden />
        <span>{words()}</span>
      </output>
      {phase === 'idle' && <Levels last={last} />}
      <button type="button" disabled={phase === 'running'} onClick={() => void run()} data-testid="check-sound">
        {verdict === null ? t('soundStart') : t('soundAgain')}
      </button>
    </section>
  );
}
