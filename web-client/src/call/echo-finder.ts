/** The step of the levels. */
export const FRAME_MS = 20;
/** A voice that comes back sooner came through the same room, later it is somebody who repeats. */
const SOONEST_MS = 50;
const MOST_FRAMES = 800 / FRAME_MS;
/** What is compared: long enough for a dozen words. */
const WINDOW_FRAMES = 4_000 / FRAME_MS;
const HISTORY_FRAMES = WINDOW_FRAMES + MOST_FRAMES;
/** A voice stands this far out of the room, in some bands, for a part of the time; a tone or a knock does not. */
const ABOVE_ROOM_DB = 12;
const SPOKEN_SHARE = 0.2;
const SPOKEN_BANDS = 3;
/** Below this there is nothing. */
const FLOOR_DB = -75;
/** Of made-up speech an echo is alike by 0.75 and more, another voice by up to 0.41, and by 0.51 in the same rhythm. */
const ALIKE = 0.62;
/** How far the best delay stands out of all others. */
const DISTINCT = 0.2;

/** Levels of one moment in dB of full scale, band by band. */
export type BandLevels = readonly number[];

export interface FoundEcho {
  readonly delayMs: number;
  /** 0–1. */
  readonly likeness: number;
}

/** The last seconds of one sound. */
export class BandHistory {
  readonly #frames: BandLevels[] = [];

  add(levels: BandLevels): void {
    this.#frames.push(levels.map((level) => Math.max(level, FLOOR_DB)));
    if (this.#frames.length > HISTORY_FRAMES) this.#frames.shift();
  }

  get isFull(): boolean {
    return this.#frames.length >= HISTORY_FRAMES;
  }

  get isSpoken(): boolean {
    const bands = this.#frames[0]?.length ?? 0;
    let spoken = 0;
    for (let band = 0; band < bands; band += 1) {
      const levels = this.#frames.map((frame) => frame[band] ?? FLOOR_DB);
      const room = Math.min(...levels);
      const loud = levels.filter((level) => level > room + ABOVE_ROOM_DB).length;
      if (loud >= levels.length * SPOKEN_SHARE) spoken += 1;
    }
    return spoken >= SPOKEN_BANDS;
  }

  /**
   * Around the mean of each moment and of each band: neither loudness counts, nor the colour of a room, nor the rhythm that a whole
   * class shares; only which sounds were spoken.
   */
  shapes(): Float64Array[] {
    const shapes = this.#frames.map((frame) => {
      const mean = frame.reduce((sum, level) => sum + level, 0) / frame.length;
      return Float64Array.from(frame, (level) => level - mean);
    });
    const bands = shapes[0]?.length ?? 0;
    for (let band = 0; band < bands; band += 1) {
      const mean = shapes.reduce((sum, shape) => sum + (shape[band] ?? 0), 0) / shapes.length;
      for (const shape of shapes) shape[band] = (shape[band] ?? 0) - mean;
    }
    return shapes;
  }
}

/** Of the last window of `b` with the one of `a` that ended `ago` frames earlier. */
function likeness(a: readonly Float64Array[], b: readonly Float64Array[], ago: number): number {
  let [together, ofA, ofB] = [0, 0, 0];
  for (let index = b.length - WINDOW_FRAMES; index < b.length; index += 1) {
    const [said, heard] = [a[index - ago], b[index]];
    if (said === undefined || heard === undefined) continue;
    for (const [band, level] of said.entries()) {
      const other = heard[band] ?? 0;
      together += level * other;
      ofA += level * level;
      ofB += other * other;
    }
  }
  return ofA === 0 || ofB === 0 ? 0 : together / Math.sqrt(ofA * ofB);
}

/**
 * Whether `heard` is `said` once more, after a delay: cross-correlation of short-time levels in bands, which survives codecs, rooms
 * and automatic gain. Both were filled in the same steps of time.
 */
export function findEcho(said: BandHistory, heard: BandHistory, leastMs = SOONEST_MS): FoundEcho | null {
  if (!said.isFull || !heard.isFull || !said.isSpoken || !heard.isSpoken) return null;
  const [source, target] = [said.shapes(), heard.shapes()];
  const all: number[] = [];
  let best: FoundEcho = { delayMs: 0, likeness: 0 };
  for (let ago = Math.floor(leastMs / FRAME_MS); ago <= MOST_FRAMES; ago += 1) {
    const like = likeness(source, target, ago);
    all.push(like);
    if (like > best.likeness) best = { delayMs: ago * FRAME_MS, likeness: like };
  }
  const middle = all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 1;
  return best.likeness >= ALIKE && best.likeness - middle >= DISTINCT ? best : null;
}
