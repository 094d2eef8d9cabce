/** Seconds of play time: what a viewer sees on the clock, without what was left out of the recording. */
export interface TimeRange {
  readonly fromS: number;
  readonly toS: number;
}

/**
 * - `network`: the line is away, what is buffered still plays and it goes on by itself.
 * - `gone`: deleted, or the rights have gone. `unplayable`: this browser cannot decode it.
 * - `needsFilm`: this browser can play nothing of it but the film, which is not there yet.
 */
export type PlaybackFailure = 'network' | 'gone' | 'unplayable' | 'needsFilm';

export interface PlaybackState {
  readonly phase: 'loading' | 'ready' | 'ended';
  /** What the viewer wants; see `isWaiting` for what happens. */
  readonly isPlaying: boolean;
  /** Should play, but has nothing to play yet. */
  readonly isWaiting: boolean;
  /** The browser wants a tap before there may be sound. */
  readonly needsTap: boolean;
  readonly positionS: number;
  readonly durationS: number;
  readonly buffered: readonly TimeRange[];
  readonly rate: number;
  /** How fast a silence is being run through just now; null for the chosen speed. */
  readonly hurryRate: number | null;
  readonly volume: number;
  readonly isMuted: boolean;
  /** The lesson is still running or its tail is on its way: the duration grows. */
  readonly isGrowing: boolean;
  readonly failure: PlaybackFailure | null;
}

/** One way of showing a recording. Positions are seconds of play time. */
export interface Playback {
  readonly state: PlaybackState;
  /** @returns how to stop listening. */
  readonly subscribe: (listener: () => void) => () => void;
  play(): void;
  pause(): void;
  seek(positionS: number): void;
  setRate(rate: number): void;
  /** Plays faster for a while without touching the chosen speed; null ends it. */
  hurry(rate: number | null): void;
  setVolume(volume: number, isMuted: boolean): void;
  /** Idempotent. */
  close(): void;
}

/** What a playback starts with: where, how fast, how loud. */
export interface PlaybackStart {
  readonly positionS: number;
  readonly isPlaying: boolean;
  readonly rate: number;
  readonly volume: number;
  readonly isMuted: boolean;
}

const initialState = (start: PlaybackStart): PlaybackState => ({
  ...start,
  phase: 'loading',
  isWaiting: true,
  needsTap: false,
  hurryRate: null,
  durationS: 0,
  buffered: [],
  isGrowing: false,
  failure: null,
});

/** Holds an immutable state and tells when it has become another one. */
export class PlaybackStore {
  #state: PlaybackState;
  readonly #listeners = new Set<() => void>();

  constructor(start: PlaybackStart) {
    this.#state = initialState(start);
  }

  get state(): PlaybackState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  patch(change: Partial<PlaybackState>): void {
    const next = { ...this.#state, ...change };
    const isSame = (Object.keys(change) as (keyof PlaybackState)[]).every((key) =>
      key === 'buffered' ? sameRanges(this.#state.buffered, next.buffered) : Object.is(this.#state[key], next[key]),
    );
    if (isSame) return;
    this.#state = next;
    this.notify();
  }

  /** Something beside the state has changed. */
  notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

const sameRanges = (one: readonly TimeRange[], other: readonly TimeRange[]): boolean =>
  one.length === other.length &&
  one.every(({ fromS, toS }, index) => fromS === other[index]?.fromS && toS === other[index].toS);
