import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, Minimize } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { playerText } from '../../messages/player.ts';
import type { Playback } from '../../player/playback.ts';
import { PlayerMemory, type Layout } from '../../player/player-memory.ts';
import { chapterStep, type VttCue } from '../../player/web-vtt.ts';
import { useText } from '../../text/text.ts';
import { CaptionOverlay } from './caption-overlay.tsx';
import { ControlBar, type ControlBarProps } from './control-bar.tsx';
import { ManageMenu } from './manage-menu.tsx';
import type { LayoutMenuProps } from './player-menus.tsx';
import { PictureStage } from './picture-stage.tsx';
import { usePlaybackDoor } from './playback-door.ts';
import { chaptersQuery, chaptersUrlOf, summaryQuery, thumbnailsQuery, type Opened } from './playback-query.ts';
import { PlayerNotes } from './player-notes.tsx';
import { remarksQuery, type Remarks } from './remarks-query.ts';
import type { TimelineMark } from './seek-bar.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { NO_REMARKS, SidePanel, type SidePanelProps } from './side-panel.tsx';
import { useAwakeControls } from './use-awake-controls.ts';
import { useCaptions } from './use-captions.ts';
import { useFullscreen } from './use-fullscreen.ts';
import { canShowStills, modeOf, useActiveViews, useLayout } from './use-layout.ts';
import { useLineSaver } from './use-line-saver.ts';
import {
  resumeS,
  timelineOf,
  usePlayback,
  usePlayerElements,
  usePlaybackState,
  useViewsState,
} from './use-playback.ts';
import { usePlayerKeys, type PageActions } from './use-player-keys.ts';
import { canSkipSilence, useSilenceSkipping } from './use-silence-skipping.ts';
import styles from './player.module.css';

const NO_CHAPTERS: readonly VttCue[] = [];

type OwnActions = 'setRate' | 'setVolume';

function useActions(playback: Playback | null, memory: PlayerMemory, page: Omit<PageActions, OwnActions>): PageActions {
  const own = useMemo(
    (): Pick<PageActions, OwnActions> => ({
      setRate: (rate) => {
        playback?.setRate(rate);
        memory.keep({ rate });
      },
      setVolume: (volume, isMuted) => {
        playback?.setVolume(volume, isMuted);
        memory.keep({ volume, isMuted });
      },
    }),
    [playback, memory],
  );
  return useMemo(() => ({ ...page, ...own }), [page, own]);
}

/** What the keyboard and the bar change of the page itself. */
function usePageActions(
  { layout, layouts, isSwapped, skipsSilence, change }: ReturnType<typeof useLayout>,
  chapters: readonly VttCue[],
  playback: Playback | null,
  rest: Pick<PageActions, 'toggleFullscreen' | 'toggleSide' | 'toggleCaptions' | 'showHelp' | 'wake'>,
): Omit<PageActions, OwnActions> {
  const { toggleFullscreen, toggleSide, toggleCaptions, showHelp, wake } = rest;
  return useMemo(
    () => ({
      toggleFullscreen,
      toggleSide,
      toggleCaptions,
      showHelp,
      wake,
      swap: () => change({ isSwapped: !isSwapped }),
      nextLayout: () => change({ layout: layouts[(layouts.indexOf(layout) + 1) % layouts.length] ?? layout }),
      toggleSkipSilence: () => change({ skipsSilence: !skipsSilence }),
      stepChapter: (direction) => {
        const target = playback === null ? undefined : chapterStep(chapters, playback.state.positionS, direction);
        if (target !== undefined) playback?.seek(target.fromS);
      },
    }),
    [
      toggleFullscreen,
      toggleSide,
      toggleCaptions,
      showHelp,
      wake,
      layout,
      layouts,
      isSwapped,
      skipsSilence,
      change,
      chapters,
      playback,
    ],
  );
}

