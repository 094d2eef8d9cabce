import { filterValue } from '../../ffmpeg/args.ts';
import type { CardFont } from './font.ts';
import type { Rect } from '../plan/layout.ts';

/** Writing on the picture. Pure: texts are laid down in files by the caller, so that no name can break a filter graph. */
export interface Lettering {
  readonly font: CardFont;
  /** Path of a file that holds this text. */
  readonly fileOf: (text: string) => string;
}

const CARD_COLOUR = '0x1f2a37';
const CARD_EDGE = '0x101418';
const NAME_COLOUR = '0xf3f4f6';
const SCHOOL_COLOUR = '0x9ca3af';
const EDGE_PX = 2;

interface Person {
  readonly displayName: string;
  readonly schoolName?: string;
}

/** Filters that draw the card of somebody whose camera is off. */
export function nameCard(rect: Rect, who: Person, lettering: Lettering | undefined): readonly string[] {
  const { x, y, width, height } = rect;
  const box = `x=${x + EDGE_PX}:y=${y + EDGE_PX}:w=${width - 2 * EDGE_PX}:h=${height - 2 * EDGE_PX}`;
  const plain = [
    `drawbox=x=${x}:y=${y}:w=${width}:h=${height}:color=${CARD_EDGE}:t=fill`,
    `drawbox=${box}:color=${CARD_COLOUR}:t=fill`,
  ];
  if (lettering === undefined) return plain;
  const centreX = x + width / 2;
  const nameSize = Math.round(height / 9);
  const hasSchool = who.schoolName !== undefined && who.schoolName !== '';
  const nameY = y + height / 2 - (hasSchool ? nameSize : 0);
  return [
    ...plain,
    centred(who.displayName, centreX, nameY, nameSize, NAME_COLOUR, lettering),
    ...(hasSchool
      ? [
          centred(
            who.schoolName,
            centreX,
            nameY + nameSize * 1.5,
            Math.round(nameSize * 0.65),
            SCHOOL_COLOUR,
            lettering,
          ),
        ]
      : []),
  ];
}

/** The filter that writes a name into the lower left corner of a tile's own picture. */
export function nameLabel(tileHeight: number, who: Person, lettering: Lettering): string {
  const size = Math.max(16, Math.round(tileHeight / 27));
  const text = who.schoolName === undefined ? who.displayName : `${who.displayName} · ${who.schoolName}`;
  const style = `fontsize=${size}:fontcolor=white:box=1:boxcolor=black@0.55:boxborderw=${Math.round(size / 3)}`;
  return `${drawtext(text, lettering)}:${style}:x=${size / 2}:y=h-th-${size / 2}`;
}

/** The filter that writes a line around a point. */
export function centred(
  text: string,
  centreX: number,
  centreY: number,
  size: number,
  colour: string,
  lettering: Lettering,
): string {
  return `${drawtext(text, lettering)}:fontsize=${size}:fontcolor=${colour}:x=${centreX}-tw/2:y=${centreY}-th/2`;
}

function drawtext(text: string, lettering: Lettering): string {
  return `drawtext=${lettering.font.option}:textfile=${filterValue(lettering.fileOf(text))}:expansion=none`;
}
