import type { CaptionCue } from '../../../signaling/protocol/captions.ts';

/** A cue with its place in the list that it belongs to. */
export interface PlacedCue {
  readonly index: number;
  readonly cue: CaptionCue;
}

/** More at once would hide the picture. */
const MAX_SHOWN = 4;

/** What is said at an instant, by whom has begun first first. Cues are in order of their beginnings. */
export function cuesAt(cues: readonly CaptionCue[], atMs: number): readonly PlacedCue[] {
  const shown: PlacedCue[] = [];
  // Cues are short: what began before the last hour says nothing now, but a list of thousands is looked at ten times a second.
  for (let index = lastBegun(cues, atMs); index >= 0 && shown.length < MAX_SHOWN; index -= 1) {
    const cue = cues[index];
    if (cue === undefined || atMs - cue.fromMs > MAX_CUE_MS) break;
    if (atMs < cue.toMs) shown.unshift({ index, cue });
  }
  return shown;
}

const MAX_CUE_MS = 3_600_000;

/** Index of the last cue that has begun; −1 before the first. */
export function lastBegun(cues: readonly CaptionCue[], atMs: number): number {
  let [low, high] = [0, cues.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cues[middle]?.fromMs ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Places whose text or speaker has every word that was typed, whatever their case. */
export function searchCues(cues: readonly CaptionCue[], typed: string): readonly PlacedCue[] {
  const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return cues.flatMap((cue, index) => {
    const text = `${cue.voice ?? ''} ${cue.text}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word)) ? [{ index, cue }] : [];
  });
}

/** In the order of a list: the language of the page, its relatives, the first. */
export function preferredLanguage(languages: readonly string[], wanted: string): string | undefined {
  const [base] = wanted.split('-');
  return (
    languages.find((language) => language === wanted) ??
    languages.find((language) => language.split('-')[0] === base) ??
    languages[0]
  );
}
