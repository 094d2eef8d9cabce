import { useCallback, useEffect, useRef, useState } from 'react';
import type { CSSProperties, PointerEvent as ReactPointerEvent, RefObject } from 'react';
import { INK_COLOURS } from '../../../../signaling/protocol/ink-path.ts';
import { INK_FONT, INK_LEAST_ROOM, INK_LINE_HEIGHT } from '../../../../signaling/protocol/ink-words.ts';
import { INK_UNITS, typedText, type InkColour } from '../../../../signaling/protocol/ink.ts';
import { GrowingStroke, newStrokeId, pixelsOf, pointOf, type Place, type Words } from './growing-stroke.ts';

/** Below this, phones zoom into a field that is typed in. Pixels, as the next. */
const LEAST_FONT = 16;
const LEAST_WIDTH = 160;
/** Where words begin that nobody has pointed a place for, and how far a key moves them. */
const MIDDLE: Point = [0.35 * INK_UNITS, 0.4 * INK_UNITS];
const KEY_STEP = 0.04 * INK_UNITS;
const MOVES: Readonly<Record<string, Point>> = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, -KEY_STEP],
  ArrowDown: [0, KEY_STEP],
};

/** x and y in ink units. */
type Point = readonly [number, number];

interface Typing {
  readonly place: Place;
  readonly point: Point;
  readonly colour: InkColour;
  /** Over the page, as the words will stand on it. */
  readonly style: CSSProperties;
  readonly text: string;
  /** Who begins with the keyboard moves the words by it, and goes on from where that was. */
  readonly cameFrom: HTMLElement | null;
  /** What may have arrived although no answer came: the same words go under the same id. */
  readonly sent: Words | null;
}

export interface TypedWords {
  /** Null while nothing is being typed. */
  readonly field: Pick<Typing, 'style' | 'text' | 'point' | 'cameFrom'> | null;
  /** The page's drawing. */
  readonly page: RefObject<SVGSVGElement | null>;
  /** Without pointing: in the middle of the page. */
  readonly beginByKey: () => void;
  /** False when this is no key that moves them. */
  readonly moveByKey: (key: string) => boolean;
  /** Takes the keyboard when somebody has just pointed at the page to type, and not when words that were refused are there again. */
  readonly attach: (field: HTMLTextAreaElement | null) => void;
  readonly type: (text: string) => void;
  readonly finish: () => void;
  readonly giveUp: () => void;
}

type Hand = Record<'begin' | 'move' | 'end', (event: ReactPointerEvent<SVGSVGElement>) => void>;

/** Where words stand in the page's element: its picture is as wide as it can be there. */
function styleAt(svg: SVGSVGElement, point: Point, colour: InkColour): CSSProperties {
  const box = svg.getBoundingClientRect();
  const width = svg.viewBox.baseVal.width * (svg.getScreenCTM()?.a ?? 1);
  const at = pixelsOf(svg, point);
  const left = at.x - box.left;
  return {
    left,
    top: at.y - box.top,
    width: Math.max(LEAST_WIDTH, (box.width + width) / 2 - left - 8),
    fontSize: Math.max(LEAST_FONT, INK_FONT * width),
    lineHeight: INK_LINE_HEIGHT,
    color: INK_COLOURS[colour],
  };
}

/** Words begin no further to the right, or further down, than this: they would be drawn somewhere else. */
const FURTHEST: Point = [INK_UNITS * (1 - INK_LEAST_ROOM * INK_FONT), 0.92 * INK_UNITS];
const within = (value: number, most: number): number => Math.round(Math.min(most, Math.max(0, value)));

/** What is being typed; it keeps its place on the page when a screen is turned or a panel opens. */
function useOpenWords() {
  const [typing, setTyping] = useState<Typing | null>(null);
  // Leaving the field ends it too, right behind the key that did.
  const open = useRef<Typing | null>(null);
  const page = useRef<SVGSVGElement>(null);
  const change = useCallback((next: Typing | null): void => {
    open.current = next;
    setTyping(next);
  }, []);
  const place = useCallback(
    (moved?: Point): void => {
      const { current: now } = open;
      if (now === null || page.current === null) return;
      const point = moved ?? now.point;
      change({ ...now, point, style: styleAt(page.current, point, now.colour) });
    },
    [change],
  );
  const isTyping = typing !== null;
  useEffect(() => {
    const svg = page.current;
    if (!isTyping || svg === null) return undefined;
    const observer = new ResizeObserver(() => place());
    observer.observe(svg);
    return () => observer.disconnect();
  }, [isTyping, place]);
  return { typing, open, page, change, place };
}

/** Words that are typed on the page, where it was pointed to. Sent when they are finished, and open again when they are refused. */
export function useTypedWords(
  shown: Place,
  colour: InkColour,
  deliver: (stroke: GrowingStroke) => Promise<boolean>,
): { readonly typed: TypedWords; readonly hand: Hand } {
  const { typing, open, page, change, place } = useOpenWords();
  const wantsKeys = useRef(false);
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
  const beginAt = (svg: SVGSVGElement, point: Point, cameFrom: HTMLElement | null): void => {
    wantsKeys.current = true;
    change({ place: shown, point, colour, style: styleAt(svg, point, colour), text: '', cameFrom, sent: null });
  };
  const begin = (event: ReactPointerEvent<SVGSVGElement>): void => {
    const point = pointOf(event.currentTarget, event);
    // What was begun on another page is there no more.
    if (open.current !== null && isHere) finish();
    else if (point !== null) beginAt(event.currentTarget, point, null);
  };
  const beginByKey = (): void => {
    const { activeElement } = document;
    if (page.current !== null)
      beginAt(page.current, MIDDLE, activeElement instanceof HTMLElement ? activeElement : null);
  };
  const moveByKey = (key: string): boolean => {
    const move = MOVES[key];
    const now = open.current;
    if (move === undefined || now === null || now.cameFrom === null) return false;
    place([within(now.point[0] + move[0], FURTHEST[0]), within(now.point[1] + move[1], FURTHEST[1])]);
    return true;
  };
  const attach = useCallback((field: HTMLTextAreaElement | null): void => {
    if (wantsKeys.current) field?.focus({ preventScroll: true });
    wantsKeys.current &&= field === null;
  }, []);
  return {
    typed: {
      field: isHere ? typing : null,
      page,
      attach,
      beginByKey,
      moveByKey,
      type: (text) => open.current !== null && change({ ...open.current, text: typedText(text) }),
      finish,
      giveUp: () => change(null),
    },
    hand: { begin, move: () => undefined, end: () => undefined },
  };
}
