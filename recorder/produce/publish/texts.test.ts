import { describe, expect, it } from 'vitest';
import { concatLine, filterValue, metadataValue } from '../../ffmpeg/args.ts';
import type { RecordingEvent } from '../../contract.ts';
import { attemptName, isNewerAttempt } from './attempt.ts';
import type { EditionChapter, EditionRange } from '../../../signaling/protocol/edition.ts';
import { SeatId } from '../../../signaling/protocol/ids.ts';
import { chaptersOf, chaptersVtt, type Chapter } from '../plan/chapters.ts';
import { LADDER } from '../plan/ladder.ts';
import { thumbnailsVtt } from './pictures.ts';
import { bandwidthOf, masterPlaylist, segmentsOf } from './playlists.ts';
import { gainOf } from '../parts/sound.ts';
import { timelineOf, type Timeline } from '../plan/timeline.ts';

const S = 1_000_000;

describe('ffmpeg’s escapes', () => {
  it('keep names with special characters whole', () => {
    expect(filterValue(`a'b:c\\d[e],f;`)).toBe(String.raw`a\\\'b\\:c\\\\d\[e\]\,f\;`);
    expect(concatLine("/tmp/it's")).toBe(String.raw`file '/tmp/it'\''s'`);
    expect(metadataValue('a=b;c#d\\e\nf')).toBe('a\\=b\\;c\\#d\\\\e\\\nf');
  });
});

describe('chapters', () => {
  const event = (at: number, type: string, data: unknown): RecordingEvent =>
    ({ n: 0, atUs: at * S, type, data }) as RecordingEvent;

  const seats = [
    { seatId: SeatId.parse('li'), seat: 'lecturer', displayName: '李老师' },
    { seatId: SeatId.parse('ann'), seat: 'pupil', displayName: '小安' },
    { seatId: SeatId.parse('site'), seat: 'site', displayName: '第二小学' },
  ];
  const chaptersFrom = (
    events: readonly RecordingEvent[],
    timeline: Timeline,
    written: readonly EditionChapter[] | null = null,
  ): readonly Chapter[] => chaptersOf({ events, timeline, tracks: seats, lessonTitle: '课', written });

  it('tell of questions once each, and of those who come on stage for more than a word', () => {
    const poll = { pollId: 'p', question: '1/2 + 1/3 = ?' };
    const events = [
      event(0, 'stage', { seatIds: ['li'] }),
      event(50, 'stage', { seatIds: ['li', 'ann', 'site'] }),
      event(100, 'stage', { seatIds: ['li', 'site'] }),
      event(110, 'stage', { seatIds: ['li', 'site', 'ann'] }),
      event(120, 'poll', { ...poll, state: 'opened' }),
      event(150, 'poll', { ...poll, state: 'closed' }),
      event(160, 'poll', { ...poll, state: 'opened' }),
      event(200, 'stage', { seatIds: ['li', 'site', 'ann', 'erased'] }),
    ];
    expect(chaptersFrom(events, timelineOf(events, 300 * S)).map((one) => [one.startUs / S, one.title])).toEqual([
      [0, '课'],
      [50, '小安、第二小学 发言'],
      [120, '提问：1/2 + 1/3 = ?'],
    ]);
    const leftOut = timelineOf(events, 300 * S, [{ fromUs: 40 * S, toUs: 115 * S }]);
    expect(chaptersFrom(events, leftOut).map((one) => one.title)).toEqual(['课', '提问：1/2 + 1/3 = ?']);
  });

  it('stay few enough to choose from: the lesser kinds make room', () => {
    const events = Array.from({ length: 70 }, (_, index) => [
      event(index * 80, 'slide', { page: index }),
      event(index * 80 + 40, 'stage', { seatIds: index % 2 === 0 ? ['ann'] : ['site'] }),
    ]).flat();
    const few = events.filter((one) => one.atUs < 2_000 * S);
    const kindsOf = (chapters: readonly Chapter[]): ReadonlySet<string> =>
      new Set(chapters.slice(1).map((one) => one.title.slice(-2)));
    expect(kindsOf(chaptersFrom(few, timelineOf([], 2_000 * S)))).toContain('发言');
    expect(kindsOf(chaptersFrom(events, timelineOf([], 5_600 * S)))).not.toContain('发言');
  });

  it('come from page turns that last, and from markers whatever their length', () => {
    const events = [
      event(10, 'slide', { page: 1, title: '导入' }),
      event(60, 'slide', { page: 2 }),
      event(63, 'slide', { page: 3 }),
      event(120, 'marker', { title: '练习' }),
      event(125, 'slide', { page: 4 }),
    ];
    const chapters = chaptersFrom(events, timelineOf(events, 200 * S));
    expect(chapters.map((one) => [one.startUs / S, one.endUs / S, one.title])).toEqual([
      [0, 10, '课'],
      [10, 63, '导入'],
      [63, 120, '第 3 页'],
      [120, 125, '练习'],
      [125, 200, '第 4 页'],
    ]);
  });

  it('lie in the finished lesson’s time', () => {
    const events = [event(10, 'paused', {}), event(40, 'resumed', {}), event(70, 'marker', { title: '问' })];
    const chapters = chaptersFrom(events, timelineOf(events, 100 * S));
    expect(chapters.map((one) => one.startUs / S)).toEqual([0, 10, 40]);
  });

  it('are none of the takes of a micro-lesson, nor of marks in a take that was done again, unless it is played', () => {
    const events = [
      event(0, 'resumed', { isTake: true }),
      event(10, 'marker', { title: '说错了' }),
      event(12, 'slide', { page: 2 }),
      event(20, 'retaken', { fromUs: 0 }),
      event(20, 'paused', {}),
      event(25, 'resumed', { isTake: true }),
      event(60, 'marker', { title: '例题' }),
    ];
    const titles = (leftOut: EditionRange[]): string[] =>
      chaptersFrom(events, timelineOf(events, 100 * S, leftOut)).map(({ title }) => title);
    expect(titles([{ fromUs: 0, toUs: 20 * S }])).toEqual(['第 2 页', '例题']);
    expect(titles([])).toEqual(['课', '说错了', '第 2 页', '例题']);
  });

  it('are those that somebody has written, wherever the lesson was marked', () => {
    const timeline = timelineOf([], 100 * S, [{ fromUs: 0, toUs: 20 * S }]);
    const written = [
      { atUs: 0, title: '开场' },
      { atUs: 50 * S, title: '练习' },
    ];
    const chapters = chaptersFrom([event(30, 'marker', { title: '问' })], timeline, written);
    expect(chapters.map((one) => [one.startUs / S, one.title])).toEqual([
      [0, '开场'],
      [30, '练习'],
    ]);
    expect(chaptersFrom([event(30, 'marker', { title: '问' })], timeline, [])).toEqual([]);
  });

  it('are none when nothing was marked', () => {
    expect(chaptersFrom([], timelineOf([], 100 * S))).toEqual([]);
  });

  it('are written so that no title breaks the file', () => {
    expect(chaptersVtt([{ startUs: 0, endUs: 3_661_001_000, title: 'a --> b\n<i>' }])).toBe(
      'WEBVTT\n\n1\n00:00:00.000 --> 01:01:01.001\na --&gt; b &lt;i&gt;\n',
    );
  });
});

