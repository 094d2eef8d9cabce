/**
 * Wall clock of this node, unix microseconds: taken from the system once at start and steady from then on, exactly as a media worker
 * takes the clock of its sender reports. A step of the system's clock during a lesson moves neither.
 */
export function nodeClockUnixUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1_000);
}
