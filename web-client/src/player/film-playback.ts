import type Hls from 'hls.js';
import type { ErrorData } from 'hls.js';
import { mediaSourceClass } from './media-source.ts';
import { soundPlaylistOf } from './slide-track.ts';
import { PlaybackStore, type Playback, type PlaybackStart, type PlaybackState, type TimeRange } from './playback.ts';

const TICK_MS = 200;
/** Nearer than this needs no jump. */
const NEAR_S = 1;
/** A fresh URL that is refused at once means that it is not about the URL. */
const RENEW_MIN_MS = 10_000;
const RETRY_MS = 3_000;
const MAX_MEDIA_RECOVERIES = 3;
const GRANT_REFUSED = new Set([401, 403, 410]);

export interface FilmOptions {
  readonly video: HTMLVideoElement;
  /** HLS master. */
  readonly url: string;
  /** Answers a fresh URL when the old one has expired; rejects when the viewer may not watch any more. */
  readonly renew: () => Promise<string>;
  readonly start: PlaybackStart;
  /** Only the sound is fetched and played. */
  readonly isSoundOnly?: boolean;
}

/** One film by HLS: hls.js wherever there are media source extensions (a browser's "maybe" means little), the browser's own HLS elsewhere. */
export class FilmPlayback implements Playback {
  readonly #store: PlaybackStore;
  readonly #video: HTMLVideoElement;
  readonly #renew: () => Promise<string>;
  readonly #ticking: ReturnType<typeof setInterval>;
  readonly #listening = new AbortController();
  #hls: Hls | undefined;
  #recoveries = 0;
  #renewedAtMs = Number.NEGATIVE_INFINITY;
  #retrying: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  /** Where to go once the film can be moved in. */
  #pendingS: number | null;
  readonly #isSoundOnly: boolean;

  constructor({ video, url, renew, start, isSoundOnly = false }: FilmOptions) {
    this.#isSoundOnly = isSoundOnly;
    this.#store = new PlaybackStore(start);
    this.#video = video;
    this.#renew = renew;
    this.#pendingS = start.positionS;
    video.playsInline = true;
    video.muted = start.isMuted;
    video.volume = start.volume;
    video.defaultPlaybackRate = start.rate;
    video.playbackRate = start.rate;
    const tick = (): void => this.#tick();
    const { signal } = this.#listening;
    for (const name of ['loadedmetadata', 'seeked', 'seeking', 'ended', 'pause', 'playing', 'waiting', 'timeupdate']) {
      video.addEventListener(name, tick, { signal });
    }
    this.#ticking = setInterval(tick, TICK_MS);
    void this.#open(url);
  }