describe('thumbnails', () => {
  it('go on to the next sheet after a hundred, and name no sheet that is not there', () => {
    const vtt = thumbnailsVtt(210 * S, ['s1.jpg', 's2.jpg']);
    expect(vtt).toContain('00:03:18.000 --> 00:03:20.000\ns1.jpg#xywh=1440,810,160,90');
    expect(vtt).toContain('00:03:20.000 --> 00:03:22.000\ns2.jpg#xywh=0,0,160,90');
    expect(thumbnailsVtt(210 * S, ['s1.jpg'])).not.toContain('00:03:20.000 -->');
  });
});

describe('the master playlist', () => {
  it('names bandwidths by the heaviest segment and on average, sound included', () => {
    const playlist = '#EXTM3U\n#EXTINF:6.000000,\na.m4s\n#EXTINF:2.000000,\nb.m4s\n#EXT-X-ENDLIST\n';
    const segments = segmentsOf(playlist).map((segment, index) => ({ ...segment, bytes: index === 0 ? 6_000 : 4_000 }));
    const bandwidth = bandwidthOf(segments);
    expect(bandwidth).toEqual({ peak: 16_000, average: 10_000 });
    const master = masterPlaylist(
      LADDER.map((rung) => ({ rung, bandwidth })),
      { peak: 100, average: 50 },
    );
    expect(master.split('\n')[4]).toBe(
      '#EXT-X-STREAM-INF:BANDWIDTH=16100,AVERAGE-BANDWIDTH=10050,CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1920x1080,FRAME-RATE=25.000,AUDIO="sound"',
    );
  });
});

describe('loudness', () => {
  const summary = (loudness: string): string =>
    `t: 1 I: -20.0 LUFS\nSummary:\n\n  Integrated loudness:\n    I:         ${loudness} LUFS\n`;

  it('is brought to −16 LUFS, but silence is not blown up', () => {
    expect(gainOf(summary('-30.5'))).toBeCloseTo(14.5);
    expect(gainOf(summary('-60.0'))).toBe(32);
    expect(gainOf(summary('-70.0'))).toBe(0);
    expect(gainOf(summary('-inf'))).toBe(0);
    expect(gainOf('')).toBe(0);
  });
});

describe('attempts', () => {
  it('are ordered by their order and their try', () => {
    const name = (orderedAtMs: number, tryNumber: number): string => attemptName({ orderedAtMs, tryNumber });
    const at = 1_700_000_000_000;
    expect(isNewerAttempt(name(at, 2), name(at, 1))).toBe(true);
    expect(isNewerAttempt(name(at, 10), name(at, 9))).toBe(true);
    expect(isNewerAttempt(name(at + 1, 1), name(at, 5))).toBe(true);
    expect(isNewerAttempt(name(at, 1), name(at, 1))).toBe(false);
    expect(isNewerAttempt('by hand', name(at, 1))).toBe(false);
  });
});
