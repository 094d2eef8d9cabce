import type { PlayIndex } from '../../../signaling/protocol/play-index.ts';
import { planSound, planViews, type PlannedView } from './play-plan.ts';
import type { PlaySource } from './play-source.ts';
import { SourceFailure } from './play-source.ts';
import { PlaybackStore, type Playback, type PlaybackStart, type PlaybackState, type TimeRange } from './playback.ts';
import { SegmentFeed } from './segment-feed.ts';
import { SessionTimeline } from './session-timeline.ts';
import { SoundClock } from './sound-clock.ts';
import { ViewPicture, type PictureState } from './view-picture.ts';
import { canPlay } from './media-source.ts';

const TICK_MS = 100;
const SOUND_AHEAD_S = 40;
const RELOAD_MS = 4_000;
/** Longer than this the sound does not wait for a picture. */
const PATIENCE_MS = 3_000;
const END_S = 0.05;

export const VIEW_SLOTS = ['board', 'lecturer'] as const;
export type ViewSlot = (typeof VIEW_SLOTS)[number];

export interface ViewChoice {
  readonly view: string;
  readonly displayName: string;
  readonly source: PlannedView['source'];
}

export interface ViewsState {
  readonly choices: readonly ViewChoice[];
  readonly pictures: Readonly<Record<ViewSlot, PictureState>>;
}

export interface ViewsOptions {
  readonly source: PlaySource;
  readonly videos: Readonly<Record<ViewSlot, HTMLVideoElement>>;
  readonly start: PlaybackStart;
}

/**
 * Board and lecturer side by side, straight from what was muxed while the lesson ran (`PlayIndex`): the sound leads, the pictures follow. While the
 * index is not complete it is read again and again, so a running lesson can be watched from its beginning.
 */
export class ViewsPlayback implements Playback {
  readonly #store: PlaybackStore;
  readonly #source: PlaySource;
  readonly #audio = new Audio();
  readonly #soundFeed: SegmentFeed;
  readonly #clock: SoundClock;
  readonly #pictures: Readonly<Record<ViewSlot, ViewPicture>>;
  readonly #closing = new AbortController();
  readonly #ticking: ReturnType<typeof setInterval>;
  #reloading: ReturnType<typeof setTimeout> | undefined;
  #timeline = new SessionTimeline(0);
  #views: readonly PlannedView[] = [];
  readonly #chosen: Record<ViewSlot, string | null> = { board: null, lecturer: null };
  #viewsState: ViewsState;
  #hasIndex = false;
  #isComplete = false;
  #isGone = false;
  #heldSinceMs: number | null = null;
  #hasLostPatience = false;

