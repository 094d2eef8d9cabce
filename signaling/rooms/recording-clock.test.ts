import { describe, expect, it } from 'vitest';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { RulesStand } from '../../tests/support/rooms/rules-stand.ts';
import { RequestId } from '../protocol/ids.ts';

const AHEAD_US = 2_000_000;

const instantsOf = (stand: RulesStand, type: string): number[] =>
  [...stand.control.events.values()].flat().flatMap((event) => (event.type === type ? [event.atUs] : []));
const mark = (stand: RulesStand, title: string): void =>
  stand.room.teacherOrders.addMarker(RequestId.parse(title), title);

/** A lesson that has been recorded for 10 s. */
async function recorded(): Promise<RulesStand> {
  const stand = new RulesStand({ facts: { isRecorded: true } });
  const teacher = await stand.join('lecturer', '王老师');
  await stand.produce(teacher, 'microphone');
  await stand.clock.pass(10_000);
  return stand;
}

function takenOver(before: RulesStand): RulesStand {
  const saved = before.saved();
  before.room.abandon(null);
  return new RulesStand({ before, saved });
}

describe('events of a recording', () => {
  it('stay on the clock of the media node when a host with another wall clock takes the room over (R9, T1)', async () => {
    const after = takenOver(await recorded());
    after.node.clockAheadUs = AHEAD_US;
    mark(after, 'first');
    await settle();
    expect(instantsOf(after, 'marker')).toEqual([10_000_000 + AHEAD_US]);
    await after.clock.pass(1_000);
    mark(after, 'later');
    await settle();
    expect(instantsOf(after, 'marker').at(-1)).toBe(11_000_000 + AHEAD_US);
    expect(after.saved().recording?.clockOffsetUs).toBe(AHEAD_US);
    after.room.end();
    await settle();
    expect([...after.control.finished.values()]).toEqual([11_000_000 + AHEAD_US]);
  });

  it('are put right with the end, and told before it, when the lesson ends before the clock is known (R9, R3)', async () => {
    const after = takenOver(await recorded());
    after.node.clockAheadUs = AHEAD_US;
    mark(after, 'first');
    after.room.parts.recording.finish();
    await settle();
    expect(instantsOf(after, 'marker')).toEqual([10_000_000 + AHEAD_US]);
    expect([...after.control.finished.values()]).toEqual([10_000_000 + AHEAD_US]);
  });

  it('go on as they were while no clock can be had, and are right once the room has a node again (R9)', async () => {
    const after = takenOver(await recorded());
    after.node.isAway = true;
    mark(after, 'away');
    await settle();
    expect(instantsOf(after, 'marker')).toEqual([10_000_000]);
    after.node.isAway = false;
    after.node.clockAheadUs = AHEAD_US;
    after.node.listener.onAdopted(after.node.describe());
    mark(after, 'back');
    await settle();
    expect(instantsOf(after, 'marker')).toEqual([10_000_000, 10_000_000 + AHEAD_US]);
  });

  it('follow the room to a media node with another clock (R9, M5)', async () => {
    const stand = await recorded();
    stand.node.clockAheadUs = -AHEAD_US;
    stand.node.reset();
    await settle();
    expect(instantsOf(stand, 'mediaReset')).toEqual([10_000_000 - AHEAD_US]);
    expect(new Set(instantsOf(stand, 'producerClosed'))).toEqual(new Set([10_000_000 - AHEAD_US]));
  });
});
