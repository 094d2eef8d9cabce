import * as z from 'zod';
import { MeasuredSound } from '../../../signaling/protocol/room-sound.ts';

const STORAGE_KEY = 'tongke.sound';
/** Somebody may have turned a knob since. */
const GOOD_FOR_MS = 12 * 3_600_000;

const Remembered = z.object({ measured: MeasuredSound, atMs: z.number() });
export type RememberedSound = z.infer<typeof Remembered>;

/** The last check of this classroom's sound, for its screen and for the teachers of its next lesson. */
export function recallSound(storage: Storage, nowMs: number): RememberedSound | null {
  try {
    const remembered = Remembered.parse(JSON.parse(storage.getItem(STORAGE_KEY) ?? 'null'));
    return nowMs - remembered.atMs < GOOD_FOR_MS ? remembered : null;
  } catch {
    return null;
  }
}

export function rememberSound(storage: Storage, measured: MeasuredSound, atMs: number): void {
  try {
    storage.setItem(STORAGE_KEY, JSON.stringify({ measured, atMs }));
  } catch {
    // It is shown all the same.
  }
}
