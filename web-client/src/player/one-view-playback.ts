import type { PlayIndex } from '../../../signaling/protocol/play-index.ts';
import { FilmPlayback } from './film-playback.ts';
import { mastersFor } from './one-view-plan.ts';
import { PlaySource, SourceFailure } from './play-source.ts';
import { PlaybackStore, type Playback, type PlaybackStart, type PlaybackState } from './playback.ts';
import { SessionTimeline } from './session-timeline.ts';
import type { ViewSlot } from './views-playback.ts';

const RELOAD_MS = 4_000;
/** So far behind a cut is surely behind it, however a browser rounds. */
const PAST_S = 0.01;

/** Which picture is seen, and which other one could be. */
export interface ShownView {
  readonly view: ViewSlot;
  readonly other: ViewSlot | null;
}

export interface OneViewOptions {
  readonly video: HTMLVideoElement;
  /** Of the `PlayIndex`. */
  readonly indexUrl: string;
  /** Answers a fresh URL of it; rejects when the viewer may not watch any more. */
  readonly renew: () => Promise<string>;
  readonly start: PlaybackStart;
}

/**
 * One picture of a lesson with its sound, by the browser's own HLS: for iPhones that have no media source extensions (before iOS 17.1), as long as there is no film. Its playlists count session
 * time; viewers count play time, as everywhere.
 */
export class OneViewPlayback implements Playback {
  readonly #store: PlaybackStore;
  readonly #options: OneViewOptions;
  readonly #source: PlaySource;
  readonly #closing = new AbortController();
  #reloading: ReturnType<typeof setTimeout> | undefined;
  #index: PlayIndex | undefined;
  #timeline = new SessionTimeline(0);
  #wished: ViewSlot = 'lecturer';
  #shown: ShownView | null = null;
  #film: FilmPlayback | undefined;

  constructor(options: OneViewOptions) {
    this.#options = options;
    this.#store = new PlaybackStore(options.start);
    this.#source = new PlaySource(options.indexUrl, options.renew);
    void this.#load();
  }

  get state(): PlaybackState {
    return this.#store.state;
  }

  /** Null until it is known, and where this browser can show none. */
  get shown(): ShownView | null {
    return this.#shown;
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  play(): void {
    if (this.state.failure === 'needsFilm') return;
    if (this.state.phase === 'ended') this.seek(0);
    this.#store.patch({ isPlaying: true, needsTap: false });
    this.#film?.play();
  }

  pause(): void {
    this.#store.patch({ isPlaying: false });
    this.#film?.pause();
  }

  seek(positionS: number): void {
    const at = Math.max(0, Math.min(positionS, this.state.durationS || positionS));
    this.#store.patch({ positionS: at, phase: this.state.phase === 'loading' ? 'loading' : 'ready' });
    this.#film?.seek(this.#timeline.toSessionS(at));
  }

  setRate(rate: number): void {
    this.#store.patch({ rate });
    this.#film?.setRate(rate);
  }

  hurry(rate: number | null): void {
    this.#store.patch({ hurryRate: rate });
    this.#film?.hurry(rate);
  }

  setVolume(volume: number, isMuted: boolean): void {
    this.#store.patch({ volume, isMuted });
    this.#film?.setVolume(volume, isMuted);
  }

  /** Which picture is wished for; where it cannot be shown, the other one is. */
  choose(view: ViewSlot): void {
    this.#wished = view;
    if (this.#index !== undefined) this.#show(this.#index);
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    clearTimeout(this.#reloading);
    this.#film?.close();
  }

  async #load(): Promise<void> {
    try {
      const index = await this.#source.index(this.#closing.signal);
      this.#index = index;
      this.#timeline = new SessionTimeline(index.durationUs, index.leftOut);
      this.#store.patch({ durationS: this.#timeline.durationS, isGrowing: !index.complete });
      this.#show(index);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      const isGone = error instanceof SourceFailure && error.reason === 'gone';
      this.#store.patch({ failure: isGone ? 'gone' : 'network' });
      if (isGone) return;
    }
    if (this.#index?.complete !== true) this.#reloading = setTimeout(() => void this.#load(), RELOAD_MS);
  }

  #show(index: PlayIndex): void {
    const { video } = this.#options;
    const canPlay = (mimeType: string): boolean => playsHls(video) && video.canPlayType(mimeType) !== '';
    const masters = mastersFor(index, canPlay);
    const chosen = masters.find(({ view }) => view === this.#wished) ?? masters[0];
    if (chosen === undefined) {
      this.#store.patch({ failure: 'needsFilm', isPlaying: false, isWaiting: false });
      return;
    }
    const { view, master } = chosen;
    const other = masters.find((each) => each !== chosen)?.view ?? null;
    const isSame = this.#shown?.view === view;
    if (isSame && this.#shown?.other === other) return;
    this.#shown = { view, other };
    if (!isSame) this.#open(master);
    this.#store.notify();
  }

  #open(master: string): void {
    const { video, renew, indexUrl, start } = this.#options;
    const wasAway = this.state.failure === 'needsFilm';
    this.#film?.close();
    const { positionS, rate, volume, isMuted } = this.state;
    const isPlaying = wasAway ? start.isPlaying : this.state.isPlaying;
    this.#store.patch({ failure: null, isPlaying, isWaiting: true });
    const film = new FilmPlayback({
      video,
      url: masterUrl(master, indexUrl),
      renew: async () => masterUrl(master, await renew()),
      start: { positionS: this.#timeline.toSessionS(positionS), isPlaying, rate, volume, isMuted },
    });
    this.#film = film;
    film.subscribe(() => (this.#film === film ? this.#mirror(film) : undefined));
  }

  /** What the film says, in play time and without what is left out. */
  #mirror(film: FilmPlayback): void {
    const { state } = film;
    if (state.phase === 'loading' && state.failure === null) {
      this.#store.patch({ isPlaying: state.isPlaying, needsTap: state.needsTap });
      return;
    }
    const skipTo = this.#timeline.skipFrom(state.positionS);
    const isOver = state.phase === 'ended' || (skipTo !== undefined && skipTo >= this.#timeline.sessionEndS);
    if (skipTo !== undefined && !isOver) {
      film.seek(skipTo + PAST_S);
      return;
    }
    const shown = this.#inPlayTime(state);
    if (!isOver) {
      this.#store.patch(shown);
      return;
    }
    const { durationS } = shown;
    this.#store.patch({ ...shown, phase: 'ended', isPlaying: false, isWaiting: false, positionS: durationS });
    if (state.isPlaying) film.pause();
  }

  #inPlayTime(state: PlaybackState): PlaybackState {
    const timeline = this.#timeline;
    const buffered = state.buffered.map(({ fromS, toS }) => ({
      fromS: timeline.toPlayS(fromS),
      toS: timeline.toPlayS(toS),
    }));
    const { isGrowing } = this.state;
    const positionS = timeline.toPlayS(state.positionS);
    return { ...state, positionS, durationS: timeline.durationS, buffered, isGrowing };
  }
}

const playsHls = (video: HTMLVideoElement): boolean => video.canPlayType('application/vnd.apple.mpegurl') !== '';

const masterUrl = (master: string, indexUrl: string): string =>
  new URL(master, new URL(indexUrl, document.baseURI)).href;
