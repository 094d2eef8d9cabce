/** How far a voice stands out of the room, on the meter's scale of 0–1. */
const ABOVE_ROOM = 0.16;
/** Nothing below this is speech, however quiet the room is. */
const FAINTEST = 0.3;
const ROOM_MS = 4_000;
const WITHIN_MS = 1_200;
/** A cough or a door is shorter. */
const SPEECH_MS = 400;

/**
 * Whether somebody speaks, from the level alone. The quietest moments of the last seconds are the room, so that a fan or a
 * projector is none; a voice rises above it again and again.
 */
export class SpeechDetector {
  readonly #levels: { readonly atMs: number; readonly level: number }[] = [];

  /** Takes one level; true while it is speech. */
  add(level: number, atMs: number): boolean {
    const levels = this.#levels;
    levels.push({ atMs, level });
    while ((levels[0]?.atMs ?? atMs) < atMs - ROOM_MS) levels.shift();
    const first = levels[0]?.atMs ?? atMs;
    if (levels.length < 2 || atMs - first < SPEECH_MS) return false;
    const room = Math.min(...levels.map((one) => one.level));
    const recent = levels.filter((one) => one.atMs > atMs - WITHIN_MS);
    const loud = recent.filter((one) => one.level >= Math.max(FAINTEST, room + ABOVE_ROOM));
    const stepMs = (atMs - first) / (levels.length - 1);
    return loud.length * stepMs >= SPEECH_MS;
  }
}
