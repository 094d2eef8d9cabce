import { LoaderCircle, MonitorOff, Play, UserRound } from 'lucide-react';
import { playerText } from '../../messages/player.ts';
import type { PlaybackState } from '../../player/playback.ts';
import type { Layout } from '../../player/player-memory.ts';
import type { PictureState } from '../../player/view-picture.ts';
import { VIEW_SLOTS, type ViewSlot, type ViewsState } from '../../player/views-playback.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import type { Opened } from './playback-query.ts';
import { Watermark } from './watermark.tsx';
import { SlidePicture } from './slide-picture.tsx';
import type { PlayerMode, PlayerRefs } from './use-playback.ts';
import { TAP_SEEK_S, useStageGestures, type StageGestureOptions, type Swipe } from './use-stage-gestures.ts';
import styles from './picture-stage.module.css';

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

export interface PictureStageProps extends StageGestureOptions {
  readonly state: PlaybackState | null;
  readonly views: ViewsState | null;
  readonly layout: Layout;
  readonly isSwapped: boolean;
  readonly attach: PlayerRefs;
  readonly posterUrl: string | undefined;
  readonly mode: PlayerMode;
  readonly opened: Opened;
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
  const visible = layout === 'slides' ? [] : visibleSlots(layout, views);
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

/** Where the finger leads, and by how much. */
function SwipeSign({ swipe: { toS, deltaS } }: { readonly swipe: Swipe }) {
  return (
    <div className={[styles.centre, styles.swipe, 'tabular'].join(' ')} aria-hidden>
      <strong>{duration(toS * 1000)}</strong>
      <span>
        {deltaS < 0 ? '−' : '+'}
        {duration(Math.abs(deltaS) * 1000)}
      </span>
    </div>
  );
}

export function PictureStage(props: PictureStageProps) {
  const t = useText(playerText);
  const { layout, posterUrl, playback, state, mode, opened } = props;
  const { film: attachFilm } = props.attach;
  const { jump, swipe, handlers } = useStageGestures(props);
  return (
    <div className={styles.stage}>
      {/* The keyboard has its own ways (space, f), shown in the list of shortcuts. */}
      <div className={styles.surface} {...handlers}>
        {mode !== 'views' ? (
          // Captions come with the stream, when there are any.
          // oxlint-disable-next-line jsx-a11y/media-has-caption
          <video
            ref={attachFilm}
            className={styles.film}
            hidden={mode === 'sound'}
            playsInline
            aria-label={t(mode === 'oneView' ? 'oneView' : 'layout_film')}
            data-testid={mode === 'oneView' ? 'player-one-view' : 'player-composed'}
            {...(posterUrl === undefined ? {} : { poster: posterUrl })}
          />
        ) : (
          <Views {...props} />
        )}
        {opened.watermark !== null && <Watermark name={opened.watermark} />}
        {layout === 'slides' && <SlidePicture playback={playback} opened={opened} />}
      </div>
      {swipe === null ? <Centre playback={playback} state={state} /> : <SwipeSign swipe={swipe} />}
      {jump !== null && (
        <span key={jump.key} className={styles.jump} data-side={jump.side} aria-hidden>
          {jump.side < 0 ? `−${TAP_SEEK_S}` : `+${TAP_SEEK_S}`}
        </span>
      )}
    </div>
  );
}
