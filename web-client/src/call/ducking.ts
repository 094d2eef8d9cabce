import type { DuckedMicrophone } from './ducked-microphone.ts';

/** Nobody is without a microphone for longer, whatever the line and the browser do. */
const MADE_WITHIN_MS = 3_000;

class NotInTime extends Error {}

/** Whether the own microphone is turned down while others are heard, because it gives them back (SPEC Z2). */
export class Ducking {
  readonly #onMayWork: () => void;
  readonly #live = new Set<DuckedMicrophone>();
  /** What was sent since it is wanted, also where the browser could not do it. */
  readonly #applied = new WeakSet<MediaStreamTrack>();
  #isWanted = false;
  #played: readonly MediaStreamTrack[] = [];

  /** @param onMayWork the page was touched, without which some browsers let no sound through: what failed may work now */
  constructor(onMayWork: () => void) {
    this.#onMayWork = onMayWork;
  }

  /** False when it was like that before. */
  setWanted(isWanted: boolean): boolean {
    const isNew = isWanted !== this.#isWanted;
    this.#isWanted = isWanted;
    return isNew;
  }

  /** What the loudspeakers play from now on. */
  setPlayed(tracks: readonly MediaStreamTrack[]): void {
    this.#played = tracks;
    for (const microphone of this.#live) microphone.setPlayed(tracks);
  }

  /** The microphone as it is to be sent now. Where it cannot be ducked it is sent as it is: the server mutes one that is still heard. */
  async apply(raw: MediaStreamTrack): Promise<MediaStreamTrack> {
    if (!this.#isWanted) return raw;
    const track = await this.#duck(raw).catch((error: unknown) => {
      console.warn('the microphone is not ducked', error);
      if (error instanceof NotInTime) window.addEventListener('pointerdown', this.#onMayWork, { once: true });
      return raw;
    });
    this.#applied.add(track);
    return track;
  }

  /** The same microphone, as it is to be sent now, without opening it: in the background some browsers open none. The old track is still to be stopped. */
  async applyTo(sent: MediaStreamTrack): Promise<MediaStreamTrack> {
    const ducked = [...this.#live].find(({ track }) => track === sent);
    const raw = (ducked?.raw ?? sent).clone();
    raw.enabled = true;
    return await this.apply(raw);
  }

  /** It was wanted otherwise while the track was opened. */
  isOutdated(track: MediaStreamTrack): boolean {
    return this.#isWanted !== this.#applied.has(track);
  }

  /** Nothing of it is loaded before it is wanted. */
  async #duck(raw: MediaStreamTrack): Promise<MediaStreamTrack> {
    const limit = new AbortController();
    const late = new Promise<never>((_resolve, reject) => {
      setTimeout(() => {
        limit.abort();
        reject(new NotInTime('the browser lets no sound through'));
      }, MADE_WITHIN_MS);
    });
    const microphone = await Promise.race([this.#make(raw, limit.signal), late]);
    microphone.setPlayed(this.#played);
    this.#live.add(microphone);
    return microphone.track;
  }

  async #make(raw: MediaStreamTrack, signal: AbortSignal): Promise<DuckedMicrophone> {
    const { DuckedMicrophone: Ducked } = await import('./ducked-microphone.ts');
    return await Ducked.create(raw, { played: this.#played, signal, onClosed: (closed) => this.#live.delete(closed) });
  }
}
