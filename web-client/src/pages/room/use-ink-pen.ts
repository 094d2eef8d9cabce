import { useEffect, useRef, useState } from 'react';
import type { PointerEvent as ReactPointerEvent } from 'react';
import { StrokeId } from '../../../../signaling/protocol/ids.ts';
import { INK_MAX_SENT, INK_UNITS } from '../../../../signaling/protocol/ink.ts';
import type { InkColour } from '../../../../signaling/protocol/ink.ts';
import type { ShownPage } from '../../../../signaling/protocol/pages.ts';
import { randomId } from '../../call/random-id.ts';
import type { ToolActions } from '../../call/tool-actions.ts';
import { useCall } from './call-context.ts';

/** What is drawn is sent in parts, so that others see a line grow. */
const SEND_EVERY_MS = 200;
/** What has arrived comes back together with what others drew, a moment later. */
const BACK_WITHIN_MS = 600;
/** Nearer points than this say nothing. */
const LEAST_STEP = 24;

/** A line that is being drawn here, or on its way. */
export interface DraftStroke {
  readonly strokeId: StrokeId;
  readonly colour: InkColour;
  readonly points: readonly number[];
}

export interface InkPen {
  readonly isOn: boolean;
  readonly toggle: () => void;
  readonly colour: InkColour;
  readonly setColour: (colour: InkColour) => void;
  readonly drafts: readonly DraftStroke[];
  readonly handlers: {
    readonly onPointerDown: (event: ReactPointerEvent<SVGSVGElement>) => void;
    readonly onPointerMove: (event: ReactPointerEvent<SVGSVGElement>) => void;
    readonly onPointerUp: (event: ReactPointerEvent<SVGSVGElement>) => void;
    readonly onPointerCancel: (event: ReactPointerEvent<SVGSVGElement>) => void;
  };
}

type Place = Pick<ShownPage, 'coursewareId' | 'page'>;

/** One stroke from its first point until all of it has arrived. */
class GrowingStroke {
  readonly strokeId = StrokeId.parse(randomId());
  readonly colour: InkColour;
  readonly points: number[] = [];
  readonly #place: Place;
  #sent = 0;
  #sending: Promise<boolean> = Promise.resolve(true);

  constructor(colour: InkColour, { coursewareId, page }: Place) {
    this.colour = colour;
    this.#place = { coursewareId, page };
  }

  /** False for a point that adds nothing. */
  add([x, y]: readonly [number, number]): boolean {
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
      const { strokeId, colour } = this;
      const part = { ...this.#place, strokeId, colour, from, points };
      this.#sending = this.#sending.then((isFine) => isFine && tools.drawInk(part));
    }
    return this.#sending;
  }
}

/** Where on the page a pointer is, in ink units; the drawing fits into its element as a picture does. */
function pointOf(svg: SVGSVGElement, event: { readonly clientX: number; readonly clientY: number }) {
  const matrix = svg.getScreenCTM();
  const { width, height } = svg.viewBox.baseVal;
  if (matrix === null || width === 0 || height === 0) return null;
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
  const unit = (value: number, whole: number): number =>
    Math.round(Math.min(1, Math.max(0, value / whole)) * INK_UNITS);
  return [unit(at.x, width), unit(at.y, height)] as const;
}

/** Writes on the page that is shown: at once on one's own screen, in parts on everybody's. */
export function useInkPen(shown: Place, mayWrite: boolean): InkPen {
  const { tools } = useCall().actions;
  const [isOn, setOn] = useState(false);
  const [colour, setColour] = useState<InkColour>('red');
  const [drafts, setDrafts] = useState<readonly DraftStroke[]>([]);
  const current = useRef<GrowingStroke | null>(null);
  useEffect(() => {
    const timer = setInterval(() => void current.current?.send(tools), SEND_EVERY_MS);
    return () => clearInterval(timer);
  }, [tools]);
  const show = ({ strokeId, colour: ink, points }: GrowingStroke): void =>
    setDrafts((now) => [
      ...now.filter((draft) => draft.strokeId !== strokeId),
      { strokeId, colour: ink, points: [...points] },
    ]);
  const add = (event: ReactPointerEvent<SVGSVGElement>): void => {
    const stroke = current.current;
    const point = stroke === null ? null : pointOf(event.currentTarget, event);
    if (stroke !== null && point !== null && stroke.add(point)) show(stroke);
  };
  const end = (): void => {
    const stroke = current.current;
    current.current = null;
    if (stroke === null) return;
    const drop = (): void => setDrafts((now) => now.filter((draft) => draft.strokeId !== stroke.strokeId));
    void stroke.send(tools).then((isFine) => (isFine ? setTimeout(drop, BACK_WITHIN_MS) : drop()));
  };
  const isWriting = isOn && mayWrite;
  return {
    isOn: isWriting,
    toggle: () => setOn(!isWriting),
    colour,
    setColour,
    drafts,
    handlers: {
      onPointerDown: (event) => {
        if (!isWriting || event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        current.current = new GrowingStroke(colour, shown);
        add(event);
      },
      onPointerMove: add,
      onPointerUp: end,
      onPointerCancel: end,
    },
  };
}
