import { describe, expect, it } from 'vitest';
import { neededSegments } from './needed-segments.ts';
import type { TrackPiece } from './source-track.ts';

const S = 1_000_000;
const segments = [10, 14, 18, 22].map((at) => ({ uri: `${at}`, startUs: at * S, endUs: (at + 4) * S, bytes: 1 }));
const piece: TrackPiece = { startUs: 10 * S, endUs: 26 * S, container: 'fmp4', init: 'init', segments };

const needed = (from: number, to: number): string =>
  neededSegments(piece, { fromUs: from * S, toUs: to * S })
    .map((segment) => segment.uri)
    .join(' ');

describe('the segments a span needs', () => {
  it('reach from the picture that stands at its beginning to its end, and no further', () => {
    expect(needed(15, 18)).toBe('14');
    expect(needed(14, 18.1)).toBe('14 18');
    expect(needed(0, 60)).toBe('10 14 18 22');
    expect(needed(0, 11)).toBe('10');
  });

  it('are the last for a span that begins while its last picture is held, and none beyond', () => {
    expect(needed(27, 40)).toBe('22');
    expect(needed(28, 40)).toBe('');
    expect(needed(0, 10)).toBe('');
  });

  it('are all when there is no span', () => {
    expect(neededSegments(piece, undefined)).toBe(segments);
  });
});
