import { expect, test } from 'vitest';
import { RoomId, SeatId } from '../../../signaling/protocol/ids.ts';
import { memoryStorage } from '../../../tests/support/browser/memory-storage.ts';
import { SeatMemory } from './seat-memory.ts';

const seat = {
  roomId: RoomId.parse('room'),
  seatId: SeatId.parse('seat'),
  seatToken: 'token',
  routerRtpCapabilities: null,
  iceServers: [],
};

test('a reload within 30 s gets the seat, a later one does not', () => {
  const memory = new SeatMemory(memoryStorage());
  memory.save('lesson', seat, 1_000);
  expect(memory.recall('lesson', 31_000)?.seatToken).toBe('token');
  expect(memory.recall('lesson', 31_001)).toBeNull();
  expect(memory.recall('other', 1_000)).toBeNull();
});

test('the 30 s count from the moment the page went away', () => {
  const memory = new SeatMemory(memoryStorage());
  memory.save('lesson', seat, 1_000);
  memory.touch('lesson', 50_000);
  expect(memory.recall('lesson', 79_000)).not.toBeNull();
  memory.forget('lesson');
  memory.touch('lesson', 80_000);
  expect(memory.recall('lesson', 80_000)).toBeNull();
});

test('what is not a seat is no seat', () => {
  const items = memoryStorage();
  items.setItem('tongke.seat.lesson', '{"seatToken":5}');
  expect(new SeatMemory(items).recall('lesson')).toBeNull();
  items.setItem('tongke.seat.lesson', 'not json');
  expect(new SeatMemory(items).recall('lesson')).toBeNull();
});
