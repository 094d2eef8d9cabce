import { describe, expect, it } from 'vitest';
import { SeatId, TrackId } from '../../../signaling/protocol/ids.ts';
import type { RecordingEvent } from '../../contract.ts';
import { editListOf } from './edit-list.ts';
import type { SourceTrack } from '../source/source-track.ts';
import { FRAME_US } from './timeline.ts';

const S = 1_000_000;

function track(
  id: string,
  seat: string,
  source: SourceTrack['source'],
  ...runs: readonly [number, number][]
): SourceTrack {
  return {
    trackId: TrackId.parse(`${id}-${source}`),
    seatId: SeatId.parse(id),
    seat,
    displayName: id,
    kind: source === 'microphone' ? 'audio' : 'video',
    source,
    files: runs.map(([from, to]) => ({ path: `/${id}`, startUs: from * S, endUs: to * S })),
  };
}

type Draft = { readonly at: number } & Pick<RecordingEvent, 'type'> & { readonly data: unknown };

function eventsOf(...drafts: readonly Draft[]): readonly RecordingEvent[] {
  return drafts.map(({ at, ...event }, n) => ({ n, atUs: Math.round(at * S), ...event }) as RecordingEvent);
}

/** Cuts as `from–to: who, who` in seconds of the finished lesson; who is a track, or a name in brackets for a card. */
function told(tracks: readonly SourceTrack[], events: readonly RecordingEvent[], end: number): readonly string[] {
  return editListOf(tracks, events, end * S).cuts.map((cut) => {
    const who = cut.scene.tiles.map(
      (tile) => tile.trackId ?? (tile.page === undefined ? `[${tile.displayName}]` : `page ${tile.page.page}`),
    );
    const from = cut.outputStartUs / S;
    return `${from}–${from + (cut.frames * FRAME_US) / S}: ${who.join(', ')}`;
  });
}

