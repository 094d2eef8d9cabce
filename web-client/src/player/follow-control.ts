/** Nearer than this nobody sees a difference, and the picture runs at exactly the master's speed. */
const CALM_S = 0.012;
/** A nudge that has begun goes on until here, so that the speed does not flicker around the limit above. */
const SETTLED_S = 0.004;
/** Further away the picture jumps. */
const JUMP_S = 0.3;
/** The whole of a difference is worn off in this time, as far as the greatest nudge allows. */
const CATCH_UP_S = 0.8;
const MAX_NUDGE = 0.15;

export interface FollowInput {
  /** Picture minus master, seconds of media time. */
  readonly driftS: number;
  /** The master's speed. */
  readonly rate: number;
  readonly isNudging: boolean;
}

export type FollowOrder =
  | { readonly kind: 'jump' }
  | { readonly kind: 'rate'; readonly rate: number; readonly isNudging: boolean };

/** How a picture stays with the sound: by a little more or less speed, by a jump when it is far off. */
export function follow({ driftS, rate, isNudging }: FollowInput): FollowOrder {
  const away = Math.abs(driftS);
  if (away > JUMP_S) return { kind: 'jump' };
  if (away <= (isNudging ? SETTLED_S : CALM_S)) return { kind: 'rate', rate, isNudging: false };
  const nudge = Math.max(-MAX_NUDGE, Math.min(MAX_NUDGE, -driftS / CATCH_UP_S));
  return { kind: 'rate', rate: rate * (1 + nudge), isNudging: true };
}
