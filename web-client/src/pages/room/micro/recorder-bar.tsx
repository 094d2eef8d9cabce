import { Check, Circle, Pause, RotateCcw, TriangleAlert } from 'lucide-react';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Ref } from 'react';
import type { InsideState } from '../../../call/room-state.ts';
import { microText } from '../../../messages/micro-lesson.ts';
import { useServices } from '../../../services.ts';
import { useText } from '../../../text/text.ts';
import { duration } from '../../../text/time.ts';
import { Button } from '../../../ui/button.tsx';
import { useNow } from '../../../ui/use-now.ts';
import { useCall, useCallState } from '../call-context.ts';
import type { RoomControls } from '../use-controls.ts';
import { recordedMs, takeMs } from './recorded-time.ts';
import type { TakeStart } from './use-take-start.ts';
import styles from './recorder.module.css';

const TICK_MS = 250;

/** The button that was pressed has made room for this one: whoever uses the keyboard goes on here. */
function useKeptFocus(): Ref<HTMLButtonElement> {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) button.current?.focus();
  }, []);
  return button;
}

/** What is being done, and how long what is kept is. */
function Meter({ state }: { readonly state: InsideState }) {
  const t = useText(microText);
  const nowMs = useNow(TICK_MS) + state.clockOffsetMs;
  const { recording, takes } = state;
  const isNothing = recording === 'off' || (recording === 'paused' && recordedMs(takes, nowMs) === 0);
  const shown = isNothing ? 'none' : recording;
  const Icon = shown === 'paused' ? Pause : shown === 'failed' ? TriangleAlert : Circle;
  return (
    <div className={styles.meter} data-state={shown} data-testid="recorder-state">
      <Icon aria-hidden />
      <output>{t(`state_${shown}`)}</output>
      <time className={[styles.time, 'tabular'].join(' ')} data-testid="recorded-time">
        {duration(recordedMs(takes, nowMs))}
      </time>
      {takes !== null && takes.keptMs > 0 && takes.last !== null && (
        <span className={[styles.take, 'tabular'].join(' ')}>
          {t('takeLength', { time: duration(takeMs(takes, nowMs)) })}
        </span>
      )}
    </div>
  );
}

/** What somebody would only find out when it is too late. */
function Missing({ controls }: { readonly controls: RoomControls }) {
  const t = useText(microText);
  const { devices } = useServices();
  const { chosen } = useSyncExternalStore(devices.subscribe, devices.getState);
  const { media } = useCallState();
  const { microphone, camera, screen, visualiser } = controls;
  // What is switched on may still be on its way.
  const isSettled = media.line === 'connected';
  if (!microphone.on && (isSettled || !chosen.microphoneOn)) return <p className={styles.missing}>{t('noSound')}</p>;
  const hasPicture = camera.on || screen.on || visualiser.on;
  if (!hasPicture && (isSettled || !chosen.cameraOn)) return <p className={styles.missing}>{t('noPicture')}</p>;
  return null;
}

interface RedoQuestionProps {
  readonly state: InsideState;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** Asked in the bar itself: a slip of the finger costs nothing, and no dialog lies over what is recorded. */
function RedoQuestion({ state, onYes, onNo }: RedoQuestionProps) {
  const t = useText(microText);
  const nowMs = useNow(TICK_MS) + state.clockOffsetMs;
  const time = state.takes === null ? '' : duration(takeMs(state.takes, nowMs));
  const keep = useKeptFocus();
  return (
    <div className={styles.question}>
      <output>{t('redoAsk', { time })}</output>
      <div className={styles.buttons}>
        <Button look="danger" icon={RotateCcw} onClick={onYes} data-testid="redo-confirm">
          {t('redoYes')}
        </Button>
        <Button ref={keep} onClick={onNo} data-testid="redo-keep">
          {t('redoNo')}
        </Button>
      </div>
    </div>
  );
}

function CancelButton({ onCancel }: { readonly onCancel: () => void }) {
  const t = useText(microText);
  const button = useKeptFocus();
  return (
    <Button ref={button} onClick={onCancel} data-testid="recorder-cancel">
      {t('cancel')}
    </Button>
  );
}

interface DeedsProps {
  readonly state: InsideState;
  readonly take: TakeStart;
  readonly onRedo: () => void;
  readonly onFinish: () => void;
}

/** The one button: starts, pauses, goes on. */
function MainButton({ state, take, hasTakes, isAway }: Pick<DeedsProps, 'state' | 'take'> & MainFacts) {
  const t = useText(microText);
  const { actions } = useCall();
  const button = useKeptFocus();
  const { recording } = state;
  return recording === 'recording' ? (
    <Button
      ref={button}
      size="l"
      icon={Pause}
      disabled={isAway}
      onClick={() => void actions.setRecordingPaused(true)}
      data-testid="recorder-pause"
    >
      {t('pause')}
    </Button>
  ) : (
    <Button
      ref={button}
      look="danger"
      className={styles.start}
      size="l"
      icon={Circle}
      busy={recording === 'starting'}
      disabled={isAway || recording === 'failed'}
      onClick={take.start}
      data-testid="recorder-start"
    >
      {hasTakes ? t('resume') : t('start')}
    </Button>
  );
}

interface MainFacts {
  readonly hasTakes: boolean;
  readonly isAway: boolean;
}

function Deeds({ state, take, onRedo, onFinish }: DeedsProps) {
  const t = useText(microText);
  const { connection } = useCallState();
  const isAway = connection.kind !== 'connected';
  const { takes } = state;
  const last = takes?.last ?? null;
  const hasTakes = takes !== null && (takes.keptMs > 0 || last !== null);
  return (
    <div className={styles.buttons}>
      <MainButton {...{ state, take, hasTakes, isAway }} />
      {last !== null && (
        <Button icon={RotateCcw} disabled={isAway} onClick={onRedo} data-testid="recorder-redo">
          {t('redo')}
        </Button>
      )}
      {hasTakes && (
        <Button icon={Check} onClick={onFinish} data-testid="recorder-finish">
          {t('finish')}
        </Button>
      )}
    </div>
  );
}

export interface RecorderBarProps {
  readonly state: InsideState;
  readonly controls: RoomControls;
  readonly take: TakeStart;
  readonly onFinish: () => void;
}

/** Starts, pauses, does again and ends the recording of a micro-lesson. */
export function RecorderBar({ state, controls, take, onFinish }: RecorderBarProps) {
  const t = useText(microText);
  const { actions } = useCall();
  const [isAsking, setAsking] = useState(false);
  const ask = (): void => {
    setAsking(true);
    if (state.recording === 'recording') void actions.setRecordingPaused(true);
  };
  const redo = async (): Promise<void> => {
    setAsking(false);
    if (await actions.redoTake()) take.start();
  };
  return (
    <section className={styles.bar} aria-label={t('recorder')} data-testid="recorder">
      {isAsking && state.recording !== 'recording' ? (
        <RedoQuestion state={state} onYes={() => void redo()} onNo={() => setAsking(false)} />
      ) : (
        <>
          <Meter state={state} />
          {take.left === null ? (
            <Deeds state={state} take={take} onRedo={ask} onFinish={onFinish} />
          ) : (
            <CancelButton onCancel={take.cancel} />
          )}
        </>
      )}
      <Missing controls={controls} />
    </section>
  );
}
