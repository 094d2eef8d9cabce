import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../tests/support/rooms/manual-clock.ts';
import { idOf, RulesStand } from '../../tests/support/rooms/rules-stand.ts';
import { SeatId, StrokeId } from '../protocol/ids.ts';
import { WHITEBOARD } from '../protocol/ink.ts';
import { PageInk, type InkPart } from './page-ink.ts';

const board = { coursewareId: WHITEBOARD.coursewareId, page: 1 };
const strokeId = StrokeId.parse('stroke');
const other = StrokeId.parse('other');
const seatId = SeatId.parse('li');
const part = (from: number, ...points: number[]) => ({
  ...{ strokeId, seatId, colour: 'red' as const, shape: 'pen' as const },
  ...{ from, points },
});

function ink() {
  const clock = new ManualClock();
  const drawn: (readonly InkPart[])[] = [];
  const removed: (StrokeId | null)[] = [];
  const written: number[][] = [];
  const rubbedOut: (StrokeId | null)[] = [];
  const capture = { isAway: false };
  const made = new PageInk({
    clock,
    shown: () => board,
    onDrawn: (_place, parts) => void drawn.push(parts),
    onRemoved: (_place, gone) => void removed.push(gone),
    mayWriteDown: () => !capture.isAway,
    onWrittenDown: (_place, { points }) => void written.push(points),
    onRemovedOnceWrittenDown: (_place, gone) => void rubbedOut.push(gone),
    onOpened: () => undefined,
    onSaveNeeded: () => undefined,
  });
  return { made, clock, drawn, removed, written, rubbedOut, capture };
}

