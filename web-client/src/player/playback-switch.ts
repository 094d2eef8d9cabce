import type { Playback, PlaybackStart } from './playback.ts';

/** Holds the one playback of a page; the next one goes on where the last one was, as fast and as loud. */
export class PlaybackSwitch {
  #current: Playback | null = null;
  #start: PlaybackStart;
  readonly #listeners = new Set<() => void>();

  constructor(start: PlaybackStart) {
    this.#start = start;
  }

  get current(): Playback | null {
    return this.#current;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** @returns how to close it again. */
  open(create: (start: PlaybackStart) => Playback | null): () => void {
    const made = create(this.#start);
    this.#set(made);
    return () => {
      if (made === null) return;
      const { positionS, isPlaying, rate, volume, isMuted } = made.state;
      this.#start = { positionS, isPlaying, rate, volume, isMuted };
      made.close();
      if (this.#current === made) this.#set(null);
    };
  }

  #set(playback: Playback | null): void {
    this.#current = playback;
    for (const listener of this.#listeners) listener();
  }
}
