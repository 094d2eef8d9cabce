import { FastForward, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { playerText } from '../../messages/player.ts';
import type { Playback, PlaybackState } from '../../player/playback.ts';
import type { Layout } from '../../player/player-memory.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import { ProductionFailedNote } from './production-state.tsx';
import type { LineSaver } from './use-line-saver.ts';
import { useShownView } from './use-playback.ts';
import styles from './player.module.css';

const RESUME_NOTE_MS = 8_000;

/** Says for a while that play went on where it had stopped. */
function ResumeNote({ playback, fromS }: { readonly playback: Playback; readonly fromS: number }) {
  const t = useText(playerText);
  const [isShown, setShown] = useState(fromS > 0);
  useEffect(() => {
    const timer = setTimeout(() => setShown(false), RESUME_NOTE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown) return null;
  const restart = (): void => {
    playback.seek(0);
    setShown(false);
  };
  return (
    <output className={styles.note} data-testid="player-resumed">
      <span>{t('resumed', { at: duration(fromS * 1000) })}</span>
      <button type="button" onClick={restart}>
        {t('fromStart')}
      </button>
    </output>
  );
}

function FilmReadyNote({ onSwitch }: { readonly onSwitch: () => void }) {
  const t = useText(playerText);
  return (
    <output className={styles.note}>
      <span>{t('filmReady')}</span>
      <button type="button" onClick={onSwitch} data-testid="player-switch-film">
        {t('switchToFilm')}
      </button>
    </output>
  );
}

/** Says that the line is too poor for pictures, or that they are back. */
function SaverNote({ saver: { saving, isRecovered, insist } }: { readonly saver: LineSaver }) {
  const t = useText(playerText);
  if (saving === null) return isRecovered ? <Passing>{t('picturesBack')}</Passing> : null;
  return (
    <output className={styles.note} data-testid="player-saving" data-why={saving}>
      <span>{t(saving === 'slow' ? 'savingSlow' : 'savingAsked')}</span>
      <button type="button" onClick={insist} data-testid="player-insist">
        {t('showPictures')}
      </button>
    </output>
  );
}

function Passing({ children }: { readonly children: string }) {
  const [isShown, setShown] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => setShown(false), RESUME_NOTE_MS);
    return () => clearTimeout(timer);
  }, []);
  return isShown ? (
    <output className={styles.note} data-testid="player-pictures-back">
      {children}
    </output>
  ) : null;
}

/** Says which picture is seen where there can be only one, and leads to the other. */
function OneViewNote({ playback, onLayout }: Pick<PlayerNotesProps, 'playback' | 'onLayout'>) {
  const t = useText(playerText);
  const shown = useShownView(playback);
  const [isHidden, setHidden] = useState(false);
  if (shown === null || isHidden) return null;
  const { view, other } = shown;
  return (
    <output className={styles.note} data-testid="player-one-view-note" data-view={view}>
      <span>{t(`oneViewShown_${view}`)}</span>
      {other !== null && (
        <button type="button" onClick={() => onLayout(other)} data-testid="player-other-view">
          {t(`showView_${other}`)}
        </button>
      )}
      <button type="button" aria-label={t('hide')} className={styles.iconButton} onClick={() => setHidden(true)}>
        <X aria-hidden />
      </button>
    </output>
  );
}

/** Says that the picture runs because nobody speaks. */
function HurryNote({ state }: { readonly state: PlaybackState | null }) {
  const t = useText(playerText);
  const rate = state?.hurryRate ?? null;
  if (rate === null) return null;
  return (
    <div className={styles.hurry} data-testid="player-hurrying">
      <FastForward aria-hidden />
      {t('hurrying', { rate })}
    </div>
  );
}

function Trouble({ state, recording }: Pick<PlayerNotesProps, 'state' | 'recording'>) {
  const t = useText(playerText);
  const failure = state?.failure ?? null;
  if (failure === null || (failure === 'network' && state?.isWaiting === false)) return null;
  // Who is told that there is a film needs not be told to wait for it.
  if (failure === 'needsFilm' && recording.isComposed) return null;
  const isFilmComing = ['recording', 'finishing', 'producing'].includes(recording.phase);
  const words = {
    network: t('reconnecting'),
    gone: t('goneOrChanged'),
    unplayable: t('unplayableFilm'),
    needsFilm: t(isFilmComing ? 'needsFilmComing' : 'needsFilm'),
  }[failure];
  return (
    <div className={styles.trouble} role="alert" data-testid="player-trouble" data-failure={failure}>
      {words}
    </div>
  );
}

export interface PlayerNotesProps {
  readonly recording: RecordingSummary;
  readonly playback: Playback | null;
  readonly state: PlaybackState | null;
  /** Where play began, 0 for the beginning. */
  readonly resumedAtS: number;
  readonly saver: LineSaver;
  /** Set once there is a film that was not there when the page opened. */
  readonly onFilm: (() => void) | null;
  readonly onLayout: (layout: Layout) => void;
}

export function PlayerNotes({ recording, playback, state, resumedAtS, saver, onFilm, onLayout }: PlayerNotesProps) {
  return (
    <div className={styles.notes}>
      <Trouble state={state} recording={recording} />
      <ProductionFailedNote recording={recording} />
      <HurryNote state={state} />
      <SaverNote saver={saver} />
      <OneViewNote playback={playback} onLayout={onLayout} />
      {playback !== null && <ResumeNote playback={playback} fromS={resumedAtS} />}
      {onFilm !== null && <FilmReadyNote onSwitch={onFilm} />}
    </div>
  );
}