function Top({ recording }: { readonly recording: RecordingSummary }) {
  const t = useText(playerText);
  const { isGuest } = usePlaybackDoor(recording.recordingId);
  return (
    <header className={styles.top}>
      {!isGuest && (
        <Link href="/library" className={styles.backLink ?? ''} aria-label={t('back')} data-testid="player-back">
          <ArrowLeft aria-hidden />
        </Link>
      )}
      <div className={styles.title}>
        <h1>{recording.title}</h1>
        <p>
          {recording.lecturerName} · {recording.schoolName}
        </p>
      </div>
      {recording.mayManage && <ManageMenu recording={recording} />}
    </header>
  );
}

/** Of a full screen that the browser knows nothing of, and shows no way out of. */
function WayOut({ onLeave }: { readonly onLeave: () => void }) {
  const t = useText(playerText);
  return (
    <>
      <button type="button" className={styles.wayOut} onClick={onLeave} data-testid="player-leave-fullscreen">
        <Minimize aria-hidden />
        {t('exitFullscreen')}
      </button>
      <span className={styles.turnHint}>{t('turnPhone')}</span>
    </>
  );
}

type BottomProps = Pick<
  ControlBarProps,
  | 'actions'
  | 'captions'
  | 'chapters'
  | 'marks'
  | 'isFullscreen'
  | 'isSideShown'
  | 'skipsSilence'
  | keyof LayoutMenuProps
> & {
  readonly playback: Playback;
  readonly opened: Opened;
  readonly recording: RecordingSummary;
};

function Bottom({ playback, opened, recording, ...rest }: BottomProps) {
  const state = usePlaybackState(playback);
  const thumbnails = useQuery(thumbnailsQuery(opened.composed?.thumbnailsUrl)).data ?? [];
  const door = usePlaybackDoor(recording.recordingId);
  const download = async (): Promise<void> => {
    const { downloadUrl } = await door.open();
    if (downloadUrl !== null) location.assign(downloadUrl);
  };
  if (state === null) return null;
  return (
    <div className={styles.bottom} onFocus={rest.actions.wake}>
      <ControlBar
        {...rest}
        playback={playback}
        state={state}
        thumbnails={thumbnails}
        recordingId={recording.recordingId}
        onDownload={recording.mayDownload ? () => void download() : null}
      />
    </div>
  );
}

type SideProps = Pick<SidePanelProps, 'recording' | 'timeline' | 'chapters' | 'captions' | 'all' | 'onClose'>;

function Side({ playback, ...rest }: SideProps & { readonly playback: Playback | null }) {
  const positionS = usePlaybackState(playback)?.positionS ?? 0;
  return <SidePanel {...rest} positionS={positionS} onSeek={(atS) => playback?.seek(atS)} />;
}

/** Everything that the player shows and does, put together. */
function usePlayer(opened: Opened) {
  const [memory] = useState(() => new PlayerMemory(localStorage));
  const place = useLayout(opened, memory);
  const [secondView, setSecondView] = useState('lecturer');
  const [isHelpShown, setHelpShown] = useState(false);
  const [isSideShown, setSideShown] = useState(false);
  const toggleSide = useCallback(() => setSideShown((isShown) => !isShown), []);
  const { elements, attach } = usePlayerElements();
  const [isStill, setStill] = useState(false);
  const layout = isStill ? 'slides' : place.layout;
  const mode = modeOf(layout, opened);
  const playback = usePlayback(mode, opened, elements, memory);
  const saver = useLineSaver(playback, place.layout === 'slides', canShowStills(opened));
  if (isStill !== (saver.saving !== null)) setStill(saver.saving !== null);
  const state = usePlaybackState(playback);
  const views = useViewsState(playback);
  useActiveViews(playback, layout, secondView);
  const fullscreen = useFullscreen(elements.film);
  const controls = useAwakeControls(state?.isPlaying === true && !state.isWaiting && !isHelpShown);
  const chapters = useQuery(chaptersQuery(chaptersUrlOf(opened, state))).data ?? NO_CHAPTERS;
  const canSkip = canSkipSilence(opened);
  useSilenceSkipping(playback, opened, canSkip && place.skipsSilence);
  const showHelp = useCallback(() => setHelpShown(true), []);
  const captions = useCaptions(opened.recording.recordingId, mode, memory);
  const { toggle: toggleCaptions } = captions;
  const { wake } = controls;
  const rest = { toggleFullscreen: fullscreen.toggle, toggleSide, toggleCaptions, showHelp, wake };
  const page = usePageActions(place, chapters, playback, rest);
  const actions = useActions(playback, memory, page);
  usePlayerKeys(playback, actions);
  const chooseLayout = (next: Layout): void => {
    if (next !== 'slides') saver.insist();
    place.change({ layout: next });
  };
  const help = { isOpen: isHelpShown, onClose: () => setHelpShown(false) };
  const skipsSilence = canSkip ? place.skipsSilence : null;
  const shown = { place, layout, mode, saver, playback, state, views, chapters, captions, skipsSilence, isSideShown };
  return { ...shown, chooseLayout, attach, controls, actions, fullscreen, secondView, setSecondView, help };
}

