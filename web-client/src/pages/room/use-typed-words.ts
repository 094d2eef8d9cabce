import { useCallback, useRef, useState } from 'react';
import type { CSSProperties, PointerEvent as ReactPointerEvent } from 'react';
import { INK_COLOURS } from '../../../../signaling/protocol/ink-path.ts';
import { INK_FONT, INK_LINE_HEIGHT } from '../../../../signaling/protocol/ink-words.ts';
import { typedText, type InkColour } from '../../../../signaling/protocol/ink.ts';
import { GrowingStroke, newStrokeId, pointOf, type Place, type Words } from './growing-stroke.ts';

/** Below this, phones zoom into a field that is typed in. Pixels, as the next. */
const LEAST_FONT = 16;
const LEAST_WIDTH = 160;

interface Typing {
  readonly place: Place;
  readonly point: readonly [number, number];
  readonly colour: InkColour;
  /** Over the page, as the words will stand on it. */
  readonly style: CSSProperties;
  readonly text: string;
  /** What may have arrived although no answer came: the same words go under the same id. */
  readonly sent: Words | null;
}

export interface TypedWords {
  /** Null while nothing is being typed. */
  readonly field: Pick<Typing, 'style' | 'text' | 'point'> | null;
  /** Takes the keyboard when somebody has just pointed at the page to type, and not when words that were refused are there again. */
  readonly attach: (field: HTMLTextAreaElement | null) => void;
  readonly type: (text: string) => void;
  readonly finish: () => void;
  readonly giveUp: () => void;
}

type Hand = Record<'begin' | 'move' | 'end', (event: ReactPointerEvent<SVGSVGElement>) => void>;

/** Where a finger points, in the page's element: its picture is as wide as it can be there. */
function styleAt(event: ReactPointerEvent<SVGSVGElement>, colour: InkColour): CSSProperties {
  const svg = event.currentTarget;
  const box = svg.getBoundingClientRect();
  const scale = svg.getScreenCTM()?.a ?? 1;
  const width = svg.viewBox.baseVal.width * scale;
  const left = event.clientX - box.left;
  return {
    left,
    top: event.clientY - box.top,
    width: Math.max(LEAST_WIDTH, (box.width + width) / 2 - left - 8),
    fontSize: Math.max(LEAST_FONT, INK_FONT * width),
    lineHeight: INK_LINE_HEIGHT,
    color: INK_COLOURS[colour],
  };
}

/** Words that are typed on the page, where it was pointed to. Sent when they are finished, and open again when they are refused. */
export function useTypedWords(
  shown: Place,
  colour: InkColour,
  deliver: (stroke: GrowingStroke) => Promise<boolean>,
): { readonly typed: TypedWords; readonly hand: Hand } {
  const [typing, setTyping] = useState<Typing | null>(null);
  // Leaving the field ends it too, right behind the key that did.
  const open = useRef<Typing | null>(null);
  const wantsKeys = useRef(false);
  const change = (next: Typing | null): void => {
    open.current = next;
    setTyping(next);
  };
  const isHere = typing?.place.coursewareId === shown.coursewareId && typing.place.page === shown.page;
  const finish = (): void => {
    const now = open.current;
    change(null);
    const text = now?.text.trim() ?? '';
    if (now === null || text === '') return;
    const words = now.sent?.text === text ? now.sent : { strokeId: newStrokeId(), text };
    const stroke = new GrowingStroke(now.colour, 'text', now.place, words);
    stroke.add(now.point);
    void deliver(stroke).then((isFine) => {
      if (!isFine && open.current === null) change({ ...now, sent: words });
    });
  };
  const begin = (event: ReactPointerEvent<SVGSVGElement>): void => {
    const point = pointOf(event.currentTarget, event);
    // What was begun on another page is there no more.
    if (open.current !== null && isHere) finish();
    else if (point !== null) {
      wantsKeys.current = true;
      change({ place: shown, point, colour, style: styleAt(event, colour), text: '', sent: null });
    }
  };
  const attach = useCallback((field: HTMLTextAreaElement | null): void => {
    if (field === null || !wantsKeys.current) return;
    wantsKeys.current = false;
    field.focus({ preventScroll: true });
  }, []);
  return {
    typed: {
      field: isHere ? typing : null,
      attach,
      type: (text) => open.current !== null && change({ ...open.current, text: typedText(text) }),
      finish,
      giveUp: () => change(null),
    },
    hand: { begin, move: () => undefined, end: () => undefined },
  };
}
