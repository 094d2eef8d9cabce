import { describe, expect, it } from 'vitest';
import { PollId, SeatId, StrokeId } from '../../../signaling/protocol/ids.ts';
import { WHITEBOARD } from '../../../signaling/protocol/ink.ts';
import type { ShownPoll } from '../../../signaling/protocol/polls.ts';
import { insideSnapshot } from '../../../tests/support/clients/room-states.ts';
import { countdownLeftMs } from './class-tools-state.ts';
import { fromSnapshot, reduceNotice } from './room-state.ts';
import type { InsideState, RoomView } from './room-state.ts';

const poll = (pollId: string): ShownPoll => ({
  ...{ pollId: PollId.parse(pollId), kind: 'single', text: '问题', options: ['甲', '乙'], isAnonymous: false },
  ...{ state: 'open', openedAtMs: 0, result: null },
});
const toolsOf = (view: RoomView): InsideState['tools'] => {
  if (view.phase !== 'inside') throw new Error('not inside');
  return view.tools;
};

describe('what is run with the class', () => {
  const answered = insideSnapshot({
    tools: { ...insideSnapshot().tools, poll: poll('a'), myAnswer: { choices: [1], text: null } },
  });
  const before = fromSnapshot(answered, { phase: 'joining' }, Date.now());

  it('keeps the own answer while the same question is closed and published, and drops it with the next one', () => {
    const closed = reduceNotice(before, 'pollShown', { poll: { ...poll('a'), state: 'closed' } });
    expect(toolsOf(closed)).toMatchObject({ poll: { state: 'closed' }, myAnswer: { choices: [1] } });
    expect(toolsOf(reduceNotice(closed, 'pollShown', { poll: poll('b') })).myAnswer).toBeNull();
  });

  it('counts down by the server’s clock and stands still while paused', () => {
    const running = { durationMs: 60_000, leftMs: 60_000, endsAtMs: 100_000, sounds: false };
    expect(countdownLeftMs(running, 70_000)).toBe(30_000);
    expect(countdownLeftMs(running, 130_000)).toBe(0);
    expect(countdownLeftMs({ ...running, endsAtMs: null, leftMs: 12_000 }, 130_000)).toBe(12_000);
  });

  it('adds what was drawn behind what it has, and what it has already counts once', () => {
    const stroke = {
      strokeId: StrokeId.parse('s'),
      seatId: SeatId.parse('li'),
      colour: 'red' as const,
      shape: 'pen' as const,
    };
    const place = { coursewareId: WHITEBOARD.coursewareId, page: 1 };
    const page = { ...place, fileName: '', pageCount: 20, size: { width: 1_920, height: 1_080 }, pagesUrl: null };
    const shown = reduceNotice(before, 'pageShown', { page, strokes: [{ ...stroke, points: [1, 2, 3, 4] }] });
    const drawn = reduceNotice(shown, 'inkDrawn', { ...place, parts: [{ ...stroke, from: 2, points: [3, 4, 5, 6] }] });
    expect(toolsOf(drawn).ink.strokes).toEqual([{ ...stroke, points: [1, 2, 3, 4, 5, 6] }]);
    const elsewhere = { ...place, page: 2, parts: [{ ...stroke, from: 6, points: [7, 8] }] };
    expect(reduceNotice(drawn, 'inkDrawn', elsewhere)).toEqual(drawn);
  });
});
