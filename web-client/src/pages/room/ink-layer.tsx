import { drawnInk, INK_COLOURS } from '../../../../signaling/protocol/ink-path.ts';
import { drawnWords } from '../../../../signaling/protocol/ink-words.ts';
import type { InkStroke } from '../../../../signaling/protocol/ink.ts';
import type { ShownPage } from '../../../../signaling/protocol/pages.ts';
import type { DraftStroke } from './growing-stroke.ts';
import type { InkPen } from './use-ink-pen.ts';
import styles from './ink-layer.module.css';

/** Units of the drawing: its width; the height follows from the page's shape. */
const WIDTH = 1_000;

interface StrokeProps {
  readonly stroke: InkStroke | DraftStroke;
  readonly height: number;
}

function Words({ stroke, text, height }: StrokeProps & { readonly text: string }) {
  const { x, fontSize, lines } = drawnWords({ text, points: stroke.points }, { width: WIDTH, height });
  return lines.map((line) => (
    <text
      key={line.y}
      x={x}
      y={line.y}
      fontSize={fontSize}
      fill={INK_COLOURS[stroke.colour]}
      data-stroke-id={stroke.strokeId}
      data-shape="text"
    >
      {line.text}
    </text>
  ));
}

function Stroke({ stroke, height }: StrokeProps) {
  if (stroke.text !== undefined) return <Words {...{ stroke, height }} text={stroke.text} />;
  const { d, width, opacity } = drawnInk(stroke, { width: WIDTH, height });
  return (
    <path
      d={d}
      stroke={INK_COLOURS[stroke.colour]}
      strokeWidth={width}
      strokeOpacity={opacity}
      data-stroke-id={stroke.strokeId}
      data-shape={stroke.shape}
    />
  );
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
      ref={pen?.words.page}
      className={styles.ink}
      viewBox={`0 0 ${WIDTH} ${height}`}
      data-writing={pen?.isOn === true}
      data-tool={pen?.tool}
      data-testid="ink"
      data-strokes={strokes.length}
      aria-hidden
      {...pen?.handlers}
    >
      {shown.pagesUrl === null && <rect width={WIDTH} height={height} fill="#fff" />}
      {[...drawn, ...drafts].map((stroke) => (
        <Stroke key={stroke.strokeId} stroke={stroke} height={height} />
      ))}
    </svg>
  );
}
