import { describe, expect, it } from 'vitest';
import { ProducerId, SeatId } from '../protocol/ids.ts';
import { planAdoption } from './room-adoption.ts';
import type { RoomDescription } from './sfu-room.ts';

type Held = RoomDescription['producers'][number];

const idOf = (name: string) => ProducerId.parse(name);

function held(name: string, change: Partial<Held> = {}): Held {
  const seatId = SeatId.parse('seat');
  return { producerId: idOf(name), seatId, kind: 'video', source: 'camera', paused: false, piped: null, ...change };
}

const holding = (...producers: Held[]): RoomDescription => ({
  exists: true,
  routerId: 'r',
  routerRtpCapabilities: {},
  seats: [],
  producers,
});

describe('planAdoption()', () => {
  it('tells each end that sends what the other end has come to want meanwhile', () => {
    const home = holding(held('down'), held('up', { piped: { layer: 9 } }));
    const branch = holding(held('down', { piped: { layer: 1 } }), held('up'));
    expect(planAdoption(home, branch)).toEqual({
      origins: new Set([idOf('up')]),
      strays: [],
      pauses: [],
      wantedOfHome: [{ producerId: 'down', layer: 1 }],
      wantedOfBranch: [{ producerId: 'up', layer: 9 }],
    });
  });

  it('lets the branch catch up with what was paused and closed at home', () => {
    const home = holding(held('paused', { paused: true }));
    const branch = holding(held('paused', { piped: { layer: null } }), held('closed', { piped: { layer: 0 } }));
    const plan = planAdoption(home, branch);
    expect(plan.pauses).toEqual([{ producerId: 'paused', paused: true }]);
    expect(plan.strays).toEqual(['closed']);
    expect(plan.wantedOfHome).toEqual([{ producerId: 'paused', layer: null }]);
  });

  it('lets a stream go that never arrived at the other end, or that both ends hold for their own', () => {
    const plan = planAdoption(holding(held('both')), holding(held('both'), held('unraised')));
    expect(plan.strays).toEqual(['both', 'unraised']);
    expect(plan.origins.size).toBe(0);
  });
});
