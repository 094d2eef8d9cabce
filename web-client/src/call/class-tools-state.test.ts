import { describe, expect, it } from 'vitest';
import { PollId } from '../../../signaling/protocol/ids.ts';
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
});
