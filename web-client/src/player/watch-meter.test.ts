import { describe, expect, it } from 'vitest';
import { PlaybackStore } from './playback.ts';
import { WatchMeter } from './watch-meter.ts';

const START = { positionS: 0, isPlaying: true, rate: 1, volume: 1, isMuted: false };

function watched() {
  const store = new PlaybackStore(START);
  store.patch({ phase: 'ready', isWaiting: false, durationS: 600 });
  const world = { nowMs: 0, isVisible: true };
  const meter = new WatchMeter(store, { nowMs: () => world.nowMs, isVisible: () => world.isVisible });
  meter.look();
  const play = (seconds: number, rate = 1): void => {
    for (let n = 0; n < seconds * 4; n += 1) {
      world.nowMs += 250;
      store.patch({ positionS: store.state.positionS + rate / 4 });
      meter.look();
    }
  };
  return { store, world, meter, play };
}

describe('watch meter', () => {
  it('counts one stretch however often it looks, with the time it took', () => {
    const { meter, play } = watched();
    play(10);
    expect(meter.take()).toEqual([{ fromMs: 0, toMs: 10_000, tookMs: 10_000 }]);
    play(5, 2);
    expect(meter.take()).toEqual([{ fromMs: 10_000, toMs: 20_000, tookMs: 5_000 }]);
    expect(meter.take()).toEqual([]);
  });

  it('counts nothing of what was jumped over, forward or back', () => {
    const { store, meter, play } = watched();
    play(2);
    store.patch({ positionS: 300 });
    play(1);
    store.patch({ positionS: 100 });
    play(1);
    const spans = meter.take();
    expect(spans.map(({ fromMs }) => fromMs)).toEqual([0, 300_250, 100_250]);
    expect(spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)).toBe(3_500);
  });

  it('earns nothing hidden, paused, waiting or asleep', () => {
    const { store, world, meter, play } = watched();
    for (const change of [{ isPlaying: false }, { isPlaying: true, isWaiting: true }]) {
      store.patch(change);
      meter.look();
      play(3);
    }
    store.patch({ isWaiting: false });
    world.isVisible = false;
    meter.look();
    play(3);
    expect(meter.take()).toEqual([]);
    world.isVisible = true;
    meter.look();
    world.nowMs += 60_000;
    store.patch({ positionS: store.state.positionS + 60 });
    meter.look();
    expect(meter.take()).toEqual([]);
  });
});
