import { describe, expect, it } from 'vitest';
import { PlayIndex } from '../../../signaling/protocol/play-index.ts';
import { coverageAt, isOutside, nextSegment, planSound, planViews } from './play-plan.ts';

const segment = (startS: number, endS: number, init: string) => ({
  uri: `${init}-${startS}`,
  init,
  startUs: startS * 1e6,
  endUs: endS * 1e6,
  bytes: 1,
});
const run = (init: string, mimeType: string, segments: readonly ReturnType<typeof segment>[]) => ({
  container: mimeType.startsWith('video/webm') ? 'webm' : 'fmp4',
  mimeType,
  trackId: 'track',
  epoch: 1,
  seatId: 'seat',
  displayName: init === 'b' ? '李老师' : '王老师',
  source: 'camera',
  segments,
});
const H264 = 'video/mp4; codecs="avc1.42e01f"';
const VP8 = 'video/webm; codecs="vp8"';

const index = PlayIndex.parse({
  version: 1,
  recordingId: 'recording',
  durationUs: 60e6,
  complete: true,
  views: [
    {
      view: 'lecturer',
      displayName: '王老师',
      runs: [
        run('a', H264, [segment(0, 4, 'a'), segment(4, 8, 'a')]),
        run('b', VP8, [segment(8, 12, 'b'), segment(12.4, 16, 'b')]),
        run('c', H264, [segment(30, 34, 'c')]),
      ],
    },
  ],
  sound: { playlist: 'sound.m3u8', mimeType: 'audio/mp4; codecs="mp4a.40.2"', segments: [segment(0, 10, 's')] },
  masters: {},
});
const segments = planViews(index)[0]?.segments ?? [];
const uris = (positionS: number, aheadS: number, held: readonly string[]): string | undefined =>
  nextSegment(segments, { positionS, aheadS, isHeld: ({ uri }) => held.includes(uri) })?.uri;

describe('plan of a view', () => {
  it('is one list over all runs, each segment with its own type', () => {
    expect(segments.map(({ uri, mimeType }) => [uri, mimeType])).toEqual([
      ['a-0', H264],
      ['a-4', H264],
      ['b-8', VP8],
      ['b-12.4', VP8],
      ['c-30', H264],
    ]);
    expect(planSound(index).map(({ uri }) => uri)).toEqual(['s-0']);
  });

  it('cuts a run only where the next one takes its place', () => {
    expect(segments.map(({ cutAtS }) => cutAtS)).toEqual([undefined, 8, undefined, undefined, undefined]);
  });
});

describe('choice of the next segment', () => {
  it('takes the one under the playhead first, then those ahead', () => {
    expect(uris(5, 10, [])).toBe('a-4');
    expect(uris(5, 10, ['a-4'])).toBe('b-8');
    expect(uris(5, 10, ['a-4', 'b-8'])).toBe('b-12.4');
  });

  it('stops as far ahead as is wished, and never goes back', () => {
    expect(uris(5, 2, ['a-4'])).toBeUndefined();
    expect(uris(16, 10, [])).toBeUndefined();
  });

  it('has what comes after a hole ready before the hole ends', () => {
    expect(uris(22, 10, [])).toBe('c-30');
  });
});

describe('coverage', () => {
  it('tells a segment, a crack that nobody needs to know of, and a hole', () => {
    expect(coverageAt(segments, 5)).toMatchObject({ kind: 'segment', segment: { uri: 'a-4' } });
    expect(coverageAt(segments, 12.2)).toEqual({ kind: 'crack' });
    expect(coverageAt(segments, 20)).toMatchObject({ kind: 'hole', before: { displayName: '李老师' } });
    expect(coverageAt(segments, 40)).toMatchObject({ kind: 'hole', before: { uri: 'c-30' } });
    expect(coverageAt([], 1)).toEqual({ kind: 'hole', before: undefined });
  });

  it('lets go only of what lies wholly outside of the kept window', () => {
    const outside = segments.filter((each) => isOutside(each, { fromS: 6, toS: 14 })).map(({ uri }) => uri);
    expect(outside).toEqual(['a-0', 'c-30']);
  });
});
