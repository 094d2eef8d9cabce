import { parseVtt, type VttCue } from '../../../signaling/protocol/web-vtt.ts';

/** The server reads these files too, so the reader stands with the protocol. */
export { parseVtt, type VttCue };

/** A part of a sheet of small pictures (media fragment `#xywh=`). */
export interface Thumbnail {
  readonly fromS: number;
  readonly toS: number;
  readonly url: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Cues that name no picture are passed over. `baseUrl` is the file's own. */
export function parseThumbnails(file: string, baseUrl: string): readonly Thumbnail[] {
  return parseVtt(file).flatMap(({ fromS, toS, text }) => {
    const match = /^(\S+)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/.exec(text);
    if (match === null) return [];
    const [x = 0, y = 0, width = 0, height = 0] = match.slice(2).map(Number);
    return [{ fromS, toS, url: new URL(match[1] ?? '', baseUrl).href, x, y, width, height }];
  });
}

/** The cue at an instant; the last one also holds for what comes after it. */
export function cueAt<C extends { readonly fromS: number }>(cues: readonly C[], atS: number): C | undefined {
  return cues.findLast((cue) => cue.fromS <= atS);
}

/** Less than this into a chapter, "back" means the chapter before it. */
const BEGUN_S = 3;

/** The chapter to go to from an instant: forward the next one, back the beginning of this one or the one before. */
export function chapterStep<C extends { readonly fromS: number }>(
  chapters: readonly C[],
  atS: number,
  direction: 1 | -1,
): C | undefined {
  if (direction === 1) return chapters.find(({ fromS }) => fromS > atS + 0.1);
  return cueAt(chapters, atS - BEGUN_S) ?? chapters[0];
}
