import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RoomActions } from './room-actions.ts';
import { RoomStore } from './room-store.ts';
import { SignalingClient } from './signaling-client.ts';

const PATIENCE_MS = 60_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Of a client that has no line and gets none. */
function offlineActions() {
  const client = new SignalingClient({
    pass: { origin: 'http://127.0.0.1:9', path: '/socket.io', roomId: 'room', seatToken: 'token' },
    rtpCapabilities: () => undefined,
    renew: () => Promise.reject(new Error('no line')),
    onSeatToken: () => undefined,
  });
  const store = new RoomStore();
  const actions = new RoomActions(store, (name, params, patienceMs) => client.call(name, params, patienceMs));
  return { actions, client, store };
}

test('what is written without a line waits for it one minute in all, then its writer is told', async () => {
  const { actions, client, store } = offlineActions();
  const answers: boolean[] = [];
  const sending = actions.sendChat('老师好').then((isStored) => answers.push(isStored));
  await vi.advanceTimersByTimeAsync(PATIENCE_MS - 1);
  expect(answers).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await sending;
  expect(answers).toEqual([false]);
  expect(store.getState().complaint?.failure.code).toBe('offline');
  client.close('left');
});
