import { useEffect, useRef, useState } from 'react';
import type { PointerEvent as ReactPointerEvent } from 'react';
import type { StrokeId } from '../../../../signaling/protocol/ids.ts';
import type { InkColour, InkShape, InkStroke } from '../../../../signaling/protocol/ink.ts';
import { useCall } from './call-context.ts';
import { GrowingStroke, pointOf, type DraftStroke, type Place } from './growing-stroke.ts';
import { useTypedWords, type TypedWords } from './use-typed-words.ts';

/** What is drawn is sent in parts, so that others see a line grow. */
const SEND_EVERY_MS = 200;
/** What has arrived comes back together with what others drew, a moment later. */
const BACK_WITHIN_MS = 600;

/** A finger is this broad, in pixels of the screen. */
const ERASER_RADIUS = 9;

export type InkTool = InkShape | 'eraser';

export interface InkPen {
  readonly isOn: boolean;
  readonly toggle: () => void;
  readonly colour: InkColour;
  readonly setColour: (colour: InkColour) => void;
  readonly tool: InkTool;
  readonly setTool: (tool: InkTool) => void;
  readonly drafts: readonly DraftStroke[];
  readonly words: TypedWords;
  readonly handlers: {
    readonly onPointerDown: (event: ReactPointerEvent<SVGSVGElement>) => void;
    readonly onPointerMove: (event: ReactPointerEvent<SVGSVGElement>) => void;
    readonly onPointerUp: (event: ReactPointerEvent<SVGSVGElement>) => void;
    readonly onPointerCancel: (event: ReactPointerEvent<SVGSVGElement>) => void;
  };
}

/** The strokes under a pointer, with some pixels to each side: lines are thin. */
function strokesAt({ clientX, clientY }: { readonly clientX: number; readonly clientY: number }): ReadonlySet<string> {
  const steps = [0, -ERASER_RADIUS, ERASER_RADIUS, -ERASER_RADIUS / 2, ERASER_RADIUS / 2];
  const elements = steps.flatMap((dx) => steps.flatMap((dy) => document.elementsFromPoint(clientX + dx, clientY + dy)));
  return new Set(elements.flatMap((element) => (element as SVGElement).dataset['strokeId'] ?? []));
}

/** What of a page its reader may take away by touching it. */
export interface Erasable {
  readonly strokes: readonly InkStroke[];
  readonly mayErase: (stroke: InkStroke) => boolean;
}

/** Takes away what the pointer touches while it is down, each stroke once. */
function useEraser(shown: Place, { strokes, mayErase }: Erasable) {
  const { tools } = useCall().actions;
  const [isDown, setDown] = useState(false);
  const gone = useRef(new Set<StrokeId>());
  const erase = (event: ReactPointerEvent<SVGSVGElement>): void => {
    // A quick hand is farther on at each event than the eraser is broad.
    const moves = event.nativeEvent.getCoalescedEvents?.() ?? [];
    const touched = new Set([event, ...moves].flatMap((move) => [...strokesAt(move)]));
    for (const stroke of strokes) {
      if (!touched.has(stroke.strokeId) || gone.current.has(stroke.strokeId) || !mayErase(stroke)) continue;
      const { strokeId } = stroke;
      gone.current.add(strokeId);
      void tools.undoInk({ coursewareId: shown.coursewareId, page: shown.page }, strokeId).then((done) => {
        // Refused: it is there again, and may be touched again.
        if (done === null) gone.current.delete(strokeId);
      });
    }
  };
  return {
    begin: (event: ReactPointerEvent<SVGSVGElement>): void => {
      setDown(true);
      erase(event);
    },
    move: (event: ReactPointerEvent<SVGSVGElement>): void => {
      if (isDown) erase(event);
    },
    end: (): void => setDown(false),
  };
}

/** Writes on the page that is shown: at once on one's own screen, in parts on everybody's. */
export function useInkPen(shown: Place, mayWrite: boolean, erasable: Erasable): InkPen {
  const [isOn, setOn] = useState(false);
  const [colour, setColour] = useState<InkColour>('red');
  const [tool, setTool] = useState<InkTool>('pen');
  const writing = useWriting(shown, colour, tool);
  const eraser = useEraser(shown, erasable);
  const isWriting = isOn && mayWrite;
  const words = useTypedWords(shown, colour, writing.deliver);
  const hand = tool === 'eraser' ? eraser : tool === 'text' ? words.hand : writing;
  // Of whichever tool it was begun with.
  const end = (): void => {
    writing.end();
    eraser.end();
  };
  return {
    isOn: isWriting,
    toggle: () => setOn(!isWriting),
    colour,
    setColour,
    tool,
    setTool,
    drafts: writing.drafts,
    words: words.typed,
    handlers: {
      onPointerDown: (event) => {
        if (!isWriting || event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        hand.begin(event);
      },
      onPointerMove: hand.move,
      onPointerUp: end,
      onPointerCancel: end,
    },
  };
}

function useWriting(shown: Place, colour: InkColour, tool: InkTool) {
  const { tools } = useCall().actions;
  const [drafts, setDrafts] = useState<readonly DraftStroke[]>([]);
  const current = useRef<GrowingStroke | null>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      if (current.current?.isFigure === false) void current.current.send(tools);
    }, SEND_EVERY_MS);
    return () => clearInterval(timer);
  }, [tools]);
  const show = ({ strokeId, colour: ink, shape, text, points }: GrowingStroke): void =>
    setDrafts((now) => [
      ...now.filter((draft) => draft.strokeId !== strokeId),
      { strokeId, colour: ink, shape, text, points: [...points] },
    ]);
  const move = (event: ReactPointerEvent<SVGSVGElement>): void => {
    const stroke = current.current;
    const point = stroke === null ? null : pointOf(event.currentTarget, event);
    if (stroke !== null && point !== null && stroke.add(point)) show(stroke);
  };
  /** False when it was refused. */
  const deliver = async (stroke: GrowingStroke): Promise<boolean> => {
    show(stroke);
    const drop = (): void => setDrafts((now) => now.filter((draft) => draft.strokeId !== stroke.strokeId));
    const isFine = await stroke.send(tools);
    if (isFine) setTimeout(drop, BACK_WITHIN_MS);
    else drop();
    return isFine;
  };
  const end = (): void => {
    const stroke = current.current;
    current.current = null;
    if (stroke !== null) void deliver(stroke);
  };
  const begin = (event: ReactPointerEvent<SVGSVGElement>): void => {
    if (tool === 'eraser' || tool === 'text') return;
    current.current = new GrowingStroke(colour, tool, shown);
    move(event);
  };
  return { drafts, begin, move, end, deliver };
}
