import { describe, expect, it } from 'vitest';
import { RecordingManifest, type ManifestTrack } from '../../storage/objects/manifest.ts';
import { EpochState, emptyMuxState, type MuxState } from './mux-state.ts';
import { TrackClock } from './clock.ts';
import { composePlayFiles } from './playlists.ts';

interface Shown {
  readonly track: string;
  readonly seat: string;
  readonly source: ManifestTrack['source'];
  readonly epochs: readonly (readonly [from: number, to: number, init?: string])[];
  readonly container?: 'fmp4' | 'webm';
}

/** Segments of 4 s between the given seconds. */
function lesson(shown: readonly Shown[]): { manifest: RecordingManifest; state: MuxState } {
  const manifest = RecordingManifest.parse({
    ...{ version: 1, recordingId: 'rec', lessonId: 'les', roomId: 'les', title: '课', fence: 1, startedAtUnixUs: 0 },
    ...{ state: 'capturing', events: { chunks: [] }, gaps: [], renditions: [] },
    tracks: shown.map(({ track, seat, source }) => ({
      ...{ trackId: track, seatId: `seat-${seat}`, seat, displayName: seat, kind: 'video', source, epochs: [] },
    })),
  });
  const epochs = shown.flatMap(({ track, epochs, container = 'fmp4' }) =>
    epochs.map(([from, to, init = 'init'], index) => {
      const starts = Array.from({ length: Math.ceil((to - from) / 4) }, (_, number) => from + number * 4);
      const segments = starts.map((start) => ({
        ...{ uri: `${track}/${start}`, startUs: start * 1e6, endUs: Math.min(start + 4, to) * 1e6, bytes: 1000 },
      }));
      return EpochState.parse({
        ...{ trackId: track, epoch: index + 1, kind: 'video', nextChunk: 0, receivedUs: 0, isEnded: false },
        resume: { chunk: 0, sequence: null, point: null, clockOffsetUs: 0 },
        clock: new TrackClock(90_000).state,
        runs: [{ container, mimeType: 'video/mp4; codecs="avc1.42c01f"', init, width: 640, height: 360, segments }],
      });
    }),
  );
  return { manifest, state: { ...emptyMuxState(manifest.recordingId), epochs } };
}

function filesOf(shown: readonly Shown[], leftOut: MuxState['leftOut'] = []) {
  const { manifest, state } = lesson(shown);
  return composePlayFiles({ manifest, state: { ...state, leftOut }, durationUs: 60e6, isComplete: true });
}

function tracksByView(shown: readonly Shown[]): Record<string, string[]> {
  const { views } = filesOf(shown).index;
  return Object.fromEntries(views.map(({ view, runs }) => [view, [...new Set(runs.map(({ trackId }) => trackId))]]));
}

describe('views', () => {
  it('puts screens and visualisers on the board, one at a time, and what overlaps on a second board', () => {
    expect(
      tracksByView([
        { track: 'screen', seat: 'lecturer', source: 'screen', epochs: [[0, 20]] },
        { track: 'desk', seat: 'lecturer', source: 'visualiser', epochs: [[10, 30]] },
        { track: 'later', seat: 'pupil', source: 'screen', epochs: [[24, 40]] },
      ]),
    ).toEqual({ board: ['screen', 'later'], 'board-2': ['desk'] });
  });

  it('shows the lecturer as such, and everybody else in a view of their own', () => {
    expect(
      tracksByView([
        { track: 'far', seat: 'coTeacher', source: 'camera', epochs: [[0, 60]] },
        { track: 'cam', seat: 'lecturer', source: 'camera', epochs: [[4, 60]] },
        { track: 'pupil', seat: 'pupil', source: 'camera', epochs: [[20, 30]] },
      ]),
    ).toEqual({ lecturer: ['cam'], 'person-seat-coTeacher': ['far'], 'person-seat-pupil': ['pupil'] });
    const alone = tracksByView([{ track: 'far', seat: 'coTeacher', source: 'camera', epochs: [[0, 60]] }]);
    expect(alone).toEqual({ lecturer: ['far'] });
  });

  it('lets a later epoch of a track win where two overlap', () => {
    const camera = { track: 'cam', seat: 'lecturer', source: 'camera' } as const;
    const { index } = filesOf([
      {
        ...camera,
        epochs: [
          [0, 12],
          [6, 14, 'other'],
        ],
      },
    ]);
    const segments = index.views[0]?.runs.flatMap((run) => run.segments) ?? [];
    expect(segments.map(({ startUs, endUs }) => [startUs / 1e6, endUs / 1e6])).toEqual([
      [0, 4],
      [4, 6],
      [6, 10],
      [10, 14],
    ]);
  });

  it('leaves whole segments of a pause out and tells the player about it', () => {
    const camera = { track: 'cam', seat: 'lecturer', source: 'camera' } as const;
    const { index } = filesOf([{ ...camera, epochs: [[0, 20]] }], [{ fromUs: 6e6, toUs: 16e6 }]);
    expect(index.views[0]?.runs[0]?.segments.map(({ startUs }) => startUs / 1e6)).toEqual([0, 4, 16]);
    expect(index.leftOut).toEqual([{ fromUs: 6e6, toUs: 16e6 }]);
  });
});

describe('HLS playlists', () => {
  const camera = { track: 'cam', seat: 'lecturer', source: 'camera' } as const;

  it('keep playlist time equal to session time over gaps and new initialisations', () => {
    const { texts, index } = filesOf([
      {
        ...camera,
        epochs: [
          [3, 11],
          [31, 35, 'other'],
        ],
      },
    ]);
    expect(index.masters).toEqual({ lecturer: 'master-lecturer.m3u8' });
    const lines = (texts.get('view-lecturer.m3u8') ?? '').split('\n');
    const starts = new Map<string, number>();
    let at = 0;
    for (const [number, line] of lines.entries()) {
      const length = /^#EXTINF:([\d.]+),/.exec(line)?.[1];
      if (length === undefined) continue;
      if (lines[number - 1] !== '#EXT-X-GAP') starts.set(lines[number + 1] ?? '', at);
      at += Number(length);
    }
    expect(Object.fromEntries(starts)).toEqual({ 'cam/3': 3, 'cam/7': 7, 'cam/31': 31 });
    expect(at).toBeCloseTo(35, 3);
    expect(lines.filter((line) => line.startsWith('#EXT-X-MAP'))).toHaveLength(2);
    expect(lines).toContain('#EXT-X-ENDLIST');
    expect(texts.get('master-lecturer.m3u8')).toContain('CODECS="avc1.42c01f",RESOLUTION=640x360');
  });

  it('are not made for a view that holds WebM', () => {
    expect(filesOf([{ ...camera, container: 'webm', epochs: [[0, 8]] }]).index.masters).toEqual({});
  });
});
