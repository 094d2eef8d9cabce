import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MessageId } from '../../../signaling/protocol/ids.ts';
import type { RoomNotice, RoomNoticeName } from '../../../signaling/protocol/room.ts';
import { insideSnapshot, participant, producer, seatId } from '../../../tests/support/clients/room-states.ts';
import { RequestFailure } from '../api/request-failure.ts';
import { Emitter } from './emitter.ts';
import { RoomActions } from './room-actions.ts';
import { RoomStore } from './room-store.ts';
import type { InsideState } from './room-state.ts';
import type { SignalingClient } from './signaling-client.ts';

type Events = Record<string, [unknown]>;

/** The store is told notices the way the signaling client tells them. */
function openStore(snapshot = insideSnapshot()) {
  const store = new RoomStore();
  const emitter = new Emitter<Events>();
  store.follow({
    on: ((name: string, listener: (data: unknown) => void) => emitter.on(name, listener)) as SignalingClient['on'],
  });
  const tell = <N extends RoomNoticeName>(name: N, data: RoomNotice<N>): void => emitter.emit(name, data);
  tell('snapshot', snapshot);
  const inside = (): InsideState => {
    const { view } = store.getState();
    if (view.phase !== 'inside') throw new Error(`not inside but ${view.phase}`);
    return view;
  };
  return { store, tell, inside };
}

const names = (state: InsideState): string[] => state.participants.map((one) => one.displayName);

test('participants keep their places when one changes, leaves or comes', () => {
  const { tell, inside } = openStore(
    insideSnapshot({ participants: ['a', 'b', 'c'].map((name) => participant(name)) }),
  );
  tell('participantsChanged', {
    changed: [participant('b', { onStage: true }), participant('d')],
    left: [seatId('a')],
    audienceCount: 2,
  });
  expect(names(inside())).toEqual(['b', 'c', 'd']);
  expect(inside().participants[0]?.onStage).toBe(true);
  expect(inside().audienceCount).toBe(2);
});

test('a snapshot after a reconnect keeps the order of tiles and chat that was paged in', () => {
  const old = {
    messageId: MessageId.parse('old'),
    seatId: seatId('a'),
    displayName: 'a',
    seat: 'pupil',
    text: '早',
    sentAtMs: 1,
  } as const;
  const recent = { ...old, messageId: MessageId.parse('recent'), sentAtMs: 5 };
  const { store, tell, inside } = openStore(
    insideSnapshot({ participants: [participant('a'), participant('b')], chat: [recent] }),
  );
  store.addChatHistory([old]);
  tell(
    'snapshot',
    insideSnapshot({ participants: [participant('c'), participant('b'), participant('a')], chat: [recent] }),
  );
  expect(names(inside())).toEqual(['a', 'b', 'c']);
  expect(inside().chat.map((message) => message.messageId)).toEqual(['old', 'recent']);
});

test('hands are in the order in which they were raised', () => {
  const { tell, inside } = openStore();
  tell('handsChanged', {
    hands: [
      { seatId: seatId('late'), raisedAtMs: 20 },
      { seatId: seatId('early'), raisedAtMs: 10 },
    ],
  });
  expect(inside().hands.map((hand) => hand.seatId)).toEqual(['early', 'late']);
});

test('a producer that replaces another of the same id is there once, and is gone when closed', () => {
  const { tell, inside } = openStore();
  tell('producerAdded', producer('a', 'camera'));
  tell('producerAdded', producer('a', 'camera', { paused: true }));
  expect(inside().producers).toEqual([producer('a', 'camera', { paused: true })]);
  tell('producerClosed', { producerId: producer('a', 'camera').producerId });
  expect(inside().producers).toEqual([]);
});

test('the clock offset turns this computer’s time into the server’s', () => {
  const { inside } = openStore(insideSnapshot({ serverNowMs: Date.now() + 60_000 }));
  expect(inside().clockOffsetMs).toBeGreaterThan(59_000);
});

test('an action shows at once and stays when the room agrees', async () => {
  const { store, inside } = openStore();
  const answer = Promise.withResolvers<object>();
  const actions = new RoomActions(store, (() => answer.promise) as unknown as SignalingClient['call']);
  const acting = actions.setLocked(true);
  expect(inside().locked).toBe(true);
  answer.resolve({});
  await acting;
  expect(inside().locked).toBe(true);
});

