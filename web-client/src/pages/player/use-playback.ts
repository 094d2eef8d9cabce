import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { FilmPlayback } from '../../player/film-playback.ts';
import { OneViewPlayback, type ShownView } from '../../player/one-view-playback.ts';
import { PlaySource } from '../../player/play-source.ts';
import type { Playback, PlaybackStart, PlaybackState } from '../../player/playback.ts';
import { PlaybackSwitch } from '../../player/playback-switch.ts';
import type { PlayerMemory } from '../../player/player-memory.ts';
import { ViewsPlayback, type ViewsOptions, type ViewsState } from '../../player/views-playback.ts';
import { usePlaybackDoor, type PlaybackDoor } from './playback-door.ts';
import { savePositionLater, type Opened, type Played } from './playback-query.ts';
import { useWatchMeter } from './use-watch-meter.ts';

const SAVE_EVERY_MS = 10_000;
/** Who has seen this much begins anew. */
const SEEN_FRACTION = 0.95;
const RESUME_FROM_MS = 5_000;

/** `oneView`: of the views only one, for browsers that can do no more. `sound`: of the film, its sound alone. */
export type PlayerMode = 'views' | 'oneView' | 'film' | 'sound';

/** Otherwise it is the film, whose time line may be another. */
export const playsViews = (mode: PlayerMode): boolean => mode === 'views' || mode === 'oneView';

export interface PlayerElements {
  readonly board: HTMLVideoElement | null;
  readonly lecturer: HTMLVideoElement | null;
  readonly film: HTMLVideoElement | null;
}

/** Told of the elements as they come and go. */
export type PlayerRefs = Readonly<Record<keyof PlayerElements, (element: HTMLVideoElement | null) => void>>;

export function usePlayerElements(): { readonly elements: PlayerElements; readonly attach: PlayerRefs } {
  const [board, setBoard] = useState<HTMLVideoElement | null>(null);
  const [lecturer, setLecturer] = useState<HTMLVideoElement | null>(null);
  const [film, setFilm] = useState<HTMLVideoElement | null>(null);
  return { elements: { board, lecturer, film }, attach: { board: setBoard, lecturer: setLecturer, film: setFilm } };
}

