import { expect, test } from 'vitest';
import { memoryStorage } from '../../../tests/support/browser/memory-storage.ts';
import { insideSnapshot } from '../../../tests/support/clients/room-states.ts';
import { Capture } from './capture.ts';
import { Devices } from './devices.ts';
import { Emitter } from './emitter.ts';
import { MediaSession } from './media-session.ts';
import { RoomStore } from './room-store.ts';
import type { SignalingClient } from './signaling-client.ts';
import { WallSending } from './wall-sending.ts';
import { WarmDevice } from './warm-device.ts';

/** A pupil at a computer that gives no camera, while a teacher has the class wall on. */
function pupilWithoutCamera() {
  const store = new RoomStore();
  const emitter = new Emitter<Record<string, [unknown]>>();
  store.follow({
    on: ((name: string, listener: (data: unknown) => void) => emitter.on(name, listener)) as SignalingClient['on'],
  });
  const { self, tools } = insideSnapshot();
  const wall = { isAllowed: true, isOn: true };
  emitter.emit(
    'snapshot',
    insideSnapshot({ self: { ...self, seat: 'pupil', onStage: false, group: null }, tools: { ...tools, wall } }),
  );
  emitter.emit('state', { kind: 'connected' });
  const media = new MediaSession({
    client: { call: () => Promise.reject(new Error('no room')) },
    devices: new WarmDevice(memoryStorage(), () => Promise.resolve(null)),
    iceServers: [],
    onChange: () => undefined,
    onSourceEnded: () => undefined,
  });
  const problems = Promise.withResolvers<void>();
  const capture = new Capture({
    devices: new Devices(memoryStorage()),
    media,
    onProblem: () => problems.resolve(),
    onReplaced: () => undefined,
  });
  const sending = new WallSending({ store, capture, storage: memoryStorage(), lessonKey: 'lesson' });
  sending.follow();
  return { sending, emitter, problem: problems.promise };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test('a pupil whose camera does not open is asked again', async () => {
  const { sending, problem } = pupilWithoutCamera();
  sending.answer('yes');
  await problem;
  await settled();
  expect(sending.getAnswer()).toBe('unasked');
});

test('what a pupil has answered outlives a line that is lost while the camera opens, and is tried when it is back', async () => {
  const { sending, emitter, problem } = pupilWithoutCamera();
  sending.answer('yes');
  emitter.emit('state', { kind: 'reconnecting', sinceMs: 0 });
  await problem;
  await settled();
  expect(sending.getAnswer()).toBe('yes');
  emitter.emit('state', { kind: 'connected' });
  await settled();
  expect(sending.getAnswer()).toBe('unasked');
});