  get state(): PlaybackState {
    return this.#store.state;
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  play(): void {
    if (this.state.phase === 'ended') this.seek(0);
    this.#store.patch({ isPlaying: true, needsTap: false });
    this.#drive();
  }

  pause(): void {
    this.#store.patch({ isPlaying: false });
    this.#video.pause();
  }

  seek(positionS: number): void {
    const at = Math.max(0, Math.min(positionS, this.state.durationS || positionS));
    this.#store.patch({ positionS: at, phase: this.state.phase === 'loading' ? 'loading' : 'ready' });
    if (this.#video.readyState === HTMLMediaElement.HAVE_NOTHING) this.#pendingS = at;
    else this.#video.currentTime = at;
    this.#drive();
  }

  setRate(rate: number): void {
    this.#video.defaultPlaybackRate = rate;
    this.#video.playbackRate = this.state.hurryRate ?? rate;
    this.#store.patch({ rate });
  }

  hurry(rate: number | null): void {
    if (rate === this.state.hurryRate) return;
    this.#video.playbackRate = rate ?? this.state.rate;
    this.#store.patch({ hurryRate: rate });
  }

  setVolume(volume: number, isMuted: boolean): void {
    this.#video.volume = volume;
    this.#video.muted = isMuted;
    this.#store.patch({ volume, isMuted });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#ticking);
    clearTimeout(this.#retrying);
    this.#listening.abort();
    this.#hls?.destroy();
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  async #open(masterUrl: string): Promise<void> {
    const url = this.#isSoundOnly ? await this.#soundOf(masterUrl) : masterUrl;
    if (this.#isClosed) return;
    if (mediaSourceClass() === undefined) {
      this.#video.addEventListener('error', () => void this.#renewNative(), { signal: this.#listening.signal });
      this.#video.src = url;
      return;
    }
    const { default: Hls, Events } = await import('hls.js');
    if (this.#isClosed) return;
    const startPosition = this.#pendingS ?? -1;
    this.#hls = new Hls({ startPosition, enableWorker: false, capLevelToPlayerSize: true, backBufferLength: 60 });
    this.#hls.on(Events.ERROR, (_event, data) => void this.#onHlsError(data));
    this.#hls.attachMedia(this.#video);
    this.#hls.loadSource(url);
  }

  /** A film without a sound of its own is played whole, as is one whose master does not come: then its player says what is wrong. */
  async #soundOf(masterUrl: string): Promise<string> {
    const url = new URL(masterUrl, document.baseURI).href;
    const { signal } = this.#listening;
    const master = await fetch(url, { signal })
      .then((response) => (response.ok ? response.text() : ''))
      .catch(() => '');
    return soundPlaylistOf(master, url) ?? url;
  }

  async #onHlsError(data: ErrorData): Promise<void> {
    const status = data.response?.code;
    if (status !== undefined && GRANT_REFUSED.has(status)) {
      if (performance.now() - this.#renewedAtMs > RENEW_MIN_MS) await this.#renewHls();
      else this.#giveUp('gone');
      return;
    }
    if (!data.fatal || this.#hls === undefined) return;
    if (isKind(data, 'mediaError') && this.#recoveries < MAX_MEDIA_RECOVERIES) {
      this.#recoveries += 1;
      this.#hls.recoverMediaError();
    } else if (isKind(data, 'networkError')) {
      this.#store.patch({ failure: 'network' });
      clearTimeout(this.#retrying);
      this.#retrying = setTimeout(() => void this.#renewHls(), RETRY_MS);
    } else {
      this.#giveUp('unplayable');
    }
  }

  #giveUp(failure: 'gone' | 'unplayable'): void {
    this.#hls?.destroy();
    this.#hls = undefined;
    this.#store.patch({ failure, isPlaying: false, isWaiting: false });
  }

  async #renewHls(): Promise<void> {
    const hls = this.#hls;
    if (hls === undefined) return;
    this.#hls = undefined;
    this.#renewedAtMs = performance.now();
    const at = this.state.positionS;
    hls.destroy();
    try {
      const url = await this.#renew();
      this.#pendingS = at;
      await this.#open(url);
    } catch {
      this.#store.patch({ failure: 'gone' });
    }
  }

  async #renewNative(): Promise<void> {
    if (this.#isClosed || this.#recoveries >= MAX_MEDIA_RECOVERIES) {
      this.#store.patch({ failure: 'unplayable' });
      return;
    }
    this.#recoveries += 1;
    this.#pendingS = this.state.positionS;
    this.#video.src = await this.#renew().catch(() => '');
  }

  #drive(): void {
    if (!this.state.isPlaying || !this.#video.paused) return;
    this.#video.play().catch((error: unknown) => {
      const isRefused = error instanceof Error && error.name === 'NotAllowedError';
      if (isRefused) this.#store.patch({ isPlaying: false, needsTap: true });
    });
  }

  #tick(): void {
    const video = this.#video;
    if (this.#isClosed || video.readyState === HTMLMediaElement.HAVE_NOTHING) return;
    this.#goToPending();
    if (!video.ended) this.#drive();
    const hasPicture = video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
    this.#store.patch({
      phase: video.ended ? 'ended' : 'ready',
      isPlaying: this.state.isPlaying && !video.ended,
      isWaiting: !video.ended && (video.seeking || !hasPicture),
      positionS: video.currentTime,
      durationS: Number.isFinite(video.duration) ? video.duration : this.state.durationS,
      buffered: bufferedOf(video),
      ...(hasPicture && this.state.failure === 'network' ? { failure: null } : {}),
    });
  }

  #goToPending(): void {
    const pendingS = this.#pendingS;
    this.#pendingS = null;
    if (pendingS !== null && Math.abs(this.#video.currentTime - pendingS) > NEAR_S) this.#video.currentTime = pendingS;
  }
}

function bufferedOf({ buffered }: HTMLVideoElement): readonly TimeRange[] {
  return Array.from({ length: buffered.length }, (_, at) => ({
    fromS: Math.round(buffered.start(at) * 10) / 10,
    toS: Math.round(buffered.end(at) * 10) / 10,
  }));
}

/** The enum itself would pull hls.js into the page before it is needed. */
function isKind({ type }: ErrorData, kind: `${ErrorData['type']}`): boolean {
  const name: string = type;
  return name === kind;
}