/** An address that names an instant (`?t=754`) means that instant. */
function wantedS(): number | null {
  const seconds = Number(new URLSearchParams(location.search).get('t') ?? '');
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

export function resumeS({ recording }: Opened): number {
  const wanted = wantedS();
  if (wanted !== null) return wanted;
  const { positionMs, durationMs } = recording;
  if (positionMs === null || positionMs < RESUME_FROM_MS) return 0;
  return durationMs !== null && positionMs > durationMs * SEEN_FRACTION ? 0 : positionMs / 1000;
}

/** A fresh URL of the same thing, with the rights checked anew. */
export async function renewedUrl(
  { open }: Pick<PlaybackDoor, 'open'>,
  pick: (opened: Opened) => string | null | undefined,
): Promise<string> {
  const url = pick(await open());
  if (url === null || url === undefined) throw new Error('nothing to play any more');
  return url;
}

interface Source {
  readonly opened: Opened;
  readonly door: PlaybackDoor;
}

function createFilm(
  { opened, door }: Source,
  video: HTMLVideoElement,
  start: PlaybackStart,
  isSoundOnly: boolean,
): Playback | null {
  if (opened.composed === null) return null;
  const renew = (): Promise<string> => renewedUrl(door, ({ composed }) => composed?.masterUrl);
  return new FilmPlayback({ video, url: opened.composed.masterUrl, renew, start, isSoundOnly });
}

function createViews({ opened, door }: Source, videos: ViewsOptions['videos'], start: PlaybackStart): Playback | null {
  const { viewsIndexUrl } = opened;
  if (viewsIndexUrl === null) return null;
  const renew = (): Promise<string> => renewedUrl(door, (fresh) => fresh.viewsIndexUrl);
  return new ViewsPlayback({ source: new PlaySource(viewsIndexUrl, renew), videos, start });
}

function createOneView({ opened, door }: Source, video: HTMLVideoElement, start: PlaybackStart): Playback | null {
  const { viewsIndexUrl: indexUrl } = opened;
  if (indexUrl === null) return null;
  const renew = (): Promise<string> => renewedUrl(door, (fresh) => fresh.viewsIndexUrl);
  return new OneViewPlayback({ video, indexUrl, renew, start });
}

export const timelineOf = ({ timelines }: Opened, mode: PlayerMode): number =>
  playsViews(mode) ? timelines.views : timelines.film;

function usePlayed(opened: Opened, mode: PlayerMode): Played {
  const { recordingId } = opened.recording;
  const timeline = timelineOf(opened, mode);
  return useMemo(() => ({ recordingId, timeline }), [recordingId, timeline]);
}

/** The playback of the chosen mode; changing the mode keeps place, speed and volume. */
export function usePlayback(
  mode: PlayerMode,
  opened: Opened,
  elements: PlayerElements,
  memory: PlayerMemory,
): Playback | null {
  const [place] = useState(() => {
    const { rate, volume, isMuted } = memory.read();
    return new PlaybackSwitch({ positionS: resumeS(opened), isPlaying: true, rate, volume, isMuted });
  });
  const { board, lecturer, film } = elements;
  const door = usePlaybackDoor(opened.recording.recordingId);
  useEffect(() => {
    const source = { opened, door };
    if (mode === 'oneView') {
      return film === null ? undefined : place.open((start) => createOneView(source, film, start));
    }
    if (mode !== 'views') {
      const isSoundOnly = mode === 'sound';
      return film === null ? undefined : place.open((start) => createFilm(source, film, start, isSoundOnly));
    }
    if (board === null || lecturer === null) return undefined;
    return place.open((start) => createViews(source, { board, lecturer }, start));
  }, [mode, opened, door, board, lecturer, film, place]);
  const playback = useSyncExternalStore(place.subscribe, () => place.current);
  // Of a guest nothing is remembered, and nothing counted.
  const played = usePlayed(opened, mode);
  useSavedPosition(playback, door.isGuest ? null : played);
  useWatchMeter(playback, door.isGuest ? null : played);
  return playback;
}

const ignore = (): (() => void) => () => undefined;

export function usePlaybackState(playback: Playback | null): PlaybackState | null {
  return useSyncExternalStore(playback?.subscribe ?? ignore, () => playback?.state ?? null);
}

export function useViewsState(playback: Playback | null): ViewsState | null {
  const views = playback instanceof ViewsPlayback ? playback : null;
  return useSyncExternalStore(views?.subscribe ?? ignore, () => views?.views ?? null);
}

export function useShownView(playback: Playback | null): ShownView | null {
  const one = playback instanceof OneViewPlayback ? playback : null;
  return useSyncExternalStore(one?.subscribe ?? ignore, () => one?.shown ?? null);
}

function useSavedPosition(playback: Playback | null, played: Played | null): void {
  useEffect(() => {
    if (playback === null || played === null) return undefined;
    let savedS = playback.state.positionS;
    const save = (): void => {
      const { positionS, phase } = playback.state;
      if (phase === 'loading' || Math.abs(positionS - savedS) < 1) return;
      savedS = positionS;
      savePositionLater(played, positionS);
    };
    const onHidden = (): void => (document.visibilityState === 'hidden' ? save() : undefined);
    const timer = setInterval(save, SAVE_EVERY_MS);
    addEventListener('pagehide', save);
    document.addEventListener('visibilitychange', onHidden);
    return () => {
      clearInterval(timer);
      removeEventListener('pagehide', save);
      document.removeEventListener('visibilitychange', onHidden);
      save();
    };
  }, [playback, played]);
}
