import { describe, expect, it } from 'vitest';
import { LineWatch, wantsToSave } from './line-watch.ts';

const LOOK_MS = 250;

/** Looks through `seconds` of play, starved or not; answers when it gave up, in milliseconds. */
function lookThrough(watch: LineWatch, fromMs: number, seconds: number, isStarved: (atMs: number) => boolean) {
  for (let atMs = 0; atMs < seconds * 1000; atMs += LOOK_MS) {
    if (watch.look({ nowMs: fromMs + atMs, isPlaying: true, isStarved: isStarved(atMs) })) return atMs;
  }
  return undefined;
}

describe('a line', () => {
  it('is too poor for pictures when play starves long, or again and again', () => {
    expect(lookThrough(new LineWatch(), 0, 20, () => true)).toBeGreaterThanOrEqual(6_000);
    const stutter = lookThrough(new LineWatch(), 0, 60, (atMs) => atMs % 4_000 < 1_000);
    expect(stutter).toBeGreaterThan(10_000);
    expect(stutter).toBeLessThan(30_000);
  });

  it('is good enough when play only has to begin, jump, or pause', () => {
    expect(lookThrough(new LineWatch(), 0, 120, (atMs) => atMs % 30_000 < 2_000)).toBeUndefined();
    const paused = new LineWatch();
    for (let atMs = 0; atMs < 60_000; atMs += LOOK_MS) {
      expect(paused.look({ nowMs: atMs, isPlaying: false, isStarved: true })).toBe(false);
    }
  });

  it('is not judged by a page that slept', () => {
    const watch = new LineWatch();
    watch.look({ nowMs: 0, isPlaying: true, isStarved: true });
    expect(watch.look({ nowMs: 60_000, isPlaying: true, isStarved: true })).toBe(false);
  });

  it('carries pictures again after some fast transfers in a row, not after one', () => {
    const watch = new LineWatch();
    watch.startSaving(0);
    const fast = (atMs: number) => watch.note({ atMs, bytes: 120_000, tookMs: 200 });
    fast(20_000);
    expect(watch.carries(1e6, 21_000)).toBe(false);
    fast(30_000);
    fast(40_000);
    expect(watch.carries(1e6, 41_000)).toBe(true);
    expect(watch.carries(6e6, 41_000)).toBe(false);
    watch.note({ atMs: 50_000, bytes: 120_000, tookMs: 3_200 });
    expect(watch.carries(1e6, 51_000)).toBe(false);
    watch.note({ atMs: 51_000, bytes: 500, tookMs: 400 });
    expect(watch.carries(1e6, 200_000)).toBe(false);
  });

  it('is tried again later each time it was in vain', () => {
    const watch = new LineWatch();
    const restAfter = (startMs: number): number => {
      watch.startSaving(startMs);
      for (let atMs = startMs; ; atMs += 1_000) {
        for (const back of [2, 1, 0]) watch.note({ atMs: atMs - back, bytes: 120_000, tookMs: 100 });
        if (watch.carries(1e6, atMs)) {
          watch.stopSaving();
          return atMs - startMs;
        }
      }
    };
    const rests = [restAfter(0), restAfter(100_000), restAfter(500_000)];
    expect(rests[1]).toBeGreaterThan(2 * (rests[0] ?? 0));
    expect(rests[2]).toBeGreaterThan(2 * (rests[1] ?? 0));
  });
});

describe('what the browser says of the line', () => {
  it('counts when it is to save, or slow', () => {
    expect(wantsToSave({})).toBe(false);
    expect(wantsToSave({ connection: { saveData: true } })).toBe(true);
    expect(wantsToSave({ connection: { effectiveType: '2g' } })).toBe(true);
    expect(wantsToSave({ connection: { saveData: false, effectiveType: '4g' } })).toBe(false);
  });
});
