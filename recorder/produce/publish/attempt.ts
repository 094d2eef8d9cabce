import { randomBytes } from 'node:crypto';

/**
 * Names one attempt at a production: which order it came from, which try of it, and chance. Attempts have an order, so that a
 * worker that was thought dead can't put its older result in the place of a newer one.
 */
export interface AttemptOrder {
  readonly orderedAtMs: number;
  readonly tryNumber: number;
}

const PATTERN = /^(\d{13,})-(\d+)-[0-9a-f]+$/;

export function attemptName(order: AttemptOrder): string {
  return `${order.orderedAtMs}-${order.tryNumber}-${randomBytes(4).toString('hex')}`;
}

/** Whether `other` came after `attempt`; a name that is none of ours never does. */
export function isNewerAttempt(other: string, attempt: string): boolean {
  const [a, b] = [orderOf(attempt), orderOf(other)];
  if (a === undefined || b === undefined) return false;
  return b.orderedAtMs === a.orderedAtMs ? b.tryNumber > a.tryNumber : b.orderedAtMs > a.orderedAtMs;
}

/** Whether an attempt was ordered before an instant; of a name that is none of ours this is not known: true. */
export function isOrderedBefore(attempt: string, atUnixMs: number): boolean {
  const order = orderOf(attempt);
  return order === undefined || order.orderedAtMs < atUnixMs;
}

function orderOf(name: string): AttemptOrder | undefined {
  const match = PATTERN.exec(name);
  return match === null ? undefined : { orderedAtMs: Number(match[1]), tryNumber: Number(match[2]) };
}
