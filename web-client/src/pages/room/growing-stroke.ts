import { StrokeId } from '../../../../signaling/protocol/ids.ts';
import { INK_MAX_SENT, INK_UNITS } from '../../../../signaling/protocol/ink.ts';
import type { InkColour, InkShape } from '../../../../signaling/protocol/ink.ts';
import type { ShownPage } from '../../../../signaling/protocol/pages.ts';
import { randomId } from '../../call/random-id.ts';
import type { ToolActions } from '../../call/tool-actions.ts';

/** Nearer points than this say nothing. */
const LEAST_STEP = 24;
const FIGURES: ReadonlySet<InkShape> = new Set<InkShape>(['line', 'arrow', 'box', 'oval']);

/** A line that is being drawn here, or on its way. */
export interface DraftStroke {
  readonly strokeId: StrokeId;
  readonly colour: InkColour;
  readonly shape: InkShape;
  readonly text?: string | undefined;
  readonly points: readonly number[];
}

export type Place = Pick<ShownPage, 'coursewareId' | 'page'>;

export const newStrokeId = (): StrokeId => StrokeId.parse(randomId());

/** What was typed; under an id that it had before when it is sent once more. */
export interface Words {
  readonly strokeId: StrokeId;
  readonly text: string;
}

/** One stroke from its first point until all of it has arrived. */
export class GrowingStroke {
  readonly strokeId: StrokeId;
  readonly colour: InkColour;
  readonly shape: InkShape;
  readonly text: string | undefined;
  readonly points: number[] = [];
  readonly #place: Place;
  #sent = 0;
  #sending: Promise<boolean> = Promise.resolve(true);

  constructor(colour: InkColour, shape: InkShape, { coursewareId, page }: Place, words?: Words) {
    this.strokeId = words?.strokeId ?? newStrokeId();
    this.colour = colour;
    this.shape = shape;
    this.text = words?.text;
    this.#place = { coursewareId, page };
  }

  /** Between two points, of which the second is known when it is let go. */
  get isFigure(): boolean {
    return FIGURES.has(this.shape);
  }

  /** False for a point that adds nothing. */
  add([x, y]: readonly [number, number]): boolean {
    if (this.isFigure) this.points.splice(2);
    const [lastX, lastY] = this.points.slice(-2);
    const isNear = lastX !== undefined && lastY !== undefined && Math.hypot(x - lastX, y - lastY) < LEAST_STEP;
    if (!isNear) this.points.push(x, y);
    return !isNear;
  }

  /** Sends what has not been sent, behind what is on its way. */
  send(tools: ToolActions): Promise<boolean> {
    while (this.#sent < this.points.length) {
      const from = this.#sent;
      const points = this.points.slice(from, from + INK_MAX_SENT);
      this.#sent += points.length;
      const { strokeId, colour, shape, text } = this;
      const part = { ...this.#place, strokeId, colour, shape, ...(text === undefined ? {} : { text }), from, points };
      this.#sending = this.#sending.then((isFine) => isFine && tools.drawInk(part));
    }
    return this.#sending;
  }
}

/** Where on the page a pointer is, in ink units; the drawing fits into its element as a picture does. */
export function pointOf(svg: SVGSVGElement, event: { readonly clientX: number; readonly clientY: number }) {
  const matrix = svg.getScreenCTM();
  const { width, height } = svg.viewBox.baseVal;
  if (matrix === null || width === 0 || height === 0) return null;
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
  const unit = (value: number, whole: number): number =>
    Math.round(Math.min(1, Math.max(0, value / whole)) * INK_UNITS);
  return [unit(at.x, width), unit(at.y, height)] as const;
}

/** Where on the screen a point of the page is. */
export function pixelsOf(svg: SVGSVGElement, [x, y]: readonly [number, number]): DOMPoint {
  const { width, height } = svg.viewBox.baseVal;
  const point = new DOMPoint((x / INK_UNITS) * width, (y / INK_UNITS) * height);
  return point.matrixTransform(svg.getScreenCTM() ?? new DOMMatrix());
}