test('a refused action is taken back, and the reason is told once', async () => {
  const { store, inside } = openStore();
  const actions = new RoomActions(store, () => Promise.reject(new RequestFailure('stageFull')));
  const acting = actions.setHand(true);
  expect(inside().hands).toHaveLength(1);
  await acting;
  expect(inside().hands).toEqual([]);
  expect(store.getState().complaint?.failure.code).toBe('stageFull');
  store.dismissComplaint();
  expect(store.getState().complaint).toBeNull();
});

test('a notice that arrives while an action is under way is neither lost nor doubled', async () => {
  const { store, tell, inside } = openStore();
  const answer = Promise.withResolvers<object>();
  const actions = new RoomActions(store, (() => answer.promise) as unknown as SignalingClient['call']);
  const acting = actions.setHand(true);
  tell('handsChanged', {
    hands: [
      { seatId: seatId('other'), raisedAtMs: 1 },
      { seatId: seatId('teacher'), raisedAtMs: 2 },
    ],
  });
  answer.resolve({});
  await acting;
  expect(inside().hands.map((hand) => [hand.seatId, hand.raisedAtMs])).toEqual([
    ['other', 1],
    ['teacher', 2],
  ]);
});

test('notices about the inside say nothing to somebody who waits', () => {
  const { lesson, self } = insideSnapshot();
  const store = openStore();
  store.tell('snapshot', { phase: 'waiting', cause: 'lobby', sinceMs: 1, lesson, self });
  store.tell('lockChanged', { locked: true });
  expect(store.store.getState().view.phase).toBe('waiting');
});

test('listeners are told of every change and no longer after they have gone', () => {
  const { store, tell } = openStore();
  const heard = vi.fn<() => void>();
  const stop = store.subscribe(heard);
  tell('lockChanged', { locked: true });
  expect(heard).toHaveBeenCalled();
  const times = heard.mock.calls.length;
  stop();
  tell('lockChanged', { locked: false });
  expect(heard).toHaveBeenCalledTimes(times);
});

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

test('the large picture follows the speaker after two seconds, and a cough does not move it', () => {
  const { store, tell } = openStore();
  tell('activeSpeaker', { seatId: seatId('a') });
  expect(store.getState().focus).toBe('a');
  tell('activeSpeaker', { seatId: seatId('b') });
  vi.advanceTimersByTime(1_000);
  expect(store.getState().focus).toBe('a');
  tell('activeSpeaker', { seatId: seatId('a') });
  vi.advanceTimersByTime(3_000);
  expect(store.getState().focus).toBe('a');
  tell('activeSpeaker', { seatId: seatId('b') });
  vi.advanceTimersByTime(2_001);
  expect(store.getState().focus).toBe('b');
  tell('activeSpeaker', { seatId: null });
  vi.advanceTimersByTime(3_000);
  expect(store.getState().focus).toBe('b');
});

test('listeners are told once of what changed while they were held, at the latest after 300 ms', async () => {
  const { store, tell } = openStore();
  const heard = vi.fn<() => void>();
  store.subscribe(heard);
  const work = Promise.withResolvers<void>();
  store.holdFor(work.promise);
  tell('lockChanged', { locked: true });
  tell('lockChanged', { locked: false });
  expect(heard).not.toHaveBeenCalled();
  work.resolve();
  await work.promise;
  expect(heard).toHaveBeenCalledOnce();
  store.holdFor(new Promise(() => undefined));
  tell('lockChanged', { locked: true });
  vi.advanceTimersByTime(300);
  expect(heard).toHaveBeenCalledTimes(2);
});

test('what was said in a group is gone when one leaves it, and the teacher’s word when the groups end', () => {
  const said = { seatId: seatId('a'), displayName: 'a', seat: 'pupil', text: '早' } as const;
  const toAll = { ...said, messageId: MessageId.parse('all'), sentAtMs: 1 };
  const inGroup = { ...said, messageId: MessageId.parse('group'), sentAtMs: 2, group: 1 };
  const groups = { count: 2, openedAtMs: 1, endsAtMs: null, placesRest: true };
  const { self } = insideSnapshot();
  const { tell, inside } = openStore(insideSnapshot({ self: { ...self, group: 1 }, groups, chat: [toAll, inGroup] }));
  tell('groupsTold', { displayName: '林老师', text: '还有一分钟', sentAtMs: 3 });
  expect(inside().told?.text).toBe('还有一分钟');
  tell('selfChanged', { onStage: false, group: 2, permitted: [], talking: false });
  expect(inside().chat).toEqual([toAll]);
  tell('groupsChanged', { groups: null });
  expect(inside()).toMatchObject({ groups: null, told: null });
});
