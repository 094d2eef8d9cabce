import { describe, expect, it } from 'vitest';
import { PlayIndex } from '../../signaling/protocol/play-index.ts';
import { slidePieces } from './slide-sources.ts';

const segmentsOf = (view: string, fromS: number, toS: number) =>
  Array.from({ length: (toS - fromS) / 2 }, (_, at) => ({
    uri: `${view}-${fromS + at * 2}`,
    init: `${view}-init`,
    startUs: (fromS + at * 2) * 1e6,
    endUs: (fromS + at * 2 + 2) * 1e6,
    bytes: 1,
  }));

function indexOf(views: Readonly<Record<string, readonly (readonly [number, number])[]>>): PlayIndex {
  return PlayIndex.parse({
    version: 1,
    recordingId: 'rec',
    durationUs: 60e6,
    complete: true,
    masters: {},
    views: Object.entries(views).map(([view, spans]) => ({
      view,
      displayName: view,
      runs: [
        {
          container: 'fmp4',
          mimeType: 'video/mp4',
          trackId: `track-${view}`,
          epoch: 1,
          seatId: 'seat',
          displayName: view,
          source: view === 'board' ? 'screen' : 'camera',
          segments: spans.flatMap(([from, to]) => segmentsOf(view, from, to)),
        },
      ],
    })),
  });
}

const spansOf = (index: PlayIndex, pages: Parameters<typeof slidePieces>[1] = []) =>
  slidePieces(index, pages).map(({ segments, startUs, endUs }) => [
    segments[0]?.init.split('-')[0],
    startUs / 1e6,
    endUs / 1e6,
  ]);

describe('what is shown as stills', () => {
  it('is the board, and the lecturer where there is none', () => {
    const index = indexOf({
      board: [
        [10, 20],
        [30, 40],
      ],
      lecturer: [[0, 60]],
    });
    expect(spansOf(index)).toEqual([
      ['lecturer', 0, 10],
      ['board', 10, 20],
      ['lecturer', 20, 30],
      ['board', 30, 40],
      ['lecturer', 40, 60],
    ]);
  });

  it('is not what pages stand in front of, but for the rest of a segment that they cover in part', () => {
    const pages = [{ fromUs: 11e6, toUs: 21e6 }];
    expect(spansOf(indexOf({ lecturer: [[0, 30]] }), pages)).toEqual([
      ['lecturer', 0, 12],
      ['lecturer', 20, 30],
    ]);
    expect(spansOf(indexOf({ lecturer: [[12, 20]], 'person-a': [[0, 30]] }), pages)).toEqual([]);
  });

  it('is whoever there is in a lesson without either, and nothing of nothing', () => {
    expect(spansOf(indexOf({ 'person-a': [[0, 4]] }))).toEqual([['person', 0, 4]]);
    expect(slidePieces(indexOf({}))).toEqual([]);
  });
});
