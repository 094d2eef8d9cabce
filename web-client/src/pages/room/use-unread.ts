import { useState } from 'react';
import type { InsideState } from '../../call/room-state.ts';

/** Messages since they were last looked at. */
export function useUnread(state: InsideState, isOpen: boolean): number {
  const count = state.chat.length;
  const [seen, setSeen] = useState(count);
  if (isOpen && seen !== count) setSeen(count);
  return isOpen ? 0 : Math.max(0, count - seen);
}
