import type { TitleCard } from '../../contract.ts';
import { centred, type Lettering } from './card.ts';
import type { Rect } from '../plan/layout.ts';

export interface LessonTitle {
  readonly title: string;
  readonly card: TitleCard | undefined;
}

const TITLE_COLOUR = '0xf3f4f6';
const PERSON_COLOUR = '0xd1d5db';
const QUIET_COLOUR = '0x9ca3af';
const ACCENT_COLOUR = '0x2dd4bf';
const ACCENT = { width: 0.05, height: 0.006 };
/** Heights of the letters, as shares of the picture's height. */
const TITLE_SIZE = 1 / 13;
const PERSON_SIZE = 1 / 24;
const QUIET_SIZE = 1 / 30;
const LINE = 1.5;
/** Share of the picture's width that a line may take. */
const MOST_WIDTH = 0.84;
const MAX_TITLE_LINES = 2;
/** How wide a letter is, in its height: Chinese fills its square, Latin letters about half of it. */
const WIDE = 1;
const NARROW = 0.56;

interface Line {
  readonly text: string;
  readonly size: number;
  readonly colour: string;
}

/** Filters that draw what lesson this is over the empty picture: title, accent, subject and teacher, school, date. */
export function titleCard(
  rect: Rect,
  { title, card }: LessonTitle,
  lettering: Lettering | undefined,
): readonly string[] {
  if (lettering === undefined) return [];
  const titleLines = titleLinesOf(title, rect);
  const lines = [...titleLines, ...detailsOf(card, rect)];
  const gap = rect.height / 12;
  const height = lines.reduce((sum, line) => sum + line.size * LINE, 0) + (lines.length > titleLines.length ? gap : 0);
  let y = rect.y + (rect.height - height) / 2;
  const centreX = rect.x + rect.width / 2;
  return lines.flatMap((line, index) => {
    const accent = index === titleLines.length ? [accentAt(centreX, y + gap / 2, rect)] : [];
    if (index === titleLines.length) y += gap;
    y += line.size * LINE;
    const centreY = Math.round(y - (line.size * LINE) / 2);
    return [...accent, centred(line.text, centreX, centreY, line.size, line.colour, lettering)];
  });
}

function detailsOf(card: TitleCard | undefined, rect: Rect): readonly Line[] {
  if (card === undefined) return [];
  const who = [card.subject, card.teacher].filter((one) => one !== null && one !== '').join(' · ');
  const [person, quiet] = [Math.round(rect.height * PERSON_SIZE), Math.round(rect.height * QUIET_SIZE)];
  return [
    { text: who, size: fitted(who, person, rect), colour: PERSON_COLOUR },
    { text: card.school, size: fitted(card.school, quiet, rect), colour: QUIET_COLOUR },
    { text: card.date, size: quiet, colour: QUIET_COLOUR },
  ];
}

/** A long title stands in two lines; one that is longer still, in smaller letters. */
function titleLinesOf(title: string, rect: Rect): readonly Line[] {
  const text = title.replaceAll(/\s+/g, ' ').trim();
  const size = Math.round(rect.height * TITLE_SIZE);
  const room = (rect.width * MOST_WIDTH) / size;
  const lines = widthOf(text) <= room ? [text] : halves(text);
  const fit = Math.min(...lines.map((line) => fitted(line, size, rect)));
  return lines.slice(0, MAX_TITLE_LINES).map((line) => ({ text: line, size: fit, colour: TITLE_COLOUR }));
}

/** Broken near the middle, at a space if there is one nearby. */
function halves(text: string): readonly string[] {
  const characters = Array.from(text);
  const middle = Math.ceil(characters.length / 2);
  const near = Math.ceil(characters.length / 6);
  const spaces = characters.flatMap((character, at) =>
    character === ' ' && Math.abs(at - middle) <= near ? [at] : [],
  );
  const at = spaces.toSorted((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0] ?? middle;
  return [characters.slice(0, at).join('').trim(), characters.slice(at).join('').trim()];
}

function fitted(text: string, size: number, rect: Rect): number {
  return Math.min(size, Math.floor((rect.width * MOST_WIDTH) / Math.max(1, widthOf(text))));
}

function widthOf(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + (isWide(character) ? WIDE : NARROW), 0);
}

function isWide(character: string): boolean {
  return /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{20000}-\u{3fffd}]/u.test(
    character,
  );
}

function accentAt(centreX: number, centreY: number, rect: Rect): string {
  const [width, height] = [Math.round(rect.width * ACCENT.width), Math.round(rect.height * ACCENT.height)];
  const [x, y] = [Math.round(centreX - width / 2), Math.round(centreY - height / 2)];
  return `drawbox=x=${x}:y=${y}:w=${width}:h=${height}:color=${ACCENT_COLOUR}:t=fill`;
}
