import type { Span } from '../produce/source/presence.ts';

export function isOverlapping(one: Span, other: Span): boolean {
  return one.fromUs < other.toUs && other.fromUs < one.toUs;
}

export function widened({ fromUs, toUs }: Span, byUs: number): Span {
  return { fromUs: fromUs - byUs, toUs: toUs + byUs };
}

/** Session time as people read it. */
export function clock(us: number): string {
  const seconds = Math.max(0, Math.floor(us / 1e6));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

export function spanText({ fromUs, toUs }: Span): string {
  return `${clock(fromUs)} to ${clock(toUs)} (${((toUs - fromUs) / 1e6).toFixed(1)} s)`;
}