describe('the edit list', () => {
  it('is one cut while nothing changes', () => {
    expect(told([track('li', 'lecturer', 'camera', [0, 60])], [], 60)).toEqual(['0–60: li-camera']);
  });

  it('goes on without what an edition leaves out, also where that meets a pause', () => {
    const tracks = [track('li', 'lecturer', 'camera', [0, 60]), track('li', 'lecturer', 'screen', [30, 60])];
    const pause = eventsOf({ at: 20, type: 'paused', data: {} }, { at: 25, type: 'resumed', data: {} });
    const leftOut = [
      { fromUs: 18 * S, toUs: 22 * S },
      { fromUs: 0, toUs: 5 * S },
      { fromUs: 40 * S, toUs: 60 * S },
    ];
    const { cuts, timeline } = editListOf(tracks, pause, 60 * S, { leftOut });
    expect(timeline.durationUs).toBe(28 * S);
    expect(cuts.map((cut) => [cut.sessionStartUs / S, cut.outputStartUs / S, (cut.frames * FRAME_US) / S])).toEqual([
      [5, 0, 13],
      [25, 13, 5],
      [30, 18, 10],
    ]);
    expect(cuts.map(({ isAfterGap = false }) => isAfterGap)).toEqual([true, true, false]);
  });

  it('shows a title card before anybody is there and after all have left', () => {
    expect(told([track('li', 'lecturer', 'camera', [2, 8])], [], 10)).toEqual(['0–2: ', '2–8: li-camera', '8–10: ']);
  });

  it('cuts when a board is shared and when it ends, and puts the board first', () => {
    const tracks = [track('li', 'lecturer', 'camera', [0, 30]), track('li', 'lecturer', 'screen', [10, 20])];
    expect(told(tracks, [], 30)).toEqual(['0–10: li-camera', '10–20: li-screen, li-camera', '20–30: li-camera']);
  });

  it('shows pages as the board from turn to turn, and not while something was shared after them', () => {
    const tracks = [track('li', 'lecturer', 'camera', [0, 40]), track('li', 'lecturer', 'screen', [20, 30])];
    const coursewareId = 'file';
    const turns = eventsOf(
      { at: 5, type: 'slide', data: { page: 1, coursewareId } },
      { at: 12, type: 'slide', data: { page: 2, coursewareId } },
      { at: 20, type: 'slideHidden', data: {} },
      { at: 30, type: 'slide', data: { page: 3, coursewareId } },
      { at: 36, type: 'slide', data: { page: 4, title: '黑板' } },
    );
    expect(told(tracks, turns, 40)).toEqual([
      '0–5: li-camera',
      '5–12: page 1, li-camera',
      '12–20: page 2, li-camera',
      '20–30: li-screen, li-camera',
      '30–36: page 3, li-camera',
      '36–40: li-camera',
    ]);
  });

  it('takes the board that was shared last, and keeps the other as a tile', () => {
    const tracks = [track('li', 'lecturer', 'screen', [0, 30]), track('li', 'lecturer', 'visualiser', [10, 20])];
    expect(told(tracks, [], 30)[1]).toBe('10–20: li-visualiser, [li], li-screen');
  });

  it('shows pupils only while they are on stage, sites always, and the lecturer first', () => {
    const tracks = [
      track('ann', 'pupil', 'camera', [0, 30]),
      track('bo', 'site', 'camera', [0, 30]),
      track('li', 'lecturer', 'camera', [0, 30]),
    ];
    const [ann] = tracks;
    const events = eventsOf(
      { at: 0, type: 'stage', data: { seatIds: [] } },
      { at: 10, type: 'stage', data: { seatIds: [ann?.seatId] } },
      { at: 20, type: 'stage', data: { seatIds: [] } },
    );
    expect(told(tracks, events, 30)).toEqual([
      '0–10: li-camera, bo-camera',
      '10–20: li-camera, bo-camera, ann-camera',
      '20–30: li-camera, bo-camera',
    ]);
  });

  it('puts a name card where a camera is off while its sender is there', () => {
    const tracks = [
      track('li', 'lecturer', 'camera', [0, 10], [20, 30]),
      track('li', 'lecturer', 'microphone', [0, 30]),
    ];
    expect(told(tracks, [], 30)).toEqual(['0–10: li-camera', '10–20: [li]', '20–30: li-camera']);
  });

  it('takes a paused camera for off although its track goes on', () => {
    const tracks = [track('li', 'lecturer', 'camera', [0, 30]), track('li', 'lecturer', 'microphone', [0, 30])];
    const trackId = 'li-camera';
    const events = eventsOf(
      { at: 5, type: 'producerPaused', data: { trackId } },
      { at: 8, type: 'producerResumed', data: { trackId } },
    );
    expect(told(tracks, events, 30)).toEqual(['0–5: li-camera', '5–8: [li]', '8–30: li-camera']);
  });

  it('holds the last picture over a short hole and shows the card in a long one', () => {
    const microphone = track('li', 'lecturer', 'microphone', [0, 30]);
    expect(told([track('li', 'lecturer', 'camera', [0, 10], [11.5, 30]), microphone], [], 30)).toHaveLength(1);
    expect(told([track('li', 'lecturer', 'camera', [0, 10], [13, 30]), microphone], [], 30)).toHaveLength(3);
  });

  it('leaves out what was paused, to the frame, and goes on seamlessly', () => {
    const events = eventsOf(
      { at: 10.013, type: 'paused', data: {} },
      { at: 14.999, type: 'resumed', data: {} },
      { at: 25, type: 'paused', data: {} },
    );
    const { cuts, timeline } = editListOf([track('li', 'lecturer', 'camera', [0, 30])], events, 30 * S);
    expect(cuts.map((cut) => [cut.sessionStartUs, cut.outputStartUs, cut.frames])).toEqual([
      [0, 0, 250],
      [15 * S, 10 * S, 250],
    ]);
    expect(timeline.durationUs).toBe(20 * S);
  });

  it('swallows scenes shorter than two frames', () => {
    const tracks = [track('li', 'lecturer', 'camera', [0.03, 30]), track('li', 'lecturer', 'screen', [10, 10.05])];
    expect(told(tracks, [], 30)).toEqual(['0–30: li-camera']);
  });

  it('cuts long scenes at every fourth minute of the session, into parts of at most five', () => {
    const framesOf = (from: number, to: number): readonly number[] =>
      editListOf([track('li', 'lecturer', 'camera', [from, to])], [], to * S)
        .cuts.filter((cut) => cut.scene.tiles.length > 0)
        .map((cut) => cut.frames / 25);
    expect(framesOf(0, 660)).toEqual([240, 240, 180]);
    expect(framesOf(0, 265)).toEqual([265]);
    expect(framesOf(215, 505)).toEqual([290]);
    expect(framesOf(100, 500)).toEqual([140, 260]);
  });

  it('leaves the cuts behind an edit as they were', () => {
    const tracks = [track('li', 'lecturer', 'camera', [0, 1200])];
    const startsOf = (events: readonly RecordingEvent[]): readonly number[] =>
      editListOf(tracks, events, 1200 * S).cuts.map((cut) => cut.sessionStartUs / S);
    const events = eventsOf({ at: 300.0071, type: 'paused', data: {} }, { at: 333.3331, type: 'resumed', data: {} });
    expect(startsOf([])).toEqual([0, 240, 480, 720, 960]);
    expect(startsOf(events)).toEqual([0, 240, 333.36, 480, 720, 960]);
  });

  it('follows the speaker in the speaker layout, but not every interjection', () => {
    const tracks = [track('li', 'lecturer', 'camera', [0, 60]), track('ann', 'pupil', 'camera', [0, 60])];
    const events = eventsOf(
      { at: 0, type: 'layout', data: { layout: 'speaker' } },
      { at: 10, type: 'activeSpeaker', data: { seatId: 'ann' } },
      { at: 20, type: 'activeSpeaker', data: { seatId: 'li' } },
      { at: 30, type: 'activeSpeaker', data: { seatId: 'ann' } },
      { at: 30.5, type: 'activeSpeaker', data: { seatId: 'li' } },
    );
    expect(told(tracks, events, 60)).toEqual([
      '0–10: li-camera, ann-camera',
      '10–20: ann-camera, li-camera',
      '20–60: li-camera, ann-camera',
    ]);
  });

  it('has the speaker large whenever no board is shared, whatever the room looked like', () => {
    const tracks = [
      track('li', 'lecturer', 'camera', [0, 60]),
      track('bo', 'site', 'camera', [0, 60]),
      track('li', 'lecturer', 'screen', [30, 60]),
    ];
    const events = eventsOf(
      { at: 0, type: 'layout', data: { layout: 'board' } },
      { at: 10, type: 'activeSpeaker', data: { seatId: 'bo' } },
    );
    expect(told(tracks, events, 60)).toEqual([
      '0–10: li-camera, bo-camera',
      '10–30: bo-camera, li-camera',
      '30–60: li-screen, li-camera, bo-camera',
    ]);
  });

  it('does not flicker while two talk in turns', () => {
    const tracks = [track('li', 'lecturer', 'camera', [0, 60]), track('bo', 'site', 'camera', [0, 60])];
    const turns = Array.from({ length: 25 }, (_, index) => ({
      at: 10 + index * 1.5,
      type: 'activeSpeaker' as const,
      data: { seatId: index % 2 === 0 ? 'bo' : 'li' },
    }));
    const cuts = told(tracks, eventsOf(...turns), 60);
    expect(cuts.length).toBeLessThanOrEqual(3);
  });

  it('has a pupil in sight who speaks without being on stage, with a card when there is no camera', () => {
    const tracks = [
      track('li', 'lecturer', 'screen', [0, 30]),
      track('li', 'lecturer', 'camera', [0, 30]),
      track('ann', 'pupil', 'microphone', [0, 30]),
    ];
    const events = eventsOf(
      { at: 0, type: 'stage', data: { seatIds: [] } },
      { at: 10, type: 'activeSpeaker', data: { seatId: 'ann' } },
      { at: 20, type: 'activeSpeaker', data: { seatId: 'li' } },
    );
    expect(told(tracks, events, 30)).toEqual([
      '0–10: li-screen, li-camera',
      '10–20: li-screen, li-camera, [ann]',
      '20–30: li-screen, li-camera',
    ]);
  });

  it('has the site in sight that speaks among more than there are places, and moves no other', () => {
    const sites = Array.from({ length: 14 }, (_, index) => track(`s${index}`, 'site', 'camera', [0, 30]));
    const tracks = [track('li', 'lecturer', 'screen', [0, 30]), track('li', 'lecturer', 'camera', [0, 30]), ...sites];
    const events = eventsOf({ at: 10, type: 'activeSpeaker', data: { seatId: 's13' } });
    const [before, after] = editListOf(tracks, events, 30 * S).cuts.map((cut) => cut.scene.tiles);
    expect(before).toHaveLength(10);
    expect(after?.at(-1)?.trackId).toBe('s13-camera');
    expect(after?.slice(0, -1)).toEqual(before?.slice(0, -1));
  });

  it('begins with the title card, under which nothing is shifted', () => {
    const tracks = [track('li', 'lecturer', 'camera', [0, 60]), track('li', 'lecturer', 'screen', [2, 60])];
    const [plain, titled] = [false, true].map((hasTitle) => editListOf(tracks, [], 60 * S, { leftOut: [] }, hasTitle));
    expect(titled?.timeline).toEqual(plain?.timeline);
    expect(titled?.cuts.map((cut) => [cut.outputStartUs / S, cut.frames / 25, cut.scene.tiles.length])).toEqual([
      [0, 4, 0],
      [4, 56, 2],
    ]);
    const short = editListOf(tracks, [], 10 * S, { leftOut: [] }, true);
    expect(short.cuts.map((cut) => cut.frames / 25)).toEqual([2, 8]);
    const late = editListOf(
      tracks,
      [],
      60 * S,
      {
        leftOut: [
          { fromUs: 0, toUs: 1 * S },
          { fromUs: 3 * S, toUs: 9 * S },
        ],
      },
      true,
    );
    expect(late.cuts.map((cut) => [cut.outputStartUs / S, cut.scene.tiles.length])).toEqual([
      [0, 0],
      [2, 0],
      [4, 2],
    ]);
  });

  it('deals out equal places in the gallery', () => {
    const tracks = ['li', 'ann', 'bo', 'cy'].map((id) =>
      track(id, id === 'li' ? 'lecturer' : 'pupil', 'camera', [0, 5]),
    );
    const events = eventsOf({ at: 0, type: 'layout', data: { layout: 'gallery' } });
    const tiles = editListOf(tracks, events, 5 * S).cuts[0]?.scene.tiles ?? [];
    expect(tiles.map((tile) => tile.rect)).toEqual([
      { x: 0, y: 0, width: 960, height: 540 },
      { x: 960, y: 0, width: 960, height: 540 },
      { x: 0, y: 540, width: 960, height: 540 },
      { x: 960, y: 540, width: 960, height: 540 },
    ]);
  });

  it('keeps every place within the picture and apart from the others, however many there are', () => {
    for (const layout of ['board', 'gallery'] as const) {
      for (let count = 1; count <= 20; count += 1) {
        const tracks = Array.from({ length: count }, (_, index) => track(`p${index}`, 'site', 'camera', [0, 5]));
        const events = eventsOf({ at: 0, type: 'layout', data: { layout } });
        const rects = (editListOf(tracks, events, 5 * S).cuts[0]?.scene.tiles ?? []).map((tile) => tile.rect);
        expect(rects.every((r) => r.x >= 0 && r.y >= 0 && r.x + r.width <= 1920 && r.y + r.height <= 1080)).toBe(true);
        const overlaps = rects.flatMap((a, i) =>
          rects
            .slice(i + 1)
            .filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height),
        );
        expect(overlaps).toEqual([]);
      }
    }
  });
});
