import { useRef, useState } from 'react';
import type { MouseEvent, PointerEvent } from 'react';
import type { Playback } from '../../player/playback.ts';
import { seekBy, togglePlay } from './use-player-keys.ts';

const DOUBLE_TAP_MS = 300;
export const TAP_SEEK_S = 10;
/** Less than this is a tap of an unsteady finger. */
const SLOP_PX = 24;
/** A finger that crosses the whole picture moves by this much, or by the whole of a shorter lesson. */
const SWIPE_WIDTH_S = 120;

export interface StageGestureOptions {
  readonly playback: Playback | null;
  readonly areControlsShown: boolean;
  readonly isFullscreen: boolean;
  readonly onTap: (isShown: boolean) => void;
  readonly onFullscreen: () => void;
}

/** Where a swipe under way leads. */
export interface Swipe {
  readonly toS: number;
  readonly deltaS: number;
}

interface Touch {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly fromS: number;
  kind: 'undecided' | 'along' | 'up' | 'down';
  /** Where it leads by now. */
  toS: number;
}

/** Clicks are pointer events in today's browsers, and say what they came from; older ones are asked what they have. */
function isTouch({ nativeEvent }: MouseEvent): boolean {
  if (nativeEvent instanceof window.PointerEvent && nativeEvent.pointerType !== '') {
    return nativeEvent.pointerType === 'touch';
  }
  return matchMedia('(hover: none)').matches;
}

function kindOf(deltaX: number, deltaY: number): Touch['kind'] {
  if (Math.abs(deltaX) > SLOP_PX && Math.abs(deltaX) > Math.abs(deltaY)) return 'along';
  if (Math.abs(deltaY) > 2 * SLOP_PX) return deltaY < 0 ? 'up' : 'down';
  return 'undecided';
}

/** Two taps at a side, told by the fingers themselves: browsers may make one click of them. */
function useDoubleTap(playback: Playback | null) {
  const last = useRef({ atMs: Number.NEGATIVE_INFINITY, side: 0 });
  const [jump, setJump] = useState<{ readonly side: number; readonly key: number } | null>(null);
  /** @returns whether it was the second one, and has jumped. */
  const tap = ({ clientX, currentTarget, timeStamp }: PointerEvent<HTMLElement>): boolean => {
    const { left, width } = currentTarget.getBoundingClientRect();
    const place = (clientX - left) / Math.max(width, 1);
    const side = place < 0.4 ? -1 : place > 0.6 ? 1 : 0;
    const isDouble = timeStamp - last.current.atMs < DOUBLE_TAP_MS && last.current.side === side;
    last.current = { atMs: timeStamp, side };
    if (!isDouble || side === 0 || playback === null) return false;
    seekBy(playback, side * TAP_SEEK_S);
    setJump({ side, key: timeStamp });
    return true;
  };
  return { jump, tap };
}

/** A finger along the picture moves in time; up is full screen, down leaves it; two taps at a side jump. */
function useFingers({ playback, isFullscreen, onFullscreen }: StageGestureOptions) {
  const touch = useRef<Touch | null>(null);
  const isDone = useRef(false);
  const [swipe, setSwipe] = useState<Swipe | null>(null);
  const { jump, tap } = useDoubleTap(playback);
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    isDone.current = false;
    const isFirst = event.isPrimary && event.pointerType === 'touch';
    const { pointerId: id, clientX: x, clientY: y } = event;
    const fromS = playback?.state.positionS ?? 0;
    touch.current = isFirst && playback !== null ? { id, x, y, fromS, kind: 'undecided', toS: fromS } : null;
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    const now = touch.current;
    if (now === null || playback === null || event.pointerId !== now.id) return;
    const deltaX = event.clientX - now.x;
    if (now.kind === 'undecided') now.kind = kindOf(deltaX, event.clientY - now.y);
    if (now.kind !== 'along') return;
    const { durationS } = playback.state;
    const width = Math.max(event.currentTarget.clientWidth, 1);
    const wishedS = now.fromS + (deltaX / width) * Math.min(SWIPE_WIDTH_S, durationS);
    now.toS = Math.max(0, Math.min(durationS, wishedS));
    setSwipe({ toS: now.toS, deltaS: now.toS - now.fromS });
  };
  const onPointerUp = (event: PointerEvent<HTMLElement>): void => {
    const done = touch.current;
    touch.current = null;
    if (done === null) return;
    isDone.current = done.kind === 'undecided' ? tap(event) : true;
    if (done.kind === 'along') playback?.seek(done.toS);
    if (done.kind === 'up' || done.kind === 'down') {
      if ((done.kind === 'up') !== isFullscreen) onFullscreen();
    }
    setSwipe(null);
  };
  const onPointerCancel = (): void => {
    touch.current = null;
    setSwipe(null);
  };
  return { swipe, jump, isDone, handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel } };
}

/** One tap shows the bar; a mouse plays and pauses, twice is full screen. */
export function useStageGestures(options: StageGestureOptions) {
  const { playback, areControlsShown, onTap, onFullscreen } = options;
  const { swipe, jump, isDone, handlers } = useFingers(options);
  const onClick = (event: MouseEvent<HTMLElement>): void => {
    if (playback === null || isDone.current) return;
    if (isTouch(event)) onTap(!areControlsShown);
    else togglePlay(playback);
  };
  const onDoubleClick = (event: MouseEvent): void => (isTouch(event) ? undefined : onFullscreen());
  return { jump, swipe, handlers: { ...handlers, onClick, onDoubleClick } };
}
