import { describe, expect, it } from 'vitest';
import { MOST_OBSERVED, ObservedRooms } from './observed-rooms.ts';

describe('rooms that one person observes', () => {
  it('are two walls at most, also when all are entered at the same moment, and one more when one was refused or left (J7)', async () => {
    const rooms = new ObservedRooms();
    const gate = Promise.withResolvers<string>();
    const entering = Array.from({ length: MOST_OBSERVED }, () => rooms.enter('inspector', 0, () => gate.promise));
    await expect(rooms.enter('inspector', 0, () => gate.promise)).rejects.toMatchObject({ code: 'tooManyRequests' });
    await expect(rooms.enter('somebody else', 0, async () => await Promise.resolve('in'))).resolves.toBe('in');
    gate.resolve('in');
    await Promise.all(entering);
    const next = (observed: number) => rooms.enter('inspector', observed, async () => await Promise.resolve('in'));
    await expect(next(MOST_OBSERVED)).rejects.toMatchObject({ code: 'tooManyRequests' });
    await expect(next(MOST_OBSERVED - 1)).resolves.toBe('in');
  });

  it('are not counted when entering fails', async () => {
    const rooms = new ObservedRooms();
    for (let n = 0; n < MOST_OBSERVED + 1; n += 1) {
      await expect(rooms.enter('inspector', 0, () => Promise.reject(new Error('full')))).rejects.toThrow('full');
    }
  });
});
