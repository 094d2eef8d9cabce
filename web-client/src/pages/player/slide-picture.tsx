import { useQuery } from '@tanstack/react-query';
import { Images } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { playerText } from '../../messages/player.ts';
import type { Slide } from '../../../../signaling/protocol/slide-index.ts';
import type { Playback, TimeRange } from '../../player/playback.ts';
import { slidesAt } from '../../player/slide-track.ts';
import { ViewsPlayback } from '../../player/views-playback.ts';
import { useText } from '../../text/text.ts';
import { usePlaybackDoor } from './playback-door.ts';
import type { Opened } from './playback-query.ts';
import { slidesQuery } from './slides-query.ts';
import { renewedUrl, usePlaybackState } from './use-playback.ts';
import styles from './picture-stage.module.css';

const RENEW_MIN_MS = 10_000;
/** The next slide is fetched once the sound has this much in front of it, or has to be shown soon. */
const CALM_AHEAD_S = 10;
const SOON_S = 6;

/** Of the views while those are played, else of the film. */
function slidesUrlOf({ viewsSlidesUrl, composed }: Opened, playback: Playback | null): string | null {
  return playback instanceof ViewsPlayback ? viewsSlidesUrl : (composed?.slidesUrl ?? null);
}

/** The address of the slides, which expires like all of them. */
function useSlidesUrl(opened: Opened, playback: Playback | null) {
  const known = slidesUrlOf(opened, playback);
  const [fresh, setFresh] = useState<string | null>(null);
  const renewedAtMs = useRef(Number.NEGATIVE_INFINITY);
  const door = usePlaybackDoor(opened.recording.recordingId);
  const renew = (): void => {
    if (performance.now() - renewedAtMs.current < RENEW_MIN_MS) return;
    renewedAtMs.current = performance.now();
    renewedUrl(door, (again) => slidesUrlOf(again, playback)).then(setFresh, () => undefined);
  };
  return { url: fresh ?? known, renew };
}

const aheadOf = (buffered: readonly TimeRange[], atS: number): number =>
  (buffered.find(({ fromS, toS }) => atS >= fromS - 0.5 && atS < toS)?.toS ?? atS) - atS;

export interface SlidePictureProps {
  readonly playback: Playback | null;
  readonly opened: Opened;
}

/** The stills, with where they lie: of what is played, or as long as those views have none, of the film. */
function useSlides({ playback, opened }: SlidePictureProps) {
  const { url, renew } = useSlidesUrl(opened, playback);
  const { data: own = null, isError, isPending } = useQuery(slidesQuery(url));
  const filmUrl = own === null && !isPending ? (opened.composed?.slidesUrl ?? null) : null;
  const { data: film = null } = useQuery(slidesQuery(filmUrl));
  const latestRenew = useRef(renew);
  useEffect(() => {
    latestRenew.current = renew;
  });
  useEffect(() => (isError ? latestRenew.current() : undefined), [isError]);
  return { index: own ?? film, base: own === null ? filmUrl : url, renew };
}

/** What is to be seen now, and what to fetch meanwhile. */
function useSlidesNow(props: SlidePictureProps) {
  const { playback } = props;
  const state = usePlaybackState(playback);
  const { index, base, renew } = useSlides(props);
  if (index === null || state === null) return { index, shown: null, ahead: null, renew };
  const { positionS, buffered } = state;
  const clockS = index.clock === 'session' && playback instanceof ViewsPlayback ? playback.sessionS : positionS;
  const { shown, next } = slidesAt(index, clockS);
  const isWanted = next !== null && (aheadOf(buffered, positionS) > CALM_AHEAD_S || next.atUs / 1e6 - clockS < SOON_S);
  const sourceOf = (slide: Slide | null): string | null =>
    slide === null || slide.uri === null ? null : new URL(slide.uri, new URL(base ?? '', document.baseURI)).href;
  return { index, shown: sourceOf(shown), ahead: isWanted ? sourceOf(next) : null, renew };
}

/** The board as a still, beside the sound: for lines that carry no moving picture. */
export function SlidePicture(props: SlidePictureProps) {
  const t = useText(playerText);
  const { index, shown, ahead, renew } = useSlidesNow(props);
  return (
    <div className={styles.slides} data-testid="player-slides">
      {shown === null ? (
        <div className={styles.card} data-testid="player-no-slide">
          <Images aria-hidden />
          <span>{t(index === null ? 'noSlidesYet' : 'noSlideHere')}</span>
        </div>
      ) : (
        <img src={shown} alt={t('slide')} onError={renew} data-testid="player-slide" />
      )}
      {/* Fetched ahead, never seen. */}
      {ahead !== null && <img src={ahead} alt="" hidden />}
    </div>
  );
}
