import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Slide, SlideIndex } from '../../../../signaling/protocol/slide-index.ts';
import type { Playback, TimeRange } from '../../player/playback.ts';
import { hasPages, pageAt, slidesAt } from '../../player/slide-track.ts';
import { ViewsPlayback } from '../../player/views-playback.ts';
import { usePlaybackDoor } from './playback-door.ts';
import type { Opened } from './playback-query.ts';
import { slidesQuery } from './slides-query.ts';
import { renewedUrl, usePlaybackState } from './use-playback.ts';

const RENEW_MIN_MS = 10_000;
/** The next slide is fetched once the sound has this much in front of it, or has to be shown soon. */
const CALM_AHEAD_S = 10;
const SOON_S = 6;

/** Stills instead of pictures that move, or pages alone, beside those; null: nothing. */
type SlidesWanted = 'stills' | 'pages' | null;

interface SlidesOf {
  readonly playback: Playback | null;
  readonly opened: Opened;
  readonly wanted: SlidesWanted;
}

/** Of the views while those are played, else of the film. */
function slidesUrlOf({ viewsSlidesUrl, composed }: Opened, playback: Playback | null): string | null {
  return playback instanceof ViewsPlayback ? viewsSlidesUrl : (composed?.slidesUrl ?? null);
}

/** The address of the slides, which expires like all of them. */
function useSlidesUrl({ opened, playback, wanted }: SlidesOf) {
  const known = wanted === null ? null : slidesUrlOf(opened, playback);
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

/** The stills, with where they lie: of what is played, or as long as those views have none, of the film. */
function useSlides(props: SlidesOf) {
  const { opened, wanted } = props;
  const { url, renew } = useSlidesUrl(props);
  const { data: own = null, isError, isPending } = useQuery(slidesQuery(url, wanted === 'stills'));
  const needsFilm = wanted === 'stills' && own === null && !isPending;
  const filmUrl = needsFilm ? (opened.composed?.slidesUrl ?? null) : null;
  const { data: film = null } = useQuery(slidesQuery(filmUrl, true));
  const latestRenew = useRef(renew);
  useEffect(() => {
    latestRenew.current = renew;
  });
  useEffect(() => (isError ? latestRenew.current() : undefined), [isError]);
  return { index: own ?? film, base: own === null ? filmUrl : url, renew };
}

export interface SlidesNow {
  /** Null while there are none. */
  readonly index: SlideIndex | null;
  /** Addresses of what is to be seen now, and of what to fetch meanwhile. */
  readonly shown: string | null;
  readonly ahead: string | null;
  /** As `shown`, if it is a page that is all there is on the board. */
  readonly page: string | null;
  /** Whether the board has such pages at all. */
  readonly hasPages: boolean;
  /** To be called when a picture does not come: its address may have expired. */
  readonly renew: () => void;
}

export function useSlidesNow(props: SlidesOf): SlidesNow {
  const { playback, wanted } = props;
  const state = usePlaybackState(playback);
  const { index, base, renew } = useSlides(props);
  if (index === null || state === null) {
    return { index, shown: null, ahead: null, page: null, hasPages: false, renew };
  }
  const { positionS, buffered } = state;
  const clockS = index.clock === 'session' && playback instanceof ViewsPlayback ? playback.sessionS : positionS;
  const { shown, next } = slidesAt(index, clockS);
  const isOfUse = next !== null && (wanted === 'stills' || next.pageUntilUs !== undefined);
  const isTime = next !== null && (aheadOf(buffered, positionS) > CALM_AHEAD_S || next.atUs / 1e6 - clockS < SOON_S);
  const sourceOf = (slide: Slide | null): string | null =>
    slide === null || slide.uri === null ? null : new URL(slide.uri, new URL(base ?? '', document.baseURI)).href;
  return {
    ...{ index, renew },
    shown: sourceOf(shown),
    ahead: isOfUse && isTime ? sourceOf(next) : null,
    page: sourceOf(pageAt(index, clockS)),
    hasPages: hasPages(index),
  };
}
