import { LoaderCircle, MonitorOff, Play, UserRound } from 'lucide-react';
import { useRef, useState } from 'react';
import type { MouseEvent } from 'react';
import { playerText } from '../../messages/player.ts';
import type { Playback, PlaybackState } from '../../player/playback.ts';
import type { Layout } from '../../player/player-memory.ts';
import type { PictureState } from '../../player/view-picture.ts';
import { VIEW_SLOTS, type ViewSlot, type ViewsState } from '../../player/views-playback.ts';
import { useText } from '../../text/text.ts';
import type { PlayerRefs } from './use-playback.ts';
import { seekBy, togglePlay } from './use-player-keys.ts';
import styles from './picture-stage.module.css';

const DOUBLE_TAP_MS = 300;
const TAP_SEEK_S = 10;

/** In place of a picture: whose it is, and why it is not there. */
function Card({ slot, picture }: { readonly slot: ViewSlot; readonly picture: PictureState }) {
  const t = useText(playerText);
  if (picture.status === 'shown') return null;
  if (picture.status === 'loading') {
    return (
      <div className={styles.soft}>
        <LoaderCircle aria-hidden className={styles.spin} />
      </div>
    );
  }
  const isBoard = slot === 'board' && picture.source !== 'camera';
  const reason = picture.status === 'unplayable' ? 'unplayable' : isBoard ? 'absentBoard' : 'absentCamera';
  return (
    <div className={styles.card} data-testid={`player-card-${slot}`}>
      {isBoard ? <MonitorOff aria-hidden /> : <UserRound aria-hidden />}
      {picture.displayName !== '' && <strong>{picture.displayName}</strong>}
      <span>{t(reason)}</span>
    </div>
  );
}

export interface PictureStageProps {
  readonly playback: Playback | null;
  readonly state: PlaybackState | null;
  readonly views: ViewsState | null;
  readonly layout: Layout;
  readonly isSwapped: boolean;
  readonly attach: PlayerRefs;
  readonly posterUrl: string | undefined;
  readonly areControlsShown: boolean;
  readonly onTap: (isShown: boolean) => void;
  readonly onFullscreen: () => void;
}

/** Views that there never are take no room; a lesson without a board is its lecturer alone. */
function visibleSlots(layout: Layout, views: ViewsState | null): readonly ViewSlot[] {
  const existing = VIEW_SLOTS.filter((slot) => views === null || views.pictures[slot].view !== null);
  const wanted = existing.filter((slot) => layout === 'side' || layout === 'pip' || layout === slot);
  return wanted.length > 0 ? wanted : existing;
}

function Views({
  views,
  layout,
  isSwapped,
  attach,
}: Pick<PictureStageProps, 'views' | 'layout' | 'isSwapped' | 'attach'>) {
  const t = useText(playerText);
  const visible = visibleSlots(layout, views);
  const primary: ViewSlot = isSwapped && visible.length > 1 ? 'lecturer' : (visible[0] ?? 'board');
  return (
    <div className={styles.views} data-layout={visible.length > 1 ? layout : 'single'} data-testid="player-views">
      {VIEW_SLOTS.map((slot) => (
        <figure
          key={slot}
          className={styles.picture}
          data-role={slot === primary ? 'primary' : 'secondary'}
          data-status={views?.pictures[slot].status ?? 'loading'}
          data-testid={`player-picture-${slot}`}
          hidden={!visible.includes(slot)}
        >
          <video ref={attach[slot]} muted playsInline aria-label={t(slot)} data-testid={`player-view-${slot}`} />
          {views !== null && <Card slot={slot} picture={views.pictures[slot]} />}
        </figure>
      ))}
    </div>
  );
}

/** Clicks are pointer events in today's browsers, and say what they came from; older ones are asked what they have. */
function isTouch({ nativeEvent }: MouseEvent): boolean {
  if (nativeEvent instanceof PointerEvent && nativeEvent.pointerType !== '') return nativeEvent.pointerType === 'touch';
  return matchMedia('(hover: none)').matches;
}

/** One tap shows the bar, two at a side jump; a mouse plays and pauses, twice is full screen. */
function usePointer(props: PictureStageProps) {
  const { playback, areControlsShown, onTap, onFullscreen } = props;
  const lastTap = useRef({ atMs: 0, side: 0 });
  const [jump, setJump] = useState<{ readonly side: number; readonly key: number } | null>(null);
  const onClick = (event: MouseEvent<HTMLDivElement>): void => {
    if (playback === null) return;
    if (!isTouch(event)) {
      togglePlay(playback);
      return;
    }
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const place = (event.clientX - left) / Math.max(width, 1);
    const side = place < 0.4 ? -1 : place > 0.6 ? 1 : 0;
    const isDouble = event.timeStamp - lastTap.current.atMs < DOUBLE_TAP_MS && lastTap.current.side === side;
    lastTap.current = { atMs: event.timeStamp, side };
    if (!isDouble || side === 0) {
      onTap(!areControlsShown);
      return;
    }
    seekBy(playback, side * TAP_SEEK_S);
    setJump({ side, key: event.timeStamp });
  };
  const onDoubleClick = (event: MouseEvent): void => (isTouch(event) ? undefined : onFullscreen());
  return { jump, onClick, onDoubleClick };
}

function Centre({ playback, state }: Pick<PictureStageProps, 'playback' | 'state'>) {
  const t = useText(playerText);
  if (playback === null || state === null || (state.isWaiting && state.isPlaying)) {
    return (
      <output className={styles.centre} data-testid="player-waiting">
        <LoaderCircle aria-hidden className={styles.spin} />
        <span className="visually-hidden">{t('opening')}</span>
      </output>
    );
  }
  if (!state.needsTap && state.phase !== 'ended') return null;
  return (
    <button type="button" className={styles.bigPlay} onClick={() => playback.play()} data-testid="player-big-play">
      <Play aria-hidden />
      <span>{t(state.phase === 'ended' ? 'replay' : 'tapToPlay')}</span>
    </button>
  );
}

export function PictureStage(props: PictureStageProps) {
  const t = useText(playerText);
  const { layout, posterUrl, playback, state } = props;
  const { film: attachFilm } = props.attach;
  const { jump, onClick, onDoubleClick } = usePointer(props);
  return (
    <div className={styles.stage}>
      {/* The keyboard has its own ways (space, f), shown in the list of shortcuts. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events */}
      <div className={styles.surface} onClick={onClick} onDoubleClick={onDoubleClick}>
        {layout === 'film' ? (
          // Captions come with the stream, when there are any.
          // oxlint-disable-next-line jsx-a11y/media-has-caption
          <video
            ref={attachFilm}
            className={styles.film}
            playsInline
            aria-label={t('layout_film')}
            data-testid="player-composed"
            {...(posterUrl === undefined ? {} : { poster: posterUrl })}
          />
        ) : (
          <Views {...props} />
        )}
      </div>
      <Centre playback={playback} state={state} />
      {jump !== null && (
        <span key={jump.key} className={styles.jump} data-side={jump.side} aria-hidden>
          {jump.side < 0 ? `−${TAP_SEEK_S}` : `+${TAP_SEEK_S}`}
        </span>
      )}
    </div>
  );
}
