import { createContext, useContext, useSyncExternalStore } from 'react';
import { RequestFailure } from '../../api/request-failure.ts';
import type { RoomCall } from '../../call/room-call.ts';
import type { CallState } from '../../call/room-store.ts';

const Context = createContext<RoomCall | null>(null);
export const CallProvider = Context.Provider;

export function useCall(): RoomCall {
  const call = useContext(Context);
  if (call === null) throw new RequestFailure('unreadable', { message: 'rendered outside of a call' });
  return call;
}

export function useCallState(): CallState {
  const { store } = useCall();
  return useSyncExternalStore(store.subscribe, store.getState);
}
