import type { SeatId } from '../../../signaling/protocol/ids.ts';
import { BandHistory, findEcho } from './echo-finder.ts';
import { SoundListener } from './sound-listener.ts';
import type { SoundLevels } from './sound-bands.ts';

/** As many as speak at once in any lesson that can be followed. */
const MOST_SUSPECTS = 10;
const LOOK_EVERY_FRAMES = 50;
/** So many looks in a row must agree on the delay: a second each. */
const AGREEING_LOOKS = 2;
const SAME_DELAY_MS = 60;

export interface Suspect {
  readonly seatId: SeatId;
  readonly track: MediaStreamTrack;
}

interface Watched {
  readonly suspect: Suspect;
  readonly input: number;
  readonly heard: BandHistory;
  delaysMs: number[];
}

/** Listens for one's own voice in what comes from the others. */
export class EchoWatch {
  readonly #onEcho: (seatId: SeatId) => void;
  readonly #watched = new Map<string, Watched>();
  #listener: SoundListener | null = null;
  #said = new BandHistory();
  #frames = 0;
  #isClosed = false;

  static async create(own: MediaStreamTrack, onEcho: (seatId: SeatId) => void): Promise<EchoWatch> {
    const watch = new EchoWatch(onEcho);
    watch.#listener = await SoundListener.create(MOST_SUSPECTS + 1, (levels) => watch.#handle(levels));
    watch.#listener.listenTo(0, own);
    return watch;
  }

  private constructor(onEcho: (seatId: SeatId) => void) {
    this.#onEcho = onEcho;
  }

  /** Whoever is heard now. */
  setSuspects(suspects: readonly Suspect[]): void {
    const wanted = new Map(suspects.slice(0, MOST_SUSPECTS).map((suspect) => [suspect.track.id, suspect]));
    for (const [trackId, { input }] of this.#watched) {
      if (wanted.has(trackId)) continue;
      this.#listener?.listenTo(input, null);
      this.#watched.delete(trackId);
    }
    for (const [trackId, suspect] of wanted) {
      if (this.#watched.has(trackId)) continue;
      const taken = new Set([...this.#watched.values()].map(({ input }) => input));
      const input = Array.from({ length: MOST_SUSPECTS }, (_unused, n) => n + 1).find((n) => !taken.has(n));
      if (input === undefined) return;
      this.#listener?.listenTo(input, suspect.track);
      this.#watched.set(trackId, { suspect, input, heard: new BandHistory(), delaysMs: [] });
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#listener?.close();
  }

  #handle(levels: readonly SoundLevels[]): void {
    if (this.#isClosed) return;
    this.#said.add(levels[0]?.bands ?? []);
    for (const { input, heard } of this.#watched.values()) heard.add(levels[input]?.bands ?? []);
    this.#frames += 1;
    if (this.#frames % LOOK_EVERY_FRAMES === 0) for (const watched of this.#watched.values()) this.#look(watched);
  }

  #look(watched: Watched): void {
    const echo = findEcho(this.#said, watched.heard);
    if (echo === null) {
      watched.delaysMs = [];
      return;
    }
    const agreeing = watched.delaysMs.filter((delayMs) => Math.abs(delayMs - echo.delayMs) <= SAME_DELAY_MS);
    watched.delaysMs = [...agreeing, echo.delayMs];
    if (watched.delaysMs.length < AGREEING_LOOKS) return;
    watched.delaysMs = [];
    this.#onEcho(watched.suspect.seatId);
  }
}