const marksOf = ({ remarks }: Remarks): readonly TimelineMark[] =>
  remarks.flatMap(({ remarkId, atMs, kind }) => (atMs === null ? [] : [{ id: remarkId, atS: atMs / 1000, kind }]));

export function Player({ opened }: { readonly opened: Opened }) {
  const client = useQueryClient();
  const { recordingId } = opened.recording;
  const { isGuest, queryKey } = usePlaybackDoor(recordingId);
  const recording = useQuery({ ...summaryQuery(recordingId), enabled: !isGuest }).data ?? opened.recording;
  const [resumedAtS] = useState(() => resumeS(opened));
  const player = usePlayer(opened);
  const timeline = timelineOf(opened, player.mode);
  const all = useQuery({ ...remarksQuery({ recordingId, timeline }), enabled: !isGuest }).data ?? NO_REMARKS;
  const marks = useMemo(() => marksOf(all), [all]);
  const { place, layout, mode, saver, playback, state, views, chapters, captions, controls, actions } = player;
  const { layouts, isSwapped, change } = place;
  const switchToFilm = (): void => {
    change({ layout: 'film' });
    void client.refetchQueries({ queryKey });
  };
  return (
    <div
      className={['stage', styles.player].join(' ')}
      data-testid="player"
      data-controls={controls.isShown}
      data-layout={layout}
      data-side={player.isSideShown}
      data-own-fullscreen={player.fullscreen.isOwn}
      data-phase={state?.phase ?? 'loading'}
      onPointerMove={(event) => (event.pointerType === 'mouse' ? controls.wake() : undefined)}
    >
      <PictureStage
        {...{ playback, state, views, layout, mode, opened, isSwapped, attach: player.attach }}
        isFullscreen={player.fullscreen.isFullscreen}
        posterUrl={opened.composed?.posterUrl}
        areControlsShown={controls.isShown}
        onTap={(isShown) => (isShown ? controls.wake() : controls.sleep())}
        onFullscreen={actions.toggleFullscreen}
      />
      <CaptionOverlay {...{ playback, captions }} />
      {player.fullscreen.isOwn ? <WayOut onLeave={player.fullscreen.toggle} /> : <Top recording={recording} />}
      <PlayerNotes
        {...{ recording, playback, state, resumedAtS, saver }}
        onLayout={player.chooseLayout}
        onFilm={recording.isComposed && opened.composed === null ? switchToFilm : null}
      />
      {playback !== null && (
        <Bottom
          {...{ playback, opened, recording, actions, layout, layouts, views, chapters, captions, marks }}
          isSideShown={player.isSideShown}
          skipsSilence={player.skipsSilence}
          isFullscreen={player.fullscreen.isFullscreen}
          secondView={player.secondView}
          onLayout={player.chooseLayout}
          onSecondView={player.setSecondView}
        />
      )}
      {player.isSideShown && (
        <Side {...{ playback, recording, timeline, all, chapters, captions }} onClose={actions.toggleSide} />
      )}
      <ShortcutsDialog {...player.help} />
    </div>
  );
}