describe('ink', () => {
  it('grows part by part; what comes twice counts once, and a hole is refused (I2)', async () => {
    const { made, clock, drawn } = ink();
    made.draw(board, part(0, 1, 2));
    made.draw(board, part(0, 1, 2, 3, 4));
    made.draw(board, part(2, 3, 4));
    expect(() => made.draw(board, part(6, 7, 8))).toThrow('missing');
    await clock.pass(200);
    made.draw(board, part(4, 5, 6));
    made.draw(board, { ...part(0, 7, 8), strokeId: other });
    await clock.pass(200);
    expect(drawn).toMatchObject([
      [{ strokeId, from: 0, points: [1, 2, 3, 4] }],
      [
        { strokeId, from: 4, points: [5, 6] },
        { strokeId: other, from: 0, points: [7, 8] },
      ],
    ]);
    made.undo(board, other, { seatId, isTeacher: false });
    expect(made.of(board)).toEqual([{ strokeId, seatId, colour: 'red', shape: 'pen', points: [1, 2, 3, 4, 5, 6] }]);
  });

  it('carries typed words, which weigh on the page as their characters do (I1, I4)', async () => {
    const { made, clock, drawn } = ink();
    const words = { ...part(0, 1, 2), shape: 'text' as const, text: '勾股定理' };
    made.draw(board, words);
    await clock.pass(200);
    expect(drawn).toMatchObject([[{ strokeId, text: '勾股定理', points: [1, 2] }]]);
    expect(made.save().pages).toMatchObject([{ strokes: [{ shape: 'text', text: '勾股定理' }] }]);
    const long = 'x'.repeat(200);
    let pieces = 0;
    expect(() => {
      for (; pieces < 1_000; pieces += 1)
        made.draw(board, { ...words, strokeId: StrokeId.parse(`piece-${pieces}`), text: long });
    }).toThrow('the page is full');
    expect(pieces).toBe(Math.floor((24_000 - 6) / 202));
  });

  it('is written on the page that is shown alone (I1)', () => {
    const { made } = ink();
    expect(() => made.draw({ ...board, page: 2 }, part(0, 1, 2))).toThrow('another page');
  });

  it('is taken away by who wrote it and by teachers, and only a part of somebody’s own (I3)', () => {
    const { made, removed } = ink();
    made.draw(board, part(0, 1, 2));
    const stranger = { seatId: SeatId.parse('wang'), isTeacher: false };
    expect(() => made.draw(board, { ...part(2, 3, 4), seatId: stranger.seatId })).toThrow('forbidden');
    expect(() => made.undo(board, strokeId, stranger)).toThrow('forbidden');
    made.undo(board, strokeId, { ...stranger, isTeacher: true });
    made.undo(board, strokeId, { seatId, isTeacher: false });
    expect(removed).toEqual([strokeId]);
    made.draw(board, { ...part(0, 1, 2), strokeId: other });
    made.clear(board);
    expect(removed).toEqual([strokeId, null]);
    expect(made.of(board)).toEqual([]);
  });

  it('fills a page up to its bound and no further (I4)', async () => {
    const { made, clock } = ink();
    const points = Array.from({ length: 400 }, () => 5);
    const fill = () => {
      for (let n = 0; n < 100; n += 1) made.draw(board, part(n * 400, ...points));
    };
    expect(fill).toThrow('full');
    expect(made.of(board)[0]?.points).toHaveLength(24_000);
    made.clear(board);
    expect(fill).toThrow('too much');
    made.clear(board);
    await clock.pass(10_000);
    made.draw(board, part(0, 1, 2));
    expect(made.of(board)).toHaveLength(1);
  });

  it('is one event of the recording for a stroke and a second, and waits on the page while capture is away (I5)', async () => {
    const { made, clock, written, rubbedOut, capture } = ink();
    for (let n = 0; n < 4; n += 1) {
      made.draw(board, part(n * 2, n, n));
      await clock.pass(250);
    }
    expect(written).toEqual([[0, 0, 1, 1, 2, 2, 3, 3]]);
    capture.isAway = true;
    made.draw(board, part(8, 4, 4));
    made.draw(board, { ...part(0, 9, 9), strokeId: other });
    await clock.pass(5_000);
    expect(written).toHaveLength(1);
    made.undo(board, other, { seatId, isTeacher: false });
    const next = ink();
    next.made.restore(made.save());
    capture.isAway = false;
    await clock.pass(1_000);
    await next.clock.pass(1_000);
    expect(written.slice(1)).toEqual([[4, 4]]);
    expect(next.written).toEqual([[4, 4]]);
    expect(rubbedOut).toEqual([]);
    made.undo(board, strokeId, { seatId, isTeacher: false });
    expect(rubbedOut).toEqual([strokeId]);
  });

  it('is open to the class when a teacher says so, told to everybody, and there after a take-over (I1, I2, T1)', async () => {
    const stand = new RulesStand({ kind: 'sky', facts: { isRecorded: true } });
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    const guest = await stand.join('observer', '听课老师');
    const { tools } = stand.room.parts;
    await tools.pages.show(board.coursewareId, 1);
    const mayWrite = (peer: typeof pupil) => () => stand.room.seatOrders.assertMayWrite(stand.seat(peer));
    expect(mayWrite(teacher)).not.toThrow();
    expect(mayWrite(pupil)).toThrow('forbidden');
    tools.ink.setOpen(true);
    expect(mayWrite(pupil)).not.toThrow();
    expect(mayWrite(guest)).toThrow('forbidden');
    tools.ink.draw(board, { ...part(0, 1, 2), seatId: idOf(pupil) });
    await stand.clock.pass(200);
    expect(teacher.of('inkDrawn')).toMatchObject([{ ...board, parts: [{ strokeId, from: 0, points: [1, 2] }] }]);
    await tools.pages.show(board.coursewareId, 2);
    expect(pupil.of('pageShown').at(-1)?.strokes).toEqual([]);
    await tools.pages.show(board.coursewareId, 1);
    expect(pupil.of('pageShown').at(-1)?.strokes).toHaveLength(1);
    await stand.clock.pass(1_000);
    const types = [...stand.control.events.values()].flat().map(({ type }) => type);
    expect(types.filter((type) => type === 'ink')).toHaveLength(1);

    const next = new RulesStand({ before: stand, saved: stand.saved() });
    await next.join('lecturer', '王老师');
    const late = await next.join('pupil', '小红');
    expect(late.snapshot).toMatchObject({ tools: { ink: { isOpen: true, strokes: [{ strokeId, points: [1, 2] }] } } });
  });
});
