import { INK_UNITS } from '../../../../signaling/protocol/ink.ts';
import type { InkColour, InkStroke } from '../../../../signaling/protocol/ink.ts';
import type { ShownPage } from '../../../../signaling/protocol/pages.ts';
import type { InkPen } from './use-ink-pen.ts';
import styles from './ink-layer.module.css';

export const INK_COLOURS: Readonly<Record<InkColour, string>> = {
  black: '#111827',
  red: '#dc2626',
  blue: '#1d4ed8',
  green: '#15803d',
};

/** Units of the drawing: its width; the height follows from the page's shape. */
const WIDTH = 1_000;
const LINE = 4;

/** Through the middles between its points, so that corners of the hand's samples are rounded. */
export function pathOf(points: readonly number[], width: number, height: number): string {
  const at = (index: number) => ({
    x: ((points[index] ?? 0) / INK_UNITS) * width,
    y: ((points[index + 1] ?? 0) / INK_UNITS) * height,
  });
  const text = ({ x, y }: { readonly x: number; readonly y: number }): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const first = at(0);
  const parts = [`M${text(first)}`];
  for (let index = 2; index + 2 < points.length; index += 2) {
    const [here, next] = [at(index), at(index + 2)];
    parts.push(`Q${text(here)} ${text({ x: (here.x + next.x) / 2, y: (here.y + next.y) / 2 })}`);
  }
  // A dot is a line to itself.
  parts.push(`L${text(points.length > 2 ? at(points.length - 2) : first)}`);
  return parts.join('');
}

export interface InkLayerProps {
  readonly shown: ShownPage;
  readonly strokes: readonly InkStroke[];
  readonly pen?: InkPen | undefined;
}

/** What is written on a page; with a pen, what is being written. */
export function InkLayer({ shown, strokes, pen }: InkLayerProps) {
  const height = Math.round((WIDTH * shown.size.height) / shown.size.width);
  const drafts = pen?.drafts ?? [];
  const drawn = strokes.filter(({ strokeId }) => !drafts.some((draft) => draft.strokeId === strokeId));
  return (
    <svg
      className={styles.ink}
      viewBox={`0 0 ${WIDTH} ${height}`}
      data-writing={pen?.isOn === true}
      data-testid="ink"
      data-strokes={strokes.length}
      aria-hidden
      {...pen?.handlers}
    >
      {shown.pagesUrl === null && <rect width={WIDTH} height={height} fill="#fff" />}
      {[...drawn, ...drafts].map(({ strokeId, colour, points }) => (
        <path key={strokeId} d={pathOf(points, WIDTH, height)} stroke={INK_COLOURS[colour]} strokeWidth={LINE} />
      ))}
    </svg>
  );
}
