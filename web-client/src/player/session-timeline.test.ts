import { describe, expect, it } from 'vitest';
import { SessionTimeline } from './session-timeline.ts';

const timeline = new SessionTimeline(100e6, [
  { fromUs: 60e6, toUs: 70e6 },
  { fromUs: 20e6, toUs: 25e6 },
  { fromUs: 65e6, toUs: 75e6 },
]);

describe('session timeline', () => {
  it('leaves pauses out of the viewer’s clock, also those that overlap', () => {
    expect(timeline.durationS).toBeCloseTo(80);
    expect(timeline.toPlayS(10)).toBeCloseTo(10);
    expect(timeline.toPlayS(22)).toBeCloseTo(20);
    expect(timeline.toPlayS(30)).toBeCloseTo(25);
    expect(timeline.toPlayS(80)).toBeCloseTo(60);
  });

  it('finds the way back to session time, and never lands inside of a pause', () => {
    for (const playS of [0, 10, 19.9, 30, 54, 56, 79.9]) {
      const sessionS = timeline.toSessionS(playS);
      expect(timeline.toPlayS(sessionS)).toBeCloseTo(playS);
      expect(timeline.skipFrom(sessionS)).toBeUndefined();
    }
    expect(timeline.toSessionS(20)).toBeCloseTo(25);
    expect(timeline.toSessionS(500)).toBeCloseTo(100);
  });

  it('plays nothing that is shorter than a picture', () => {
    const slivers = new SessionTimeline(10e6, [
      { fromUs: 1_000, toUs: 2e6 },
      { fromUs: 2.02e6, toUs: 3e6 },
    ]);
    expect(slivers.toSessionS(0)).toBeCloseTo(3);
    expect(slivers.skipFrom(0)).toBeCloseTo(3);
    expect(slivers.durationS).toBeCloseTo(7);
  });

  it('says where to jump from inside of a pause', () => {
    expect(timeline.skipFrom(20)).toBeCloseTo(25);
    expect(timeline.skipFrom(69)).toBeCloseTo(75);
    expect(timeline.skipFrom(75)).toBeUndefined();
    // What a media element answers that was sent to 75.
    expect(timeline.skipFrom(74.999_999)).toBeUndefined();
  });
});
