import { expect, it } from 'vitest';
import { CoursewareId, SeatId, StrokeId } from '../../signaling/protocol/ids.ts';
import { PlayIndex } from '../../signaling/protocol/play-index.ts';
import { WrittenInk } from '../board/board-ink.ts';
import { shownPages } from '../board/board-pages.ts';
import { RecordingEvent } from '../contract.ts';
import { boardStills } from './board-stills.ts';

const coursewareId = CoursewareId.parse('file');
const at = (second: number, type: RecordingEvent['type'], data: object = {}): RecordingEvent =>
  RecordingEvent.parse({ n: Math.round(second * 10 + 100), atUs: second * 1e6, type, data });
const turn = (second: number, page: number) => at(second, 'slide', { coursewareId, page });
const writes = (second: number, page: number, stroke: string) =>
  at(second, 'ink', {
    ...{ coursewareId, page, colour: 'red', shape: 'pen', points: [1, 1, 2, 2] },
    ...{ seatId: SeatId.parse('seat'), strokeId: StrokeId.parse(stroke) },
  });

type Seconds = readonly [from: number, to: number];

/** A minute of lesson, with something that moves on the board, and parts that are left out. */
function indexOf(board: readonly Seconds[], leftOut: readonly Seconds[] = []): PlayIndex {
  const segments = board.map(([from, to]) => ({
    ...{ uri: 'a', init: 'i', bytes: 1 },
    ...{ startUs: from * 1e6, endUs: to * 1e6 },
  }));
  const run = { container: 'fmp4', mimeType: 'video/mp4', trackId: 't', epoch: 1, seatId: 's', displayName: 'n' };
  return PlayIndex.parse({
    ...{ version: 1, recordingId: 'rec', durationUs: 60e6, complete: true, masters: {} },
    views: [{ view: 'board', displayName: 'n', runs: [{ ...run, source: 'screen', segments }] }],
    leftOut: leftOut.map(([from, to]) => ({ fromUs: from * 1e6, toUs: to * 1e6 })),
  });
}

/** `page from–to (until)`, with a star for each other look of the page that was written on. */
function seen(events: readonly RecordingEvent[], index: PlayIndex): string[] {
  const inks: (string | undefined)[] = [undefined];
  return boardStills(shownPages(events, 60e6), new WrittenInk(events), index).map((still) => {
    if (!inks.includes(still.page.ink)) inks.push(still.page.ink);
    const stars = '*'.repeat(inks.indexOf(still.page.ink));
    const [from, to, until] = [still.fromUs, still.toUs, still.shown.toUs].map((us) => us / 1e6);
    return `${still.page.page}${stars} ${from}–${to} (${until})`;
  });
}

it('a page is there until it is turned or taken off, also one that was there before the recording began', () => {
  const events = [turn(-5, 1), turn(10, 2), at(20, 'slideHidden'), turn(50, 3)];
  expect(seen(events, indexOf([]))).toEqual(['1 0–10 (10)', '2 10–20 (20)', '3 50–60 (60)']);
});

it('a page makes room for what moves on the board, and is back behind it', () => {
  expect(
    seen(
      [turn(5, 1)],
      indexOf([
        [10, 20],
        [20.5, 30],
      ]),
    ),
  ).toEqual(['1 5–10 (10)', '1 30–60 (60)']);
  expect(seen([turn(5, 1), turn(12, 2), at(25, 'slideHidden')], indexOf([[10, 40]]))).toEqual(['1 5–10 (10)']);
});

it('what is written is seen in steps, and nothing of it before it was there', () => {
  const events = [turn(0, 1), writes(5, 1, 'a'), writes(59.5, 1, 'b')];
  expect(seen(events, indexOf([]))).toEqual(['1 0–8 (60)', '1* 8–59 (60)', '1** 59–60 (60)']);
});

it('of what is left out nothing is seen in front of it, and behind it what is on the page then', () => {
  const events = [turn(0, 1), writes(10.5, 1, 'a'), turn(30, 2), at(31, 'slideHidden')];
  expect(seen(events, indexOf([], [[10, 20]]))).toEqual(['1 0–10 (10)', '1* 20–30 (30)', '2 30–31 (31)']);
  expect(seen(events, indexOf([], [[0, 40]]))).toEqual([]);
});
