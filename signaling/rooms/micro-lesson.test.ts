import { describe, expect, it } from 'vitest';
import type { RecordingEvent } from '../../recorder/contract.ts';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { RulesStand, type TestPeer } from '../../tests/support/rooms/rules-stand.ts';
import { SEAT_KEPT_MS } from './presence.ts';

const newStand = (): RulesStand => new RulesStand({ facts: { isRecorded: true, origin: 'micro' } });

const eventsOf = (stand: RulesStand): RecordingEvent[] => [...stand.control.events.values()].flat();
const typesOf = (stand: RulesStand): string[] => eventsOf(stand).map(({ type }) => type);
const leftOutOf = (stand: RulesStand) => [...stand.store.recordings.values()].map(({ leftOut }) => leftOut);
const S = 1_000_000;

async function begun(): Promise<{ readonly stand: RulesStand; readonly teacher: TestPeer }> {
  const stand = newStand();
  const teacher = await stand.join('lecturer', '王老师');
  await stand.room.teacherOrders.startRecording();
  await settle();
  return { stand, teacher };
}

/** Seconds from a start to the pause. */
async function take(stand: RulesStand, seconds: number): Promise<void> {
  stand.room.teacherOrders.setRecordingPaused(false);
  await stand.clock.pass(seconds * 1_000);
  stand.room.teacherOrders.setRecordingPaused(true);
  await settle();
}

async function ended(stand: RulesStand): Promise<void> {
  stand.room.end();
  await settle();
  expect(stand.room.isSettled).toBe(true);
}

describe('a micro-lesson', () => {
  it('is recorded once its lecturer says so, from before the first take (W2)', async () => {
    const stand = newStand();
    const teacher = await stand.join('lecturer', '王老师');
    await settle();
    expect(stand.control.goals).toEqual([]);
    expect(teacher.snapshot).toMatchObject({ recording: 'off', takes: null });
    await stand.room.teacherOrders.startRecording();
    await stand.room.teacherOrders.startRecording();
    await settle();
    expect(teacher.of('recordingChanged').at(-1)).toEqual({ state: 'paused', takes: { keptMs: 0, last: null } });
    expect(eventsOf(stand)[0]).toMatchObject({ type: 'paused', atUs: 0 });
    expect(stand.control.events.size).toBe(1);
  });

  it('tells how long its takes are, and leaves out those that are done again (W3, W4)', async () => {
    const { stand, teacher } = await begun();
    await stand.clock.pass(3_000);
    await take(stand, 10);
    await stand.clock.pass(5_000);
    stand.room.teacherOrders.setRecordingPaused(false);
    const startedAtMs = stand.clock.nowMs();
    expect(teacher.of('recordingChanged').at(-1)?.takes).toEqual({
      keptMs: 10_000,
      last: { fromMs: startedAtMs, toMs: null },
    });
    await stand.clock.pass(4_000);
    stand.room.teacherOrders.redoTake();
    expect(teacher.of('recordingChanged').at(-1)).toEqual({ state: 'paused', takes: { keptMs: 10_000, last: null } });
    expect(() => stand.room.teacherOrders.redoTake()).toThrow('no take to do again');
    await take(stand, 6);
    stand.room.teacherOrders.redoTake();
    await take(stand, 7);
    await ended(stand);
    // Both, which follow on one another.
    expect(leftOutOf(stand)).toEqual([[{ fromUs: 18 * S, toUs: 28 * S }]]);
    expect(typesOf(stand).filter((type) => type === 'retaken')).toHaveLength(2);
    expect(eventsOf(stand).filter(({ type }) => type === 'resumed')).toMatchObject(
      Array.from({ length: 4 }, () => ({ data: { isTake: true } })),
    );
  });

  it('plays all takes when none is left (W4)', async () => {
    const { stand } = await begun();
    await take(stand, 5);
    stand.room.teacherOrders.redoTake();
    await ended(stand);
    expect(leftOutOf(stand)).toEqual([[]]);
  });

  it('is not over before what is left out is written down (W4)', async () => {
    const { stand } = await begun();
    await take(stand, 5);
    stand.room.teacherOrders.redoTake();
    await take(stand, 5);
    stand.store.isAway = true;
    stand.room.end();
    await settle();
    expect(stand.control.finished.size).toBe(0);
    stand.store.isAway = false;
    await stand.clock.pass(1_001);
    expect(stand.control.finished.size).toBe(1);
    expect(leftOutOf(stand)).toEqual([[{ fromUs: 0, toUs: 5 * S }]]);
  });

  it('is over also when it was never listed, so that nothing can be left out of it (W4)', async () => {
    const { stand } = await begun();
    await take(stand, 5);
    stand.room.teacherOrders.redoTake();
    stand.store.recordings.clear();
    await ended(stand);
    expect(stand.control.finished.size).toBe(1);
  });

  it('pauses when its lecturer is gone, and leaves out what came after (W5)', async () => {
    const { stand, teacher } = await begun();
    stand.room.teacherOrders.setRecordingPaused(false);
    await stand.clock.pass(8_000);
    stand.cut(teacher);
    await stand.clock.pass(5_000);
    const back = await stand.connect(teacher.token);
    expect(back.snapshot).toMatchObject({ recording: 'recording', takes: { last: { toMs: null } } });
    await stand.clock.pass(2_000);
    const lostAtMs = stand.clock.nowMs();
    stand.cut(back);
    await stand.clock.pass(SEAT_KEPT_MS + 1);
    const again = await stand.join('lecturer', '王老师');
    expect(again.snapshot).toMatchObject({ recording: 'paused', takes: { keptMs: 0, last: { toMs: lostAtMs } } });
    await ended(stand);
    expect(leftOutOf(stand)).toMatchObject([[{ fromUs: 15 * S }]]);
  });

  it('goes on in another process with its takes (T1)', async () => {
    const { stand: before, teacher } = await begun();
    await take(before, 5);
    before.room.teacherOrders.redoTake();
    before.room.teacherOrders.setRecordingPaused(false);
    await before.clock.pass(4_000);
    const saved = before.saved();
    before.room.abandon(null);
    const after = new RulesStand({ before, saved });
    const back = await after.connect(teacher.token);
    expect(back.snapshot).toMatchObject({
      recording: 'recording',
      takes: { keptMs: 0, last: { fromMs: after.clock.nowMs() - 4_000, toMs: null } },
    });
    await ended(after);
    expect(leftOutOf(after)).toEqual([[{ fromUs: 0, toUs: 5 * S }]]);
  });

  it('of all lessons alone has takes (R1, W2)', async () => {
    const lesson = new RulesStand({ facts: { isRecorded: true } });
    const teacher = await lesson.join('lecturer', '王老师');
    await settle();
    expect(teacher.snapshot).toMatchObject({ takes: null });
    expect(() => lesson.room.teacherOrders.redoTake()).toThrow('no take to do again');
    const unrecorded = new RulesStand();
    await unrecorded.join('lecturer', '王老师');
    await expect(unrecorded.room.teacherOrders.startRecording()).rejects.toMatchObject({ code: 'conflict' });
  });
});
