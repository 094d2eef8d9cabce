import { INK_UNITS, type InkColour, type InkShape, type InkStroke } from './ink.ts';

/** How ink looks, on pages and in films. Pure. */

export const INK_COLOURS: Readonly<Record<InkColour, string>> = {
  black: '#111827',
  red: '#dc2626',
  blue: '#1d4ed8',
  green: '#15803d',
};

/** Of a page's width. */
const LINE = 0.004;
const MARKER = 0.022;
const HEAD = 0.025;
const HEAD_ANGLE = Math.PI / 7;

export interface DrawnInk {
  /** The `d` of an SVG path, in the units of the picture. */
  readonly d: string;
  readonly width: number;
  readonly opacity: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

type Outline = (points: readonly Point[], width: number) => string;

const text = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
const endsOf = (points: readonly Point[]): readonly [Point, Point] => {
  const first = points[0] ?? { x: 0, y: 0 };
  return [first, points.at(-1) ?? first];
};

/** Through the middles between its points, so that corners of the hand's samples are rounded. */
function handPath(points: readonly Point[]): string {
  const [first, last] = endsOf(points);
  const curves = points.slice(1, -1).map((here, index) => {
    const next = points[index + 2] ?? here;
    return `Q${text(here)} ${text({ x: (here.x + next.x) / 2, y: (here.y + next.y) / 2 })}`;
  });
  // A dot is a line to itself.
  return `M${text(first)}${curves.join('')}L${text(last)}`;
}

function arrowPath(points: readonly Point[], width: number): string {
  const [from, to] = endsOf(points);
  const back = Math.atan2(from.y - to.y, from.x - to.x);
  const length = Math.min(HEAD * width, Math.hypot(to.x - from.x, to.y - from.y) / 2);
  const barb = (turn: number): Point => ({
    x: to.x + length * Math.cos(back + turn),
    y: to.y + length * Math.sin(back + turn),
  });
  return `M${text(from)}L${text(to)}M${text(barb(HEAD_ANGLE))}L${text(to)}L${text(barb(-HEAD_ANGLE))}`;
}

function ovalPath(points: readonly Point[]): string {
  const [a, b] = endsOf(points);
  const [rx, ry] = [Math.abs(b.x - a.x) / 2, Math.abs(b.y - a.y) / 2];
  const y = (a.y + b.y) / 2;
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)].map((x) => text({ x, y }));
  const arc = `A${rx.toFixed(1)} ${ry.toFixed(1)} 0 1 1`;
  return `M${left}${arc} ${right}${arc} ${left}`;
}

const OUTLINES: Readonly<Record<InkShape, Outline>> = {
  pen: handPath,
  marker: handPath,
  line: (points) =>
    endsOf(points)
      .map((point, index) => `${index === 0 ? 'M' : 'L'}${text(point)}`)
      .join(''),
  arrow: arrowPath,
  box: (points) => {
    const [a, b] = endsOf(points);
    return `M${text(a)}H${b.x.toFixed(1)}V${b.y.toFixed(1)}H${a.x.toFixed(1)}Z`;
  },
  oval: ovalPath,
  // Words are no path.
  text: () => '',
};

/** A stroke on a page of that size. */
export function drawnInk(
  { shape, points }: Pick<InkStroke, 'shape'> & { readonly points: readonly number[] },
  size: { readonly width: number; readonly height: number },
): DrawnInk {
  const at = Array.from({ length: points.length / 2 }, (_, index) => ({
    x: ((points[index * 2] ?? 0) / INK_UNITS) * size.width,
    y: ((points[index * 2 + 1] ?? 0) / INK_UNITS) * size.height,
  }));
  const isMarker = shape === 'marker';
  return {
    d: OUTLINES[shape](at, size.width),
    width: (isMarker ? MARKER : LINE) * size.width,
    opacity: isMarker ? 0.35 : 1,
  };
}
