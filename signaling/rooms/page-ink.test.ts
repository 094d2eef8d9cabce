import { describe, expect, it } from 'vitest';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { idOf, RulesStand } from '../../tests/support/rooms/rules-stand.ts';
import { SeatId, StrokeId } from '../protocol/ids.ts';
import { WHITEBOARD } from '../protocol/ink.ts';
import { PageInk } from './page-ink.ts';

const board = { coursewareId: WHITEBOARD.coursewareId, page: 1 };
const strokeId = StrokeId.parse('stroke');
const other = StrokeId.parse('other');
const seatId = SeatId.parse('li');
const part = (from: number, ...points: number[]) => ({ strokeId, seatId, colour: 'red' as const, from, points });

function ink() {
  const drawn: number[][] = [];
  const removed: (StrokeId | null)[] = [];
  const made = new PageInk({
    shown: () => board,
    onDrawn: (_place, { points }) => void drawn.push(points),
    onRemoved: (_place, gone) => void removed.push(gone),
    onOpened: () => undefined,
  });
  return { made, drawn, removed };
}

describe('ink', () => {
  it('grows part by part; what comes twice counts once, and a hole is refused (I2)', () => {
    const { made, drawn } = ink();
    made.draw(board, part(0, 1, 2));
    made.draw(board, part(0, 1, 2, 3, 4));
    made.draw(board, part(2, 3, 4));
    expect(() => made.draw(board, part(6, 7, 8))).toThrow('missing');
    expect(drawn).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(made.of(board)).toEqual([{ strokeId, seatId, colour: 'red', points: [1, 2, 3, 4] }]);
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

  it('fills a page up to its bound and no further (I4)', () => {
    const { made } = ink();
    const points = Array.from({ length: 400 }, () => 5);
    const fill = () => {
      for (let n = 0; n < 100; n += 1) made.draw(board, part(n * 400, ...points));
    };
    expect(fill).toThrow('full');
    expect(made.of(board)[0]?.points).toHaveLength(24_000);
    made.clear(board);
    made.draw(board, part(0, 1, 2));
    expect(made.of(board)).toHaveLength(1);
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
    expect(teacher.of('inkDrawn')).toMatchObject([{ ...board, strokeId, points: [1, 2] }]);
    await tools.pages.show(board.coursewareId, 2);
    expect(pupil.of('pageShown').at(-1)?.strokes).toEqual([]);
    await tools.pages.show(board.coursewareId, 1);
    expect(pupil.of('pageShown').at(-1)?.strokes).toHaveLength(1);
    await settle();
    const types = [...stand.control.events.values()].flat().map(({ type }) => type);
    expect(types.filter((type) => type === 'ink')).toHaveLength(1);

    const next = new RulesStand({ before: stand, saved: stand.saved() });
    await next.join('lecturer', '王老师');
    const late = await next.join('pupil', '小红');
    expect(late.snapshot).toMatchObject({ tools: { ink: { isOpen: true, strokes: [{ strokeId, points: [1, 2] }] } } });
  });
});
