import { INK_UNITS } from './ink.ts';

/** How words typed on a page look, there and in films. Pure. */

/** Of a page's width. */
export const INK_FONT = 0.03;
/** From one line to the next, of the font's size. */
export const INK_LINE_HEIGHT = 1.3;
/** Of the font's size, letters that are no ideographs. */
const NARROW = 0.6;
const BROAD = 0.9;
const BROAD_LETTER = /[A-Zmw@%]/u;
/** Ideographs that have room beside one another wherever words begin. */
export const INK_LEAST_ROOM = 8;
const FIRST_WIDE = '\u1100';

export interface DrawnWords {
  /** In the units of the picture, of the baselines' beginnings. */
  readonly x: number;
  readonly fontSize: number;
  readonly lines: readonly { readonly text: string; readonly y: number }[];
}

/** Typed words on a page of that size, broken where the page ends: the first line hangs from where they begin, moved as far as all of them are on the page. */
export function drawnWords(
  { text: words, points }: { readonly text: string; readonly points: readonly number[] },
  size: { readonly width: number; readonly height: number },
): DrawnWords {
  const fontSize = INK_FONT * size.width;
  const x = Math.min(((points[0] ?? 0) / INK_UNITS) * size.width, size.width - INK_LEAST_ROOM * fontSize);
  const lines = words.split('\n').flatMap((line) => brokenLine(line, (size.width - x) / fontSize));
  const lowest = Math.max(0, size.height - lines.length * INK_LINE_HEIGHT * fontSize);
  const top = Math.min(((points[1] ?? 0) / INK_UNITS) * size.height, lowest);
  return {
    x,
    fontSize,
    lines: lines.map((line, at) => ({ text: line, y: top + fontSize * (1 + at * INK_LINE_HEIGHT) })),
  };
}

const widthOf = (character: string): number =>
  character >= FIRST_WIDE ? 1 : BROAD_LETTER.test(character) ? BROAD : NARROW;

/** Between any two characters, as Chinese is; of another script at the last space, where one is near. */
function brokenLine(line: string, widest: number): string[] {
  const lines: string[] = [];
  let [now, width] = ['', 0];
  for (const character of line) {
    width += widthOf(character);
    if (width > widest && now !== '') {
      const space = character < FIRST_WIDE ? now.lastIndexOf(' ') + 1 : 0;
      const kept = space > now.length / 2 ? now.slice(space) : '';
      lines.push(now.slice(0, now.length - kept.length));
      now = kept;
      width = [...kept, character].reduce((sum, one) => sum + widthOf(one), 0);
    }
    now += character;
  }
  return [...lines, now];
}
