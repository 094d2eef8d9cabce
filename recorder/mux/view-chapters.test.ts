import { describe, expect, it } from 'vitest';
import { SeatId, TrackId } from '../../signaling/protocol/ids.ts';
import { parseVtt } from '../../signaling/protocol/web-vtt.ts';
import type { ManifestTrack } from '../../storage/objects/manifest.ts';
import type { RecordingEvent } from '../contract.ts';
import { playedTimeline, viewChapters } from './view-chapters.ts';

const S = 1_000_000;

const event = (at: number, type: string, data: unknown = {}): RecordingEvent =>
  ({ n: 0, atUs: at * S, type, data }) as RecordingEvent;

const pupil: ManifestTrack = {
  trackId: TrackId.parse('mic'),
  seatId: SeatId.parse('ann'),
  seat: 'pupil',
  displayName: '小安',
  kind: 'audio',
  source: 'microphone',
  epochs: [],
};

const told = [
  event(0, 'stage', { seatIds: [] }),
  event(60, 'marker', { title: '导入' }),
  event(120, 'paused'),
  event(180, 'resumed'),
  event(200, 'marker', { title: '练习' }),
  event(300, 'stage', { seatIds: ['ann'] }),
];
const index = { durationUs: 600 * S, leftOut: [{ fromUs: 120 * S, toUs: 180 * S }] };

const titles = (facts: Partial<Parameters<typeof viewChapters>[0]>): readonly (readonly [number, string])[] =>
  parseVtt(viewChapters({ manifest: { title: '分数', tracks: [pupil] }, events: told, index, ...facts })).map(
    ({ fromS, text }) => [fromS, text] as const,
  );

describe('chapters of views', () => {
  it('follow from what happened, in play time', () => {
    expect(titles({})).toEqual([
      [0, '分数'],
      [60, '导入'],
      [120, '继续上课'],
      [140, '练习'],
      [240, '小安 发言'],
    ]);
  });

  it('tell nothing of what an edition cuts, nor of people who are left out of it', () => {
    const cut = { ...index, leftOut: [...index.leftOut, { fromUs: 290 * S, toUs: 330 * S }] };
    expect(titles({ index: cut }).map(([, title]) => title)).not.toContain('小安 发言');
    expect(titles({ manifest: { title: '分数', tracks: [] } }).map(([, title]) => title)).not.toContain('小安 发言');
  });

  it('are those that somebody has written, and none where somebody wants none', () => {
    expect(titles({ written: [{ atUs: 240 * S, title: '例题' }] })).toEqual([
      [0, '分数'],
      [180, '例题'],
    ]);
    expect(titles({ written: [] })).toEqual([]);
  });

  it('are an empty list of a lesson in which nothing happened', () => {
    const text = viewChapters({ manifest: { title: '分数', tracks: [] }, events: [], index });
    expect([text.startsWith('WEBVTT'), parseVtt(text)]).toEqual([true, []]);
  });
});

describe('the play time of views', () => {
  it('lacks what is left out to the microsecond, however much is, and slivers between two cuts', () => {
    const { ranges, durationUs } = playedTimeline({
      durationUs: 10 * S,
      leftOut: [
        { fromUs: 1_234_567, toUs: 2_000_001 },
        { fromUs: 2_010_000, toUs: 3 * S },
        { fromUs: 9 * S, toUs: 99 * S },
      ],
    });
    expect(ranges).toEqual([
      { sessionStartUs: 0, outputStartUs: 0, durationUs: 1_234_567 },
      { sessionStartUs: 3 * S, outputStartUs: 1_234_567, durationUs: 6 * S },
    ]);
    expect(durationUs).toBe(7_234_567);
  });
});
