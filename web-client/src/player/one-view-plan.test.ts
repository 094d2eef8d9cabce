import { describe, expect, it } from 'vitest';
import { PlayIndex } from '../../../signaling/protocol/play-index.ts';
import { mastersFor } from './one-view-plan.ts';

const H264 = 'video/mp4; codecs="avc1.42e01f"';
const VP9 = 'video/mp4; codecs="vp09.00.31.08"';

/** Views by their name with the type of each run; only fMP4 has a master. */
function indexOf(views: Readonly<Record<string, readonly string[]>>, masters = Object.keys(views)): PlayIndex {
  return PlayIndex.parse({
    version: 1,
    recordingId: 'recording',
    durationUs: 60e6,
    complete: true,
    views: Object.entries(views).map(([view, types]) => ({
      view,
      displayName: view,
      runs: types.map((mimeType) => {
        const track = { trackId: 'track', epoch: 1, seatId: 'seat', displayName: view, source: 'camera' };
        return { container: 'fmp4', mimeType, ...track, segments: [] };
      }),
    })),
    masters: Object.fromEntries(masters.map((view) => [view, `master-${view}.m3u8`])),
  });
}

const views = (index: PlayIndex): readonly string[] =>
  mastersFor(index, (mimeType) => mimeType === H264).map(({ view, master }) => `${view} by ${master}`);

describe('what can be shown by the browser’s own HLS', () => {
  it('is the lecturer, then the board', () => {
    expect(views(indexOf({ board: [H264], lecturer: [H264, H264], 'person-a': [H264] }))).toEqual([
      'lecturer by master-lecturer.m3u8',
      'board by master-board.m3u8',
    ]);
  });

  it('is nothing that is not wholly HLS, nor what the browser cannot decode', () => {
    expect(views(indexOf({ board: [H264], lecturer: [H264] }, ['board']))).toEqual(['board by master-board.m3u8']);
    expect(views(indexOf({ board: [H264], lecturer: [H264, VP9] }))).toEqual(['board by master-board.m3u8']);
    expect(views(indexOf({ lecturer: [VP9] }))).toEqual([]);
  });

  it('is whoever there is of a lesson without lecturer and board', () => {
    expect(views(indexOf({ 'person-a': [H264] }))).toEqual(['lecturer by master-person-a.m3u8']);
    expect(views(indexOf({ 'person-a': [H264], lecturer: [VP9] }))).toEqual([]);
  });
});
