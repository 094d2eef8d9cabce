import type { RecordedTakes } from '../../../../../signaling/protocol/room.ts';

/** Of the last take, which may still run. `nowMs` is the server's clock. */
export function takeMs({ last }: RecordedTakes, nowMs: number): number {
  return last === null ? 0 : Math.max(0, (last.toMs ?? nowMs) - last.fromMs);
}

/** Of all that is kept. */
export function recordedMs(takes: RecordedTakes | null, nowMs: number): number {
  return takes === null ? 0 : takes.keptMs + takeMs(takes, nowMs);
}
