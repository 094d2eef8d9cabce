import * as z from 'zod';
import { randomId } from '../../call/random-id.ts';

const STORAGE_KEY = 'tongke.guest';

const Guest = z.object({
  /** Makes a reload the same guest, and keeps a removed guest out. */
  guestKey: z.string(),
  displayName: z.string(),
  wardName: z.string(),
});
export type Guest = z.infer<typeof Guest>;

export function recallGuest(storage: Storage): Guest {
  try {
    return Guest.parse(JSON.parse(storage.getItem(STORAGE_KEY) ?? 'null'));
  } catch {
    return { guestKey: randomId(), displayName: '', wardName: '' };
  }
}

export function rememberGuest(storage: Storage, guest: Guest): void {
  try {
    storage.setItem(STORAGE_KEY, JSON.stringify(guest));
  } catch {
    // Private windows of some browsers store nothing; the meeting works all the same.
  }
}