  constructor({ source, videos, start }: ViewsOptions) {
    this.#store = new PlaybackStore(start);
    this.#source = source;
    this.#audio.preload = 'auto';
    this.#audio.volume = start.volume;
    this.#audio.muted = start.isMuted;
    const onChange = (): void => this.#tick();
    this.#soundFeed = new SegmentFeed({ element: this.#audio, source, aheadS: SOUND_AHEAD_S, onChange });
    this.#clock = new SoundClock(this.#audio, this.#soundFeed, () => {
      this.#store.patch({ isPlaying: false, needsTap: true });
    });
    this.#clock.setRate(start.rate);
    this.#pictures = {
      board: new ViewPicture(videos.board, source, onChange),
      lecturer: new ViewPicture(videos.lecturer, source, onChange),
    };
    this.#viewsState = { choices: [], pictures: this.#pictureStates() };
    this.#ticking = setInterval(onChange, TICK_MS);
    void this.#load();
  }

  get state(): PlaybackState {
    return this.#store.state;
  }

  get views(): ViewsState {
    return this.#viewsState;
  }

  /** The playhead in session time, which is what the recording's segments and stills count. */
  get sessionS(): number {
    return this.#timeline.toSessionS(this.state.positionS);
  }

  /** Somebody looks at a picture that is not here yet. */
  get isPictureMissing(): boolean {
    return VIEW_SLOTS.some((slot) => this.#pictures[slot].isAwaited);
  }

  /** What board, lecturer and sound take together, in the mean. */
  get averageBps(): number {
    const shown = this.#views.filter(({ view }) => VIEW_SLOTS.some((slot) => slot === view));
    return [...shown.map(({ segments }) => segments), this.#soundFeed.segments].reduce((sum, segments) => {
      const bytes = segments.reduce((total, segment) => total + segment.bytes, 0);
      const seconds = segments.reduce((total, { startS, endS }) => total + endS - startS, 0);
      return sum + (bytes * 8) / Math.max(seconds, 1);
    }, 0);
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  play(): void {
    const { phase } = this.state;
    if (phase === 'ended') this.seek(0);
    this.#store.patch({ isPlaying: true, needsTap: false });
    this.#tick();
  }

  pause(): void {
    this.#store.patch({ isPlaying: false });
    this.#tick();
  }

  seek(positionS: number): void {
    const at = Math.max(0, Math.min(positionS, this.#hasIndex ? this.#timeline.durationS : positionS));
    this.#store.patch({ positionS: at, phase: this.#hasIndex ? 'ready' : 'loading' });
    if (!this.#hasIndex) return;
    this.#clock.setRunning(false);
    this.#clock.seek(this.#timeline.toSessionS(at));
    this.#startHold();
    this.#tick();
  }

  setRate(rate: number): void {
    this.#clock.setRate(this.state.hurryRate ?? rate);
    this.#store.patch({ rate });
  }

  hurry(rate: number | null): void {
    if (rate === this.state.hurryRate) return;
    this.#clock.setRate(rate ?? this.state.rate);
    this.#store.patch({ hurryRate: rate });
  }

  setVolume(volume: number, isMuted: boolean): void {
    this.#audio.volume = volume;
    this.#audio.muted = isMuted;
    this.#store.patch({ volume, isMuted });
  }

  /** Which view a picture shows; nothing for the one it is meant for. */
  choose(slot: ViewSlot, view: string | null): void {
    this.#chosen[slot] = view;
    this.#assign();
    this.#tick();
  }

  /** Pictures that are hidden load nothing. */
  setActive(slot: ViewSlot, isActive: boolean): void {
    this.#pictures[slot].setActive(isActive);
    this.#tick();
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    clearInterval(this.#ticking);
    clearTimeout(this.#reloading);
    this.#clock.setRunning(false);
    this.#soundFeed.close();
    for (const slot of VIEW_SLOTS) this.#pictures[slot].close();
  }

  async #load(): Promise<void> {
    try {
      this.#take(await this.#source.index(this.#closing.signal));
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#isGone = error instanceof SourceFailure ? error.reason === 'gone' : false;
      this.#store.patch({ failure: this.#isGone ? 'gone' : 'network' });
    }
    if (!this.#isComplete && !this.#isGone) this.#reloading = setTimeout(() => void this.#load(), RELOAD_MS);
  }

  #take(index: PlayIndex): void {
    const isFirst = !this.#hasIndex;
    this.#hasIndex = true;
    this.#isComplete = index.complete;
    this.#timeline = new SessionTimeline(index.durationUs, index.leftOut);
    this.#views = planViews(index);
    const sound = planSound(index);
    this.#soundFeed.setSegments(sound, this.#timeline.sessionEndS);
    if (sound[0] !== undefined && !canPlay(sound[0].mimeType)) this.#clock.giveUpSound();
    this.#assign();
    const { durationS } = this.#timeline;
    this.#store.patch({ durationS, isGrowing: !index.complete, failure: null, ...(isFirst ? {} : { phase: 'ready' }) });
    if (isFirst) this.seek(this.state.positionS < durationS - END_S ? this.state.positionS : 0);
  }

  #assign(): void {
    const named = (name: string): PlannedView | undefined => this.#views.find(({ view }) => view === name);
    const isEmpty = VIEW_SLOTS.every((slot) => named(slot) === undefined);
    const wanted = (slot: ViewSlot): PlannedView | undefined =>
      // A lesson that shows neither board nor lecturer shows whoever there is.
      named(this.#chosen[slot] ?? slot) ?? (isEmpty && slot === 'lecturer' ? this.#views[0] : undefined);
    for (const slot of VIEW_SLOTS) this.#pictures[slot].show(wanted(slot), this.#timeline.sessionEndS);
    const choices = this.#views.map(({ view, displayName, source }) => ({ view, displayName, source }));
    this.#viewsState = { choices, pictures: this.#pictureStates() };
  }

  #tick(): void {
    if (!this.#hasIndex || this.#closing.signal.aborted) return;
    this.#clock.tick();
    const skipTo = this.#timeline.skipFrom(this.#clock.positionS);
    if (skipTo !== undefined && skipTo < this.#timeline.sessionEndS) this.#clock.seek(skipTo);
    const positionS = Math.min(this.#clock.positionS, this.#timeline.sessionEndS);
    const isAtEnd =
      positionS >= this.#timeline.sessionEndS - END_S || (skipTo !== undefined && skipTo >= this.#timeline.sessionEndS);
    const wantsToRun = this.state.isPlaying && !isAtEnd;
    this.#clock.setRunning(wantsToRun && !this.#mustHold());
    this.#soundFeed.tick(positionS);
    const master = { positionS, isAdvancing: this.#clock.isAdvancing, rate: this.state.hurryRate ?? this.state.rate };
    for (const slot of VIEW_SLOTS) this.#pictures[slot].tick(master);
    this.#report(positionS, isAtEnd);
  }

  #startHold(): void {
    this.#heldSinceMs = performance.now();
    this.#hasLostPatience = false;
  }

  /** The sound waits for the pictures a while, then goes on alone until they have come. */
  #mustHold(): boolean {
    const isSettled = VIEW_SLOTS.every((slot) => this.#pictures[slot].isSettled);
    if (isSettled) {
      this.#heldSinceMs = null;
      this.#hasLostPatience = false;
      return !this.#clock.isReady;
    }
    this.#heldSinceMs ??= performance.now();
    if (performance.now() - this.#heldSinceMs > PATIENCE_MS) this.#hasLostPatience = true;
    return !this.#hasLostPatience;
  }

  #report(positionS: number, isAtEnd: boolean): void {
    const pictures = this.#pictureStates();
    const isChanged = VIEW_SLOTS.some((slot) => pictures[slot] !== this.#viewsState.pictures[slot]);
    if (isChanged) this.#viewsState = { ...this.#viewsState, pictures };
    this.#store.patch({
      ...this.#progress(isAtEnd && this.#isComplete),
      buffered: this.#buffered(),
      positionS: this.#timeline.toPlayS(positionS),
      failure: this.#feedFailure() ?? (this.state.failure === 'network' ? null : this.state.failure),
    });
    if (isChanged) this.#store.notify();
  }

  #progress(isEnded: boolean): Pick<PlaybackState, 'phase' | 'isPlaying' | 'isWaiting'> {
    if (isEnded) return { phase: 'ended', isPlaying: false, isWaiting: false };
    const { isPlaying, phase } = this.state;
    const isSettled = VIEW_SLOTS.every((slot) => this.#pictures[slot].isSettled) && this.#clock.isReady;
    return {
      phase: isSettled || phase !== 'loading' ? 'ready' : 'loading',
      isPlaying,
      isWaiting: isPlaying ? !this.#clock.isAdvancing : !isSettled,
    };
  }

  #feeds(): readonly SegmentFeed[] {
    return [this.#soundFeed, ...VIEW_SLOTS.map((slot) => this.#pictures[slot].feed)];
  }

  #feedFailure(): 'network' | 'gone' | null {
    const failures = this.#feeds().map((feed) => feed.failure);
    return failures.includes('gone') ? 'gone' : failures.includes('network') ? 'network' : null;
  }

  /** What the sound has, in play time; the pictures have about the same. */
  #buffered(): readonly TimeRange[] {
    const feed = this.#soundFeed.segments.length > 0 ? this.#soundFeed : this.#pictures.lecturer.feed;
    return feed.buffered.map(({ fromS, toS }) => ({
      fromS: Math.round(this.#timeline.toPlayS(fromS) * 10) / 10,
      toS: Math.round(this.#timeline.toPlayS(toS) * 10) / 10,
    }));
  }

  #pictureStates(): Readonly<Record<ViewSlot, PictureState>> {
    return { board: this.#pictures.board.state, lecturer: this.#pictures.lecturer.state };
  }
}
