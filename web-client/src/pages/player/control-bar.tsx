import {
  ArrowLeftRight,
  Download,
  Keyboard,
  Maximize,
  Minimize,
  NotebookPen,
  Pause,
  Play,
  RotateCcw,
  Volume1,
  Volume2,
  VolumeX,
} from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import { playerText } from '../../messages/player.ts';
import { remarksText } from '../../messages/remarks.ts';
import type { Playback, PlaybackState } from '../../player/playback.ts';
import type { VttCue } from '../../player/web-vtt.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import { CaptionMenu } from './caption-menu.tsx';
import { LayoutMenu, SpeedMenu, type LayoutMenuProps } from './player-menus.tsx';
import { SeekBar, type SeekBarProps } from './seek-bar.tsx';
import type { ShownCaptions } from './use-captions.ts';
import { togglePlay, type PageActions } from './use-player-keys.ts';
import styles from './control-bar.module.css';

const LOUD = 0.5;
/** Nearer to the newest than this is live enough. */
const NEWEST_S = 15;

interface ControlProps {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly onClick: () => void;
  readonly testId: string;
  readonly isOnLargeOnly?: boolean;
  readonly isPressed?: boolean;
}

function Control({ label, icon: Icon, onClick, testId, isOnLargeOnly = false, isPressed }: ControlProps) {
  return (
    <button
      type="button"
      className={[styles.control, isOnLargeOnly ? styles.large : ''].join(' ')}
      aria-label={label}
      title={label}
      onClick={onClick}
      data-testid={testId}
      {...(isPressed === undefined ? {} : { 'aria-pressed': isPressed })}
    >
      <Icon aria-hidden />
    </button>
  );
}

function PlayControl({ playback, state }: { readonly playback: Playback; readonly state: PlaybackState }) {
  const t = useText(playerText);
  const isEnded = state.phase === 'ended';
  const icon = isEnded ? RotateCcw : state.isPlaying ? Pause : Play;
  const label = isEnded ? t('replay') : state.isPlaying ? t('pause') : t('play');
  return <Control label={label} icon={icon} onClick={() => togglePlay(playback)} testId="player-play" />;
}

function VolumeControl({ state, actions }: { readonly state: PlaybackState; readonly actions: PageActions }) {
  const t = useText(playerText);
  const { volume, isMuted } = state;
  const isSilent = isMuted || volume === 0;
  return (
    <div className={styles.volume}>
      <Control
        label={t(isSilent ? 'unmute' : 'mute')}
        icon={isSilent ? VolumeX : volume < LOUD ? Volume1 : Volume2}
        onClick={() => actions.setVolume(volume === 0 ? 1 : volume, !isSilent)}
        testId="player-mute"
      />
      <input
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={isMuted ? 0 : volume}
        aria-label={t('volume')}
        onChange={(event) => actions.setVolume(Number(event.target.value), false)}
      />
    </div>
  );
}

function Growing({ playback, state }: { readonly playback: Playback; readonly state: PlaybackState }) {
  const t = useText(playerText);
  if (!state.isGrowing) return null;
  const isBehind = state.durationS - state.positionS > NEWEST_S;
  return (
    <button
      type="button"
      className={styles.growing}
      disabled={!isBehind}
      onClick={() => playback.seek(state.durationS - NEWEST_S / 2)}
      data-testid="player-growing"
    >
      {t(isBehind ? 'toNewest' : 'growing')}
    </button>
  );
}

export interface ControlBarProps extends LayoutMenuProps, Pick<SeekBarProps, 'thumbnails' | 'marks'> {
  readonly playback: Playback;
  readonly state: PlaybackState;
  readonly chapters: readonly VttCue[];
  readonly actions: PageActions;
  readonly isFullscreen: boolean;
  readonly isSideShown: boolean;
  /** Null where nobody can tell what is silence. */
  readonly skipsSilence: boolean | null;
  readonly onDownload: (() => void) | null;
  readonly captions: ShownCaptions;
  readonly recordingId: RecordingId;
}

function EndControls({ actions, isFullscreen }: Pick<ControlBarProps, 'actions' | 'isFullscreen'>) {
  const t = useText(playerText);
  return (
    <>
      <Control
        label={t('shortcuts')}
        icon={Keyboard}
        onClick={actions.showHelp}
        testId="player-shortcuts"
        isOnLargeOnly
      />
      <Control
        label={t(isFullscreen ? 'exitFullscreen' : 'fullscreen')}
        icon={isFullscreen ? Minimize : Maximize}
        onClick={actions.toggleFullscreen}
        testId="player-fullscreen"
      />
    </>
  );
}

export function ControlBar(props: ControlBarProps) {
  const { playback, state, thumbnails, chapters, marks, actions, isFullscreen, isSideShown, skipsSilence } = props;
  const { onDownload, layout, captions, recordingId } = props;
  const t = useText(playerText);
  const remarks = useText(remarksText);
  const seek = (positionS: number): void => playback.seek(positionS);
  const hasTwo = layout === 'side' || layout === 'pip';
  return (
    <div className={styles.bar} data-testid="player-bar">
      <SeekBar {...{ state, thumbnails, chapters, marks }} onSeek={seek} />
      <div className={styles.row}>
        <PlayControl playback={playback} state={state} />
        <VolumeControl state={state} actions={actions} />
        <span className={[styles.time, 'tabular'].join(' ')} data-testid="player-time">
          {duration(state.positionS * 1000)} / {duration(state.durationS * 1000)}
        </span>
        <Growing playback={playback} state={state} />
        <span className={styles.space} />
        <Control
          label={remarks('panel')}
          icon={NotebookPen}
          onClick={actions.toggleSide}
          testId="player-side-toggle"
          isPressed={isSideShown}
        />
        <CaptionMenu captions={captions} recordingId={recordingId} />
        <SpeedMenu
          rate={state.rate}
          onRate={actions.setRate}
          skipsSilence={skipsSilence}
          onSkipSilence={actions.toggleSkipSilence}
        />
        <LayoutMenu {...props} />
        {hasTwo && <Control label={t('swap')} icon={ArrowLeftRight} onClick={actions.swap} testId="player-swap" />}
        {onDownload !== null && (
          <Control label={t('download')} icon={Download} onClick={onDownload} testId="player-download" />
        )}
        <EndControls {...{ actions, isFullscreen }} />
      </div>
    </div>
  );
}
