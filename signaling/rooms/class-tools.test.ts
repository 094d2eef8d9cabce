import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../tests/support/rooms/manual-clock.ts';
import { idOf, RulesStand } from '../../tests/support/rooms/rules-stand.ts';
import { RequestId, SeatId } from '../protocol/ids.ts';
import { LessonCountdown } from './lesson-countdown.ts';
import { RandomPick } from './random-pick.ts';

let requests = 0;
const newRequest = (): RequestId => RequestId.parse(`request-${(requests += 1)}`);
const seatOf = (name: string) => ({ seatId: SeatId.parse(name), displayName: name, schoolName: null });

function pickFrom(names: string[]) {
  const present = names.map(seatOf);
  const pick = new RandomPick({
    clock: new ManualClock(),
    present: () => present,
    random: (count) => Math.floor(Math.random() * count),
    onChanged: () => undefined,
  });
  return { pick, present, next: () => pick.pick(newRequest(), 'everybody').displayName };
}

describe('random pick', () => {
  it('picks nobody twice until all had their turn, and not the same one across rounds (P2)', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const { next } = pickFrom(names);
    const rounds = Array.from({ length: 20 }, () => names.map(() => next()));
    for (const round of rounds) expect(round.toSorted()).toEqual(names);
    const inOrder = rounds.flat();
    expect(inOrder.every((name, index) => name !== inOrder[index - 1])).toBe(true);
  });

  it('lets who comes later have a turn before anybody has a second one (P2)', () => {
    const { next, present } = pickFrom(['a', 'b']);
    next();
    next();
    present.push(seatOf('late'));
    expect(next()).toBe('late');
  });

  it('picks once for a repeated request, and says when nobody is there (P1, P3)', () => {
    const { pick } = pickFrom(['a', 'b', 'c']);
    const requestId = newRequest();
    expect(pick.pick(requestId, 'everybody')).toEqual(pick.pick(requestId, 'everybody'));
    expect(pick.save().hadTurn).toHaveLength(1);
    expect(() => pickFrom([]).next()).toThrow('nobody');
  });

  it('picks only whoever is there, pupils or listening classrooms as asked (P1)', async () => {
    const stand = new RulesStand({ kind: 'sky' });
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    const gone = await stand.join('pupil', '小红');
    const site = await stand.join('site', '和田一小');
    stand.cut(gone);
    const { pick } = stand.room.parts.tools;
    for (let n = 0; n < 5; n += 1) expect(pick.pick(newRequest(), 'pupils').seatId).toBe(idOf(pupil));
    expect(pick.pick(newRequest(), 'sites').seatId).toBe(idOf(site));
    expect(pupil.of('pickChanged').at(-1)?.pick?.displayName).toBe('和田一小');
    pick.clear();
    expect(teacher.of('pickChanged').at(-1)).toEqual({ pick: null });
  });
});

describe('countdown', () => {
  it('goes by the server’s clock and keeps what is left through a pause (K1, K2)', async () => {
    const clock = new ManualClock();
    const countdown = new LessonCountdown({ clock, onChanged: () => undefined });
    expect(() => countdown.setPaused(true)).toThrow('no countdown');
    countdown.start(60_000, false);
    await clock.pass(20_000);
    countdown.setPaused(true);
    expect(countdown.shown).toMatchObject({ endsAtMs: null, leftMs: 40_000 });
    await clock.pass(100_000);
    countdown.setPaused(false);
    expect(countdown.shown?.endsAtMs).toBe(clock.nowMs() + 40_000);
    await clock.pass(40_000);
    expect(() => countdown.setPaused(true)).toThrow('no countdown');
    countdown.stop();
    expect(countdown.shown).toBeNull();
  });
});

describe('answering race', () => {
  async function race() {
    const stand = new RulesStand({ kind: 'sky' });
    const teacher = await stand.join('lecturer', '王老师');
    const [first, second] = [await stand.join('pupil', '小明'), await stand.join('site', '和田一小')];
    return { stand, teacher, first, second, race: stand.room.parts.tools.race };
  }

  it('is won by whoever presses first once it is open; presses before do not count (A1, A2)', async () => {
    const { stand, race: running, first, second } = await race();
    const raceId = running.start(newRequest(), 3_000);
    await stand.clock.pass(2_999);
    expect(running.press(stand.seat(first, 'answer'), raceId)).toBe('early');
    expect(first.of('raceChanged').at(-1)?.race).toMatchObject({ state: 'ready', winner: null });
    await stand.clock.pass(1);
    expect(first.of('raceChanged').at(-1)?.race).toMatchObject({ state: 'open' });
    await stand.clock.pass(120);
    expect(running.press(stand.seat(second, 'answer'), raceId)).toBe('won');
    expect(running.press(stand.seat(first, 'answer'), raceId)).toBe('late');
    expect(running.press(stand.seat(second, 'answer'), raceId)).toBe('won');
    const winner = { displayName: '和田一小', afterMs: 120 };
    expect(first.of('raceChanged').at(-1)?.race).toMatchObject({ state: 'won', winner });
    running.end();
    expect(() => running.press(stand.seat(first, 'answer'), raceId)).toThrow('no such race');
  });

  it('is not for teachers and guardians of a lesson, nor in safe mode (A3, X1)', async () => {
    const { stand, race: running, teacher, first } = await race();
    const raceId = running.start(newRequest(), 1_000);
    await stand.clock.pass(1_000);
    expect(() => stand.seat(teacher, 'answer')).toThrow('forbidden');
    expect(() => running.press(stand.seat(teacher), raceId)).toThrow('does not answer');
    stand.cut(teacher);
    await stand.clock.pass(10_001);
    expect(() => stand.seat(first, 'answer')).toThrow('safeMode');
  });

  it('starts once for a repeated request and goes on after a take-over (A2, T1)', async () => {
    const { stand, race: running, first } = await race();
    const requestId = newRequest();
    const raceId = running.start(requestId, 3_000);
    await stand.clock.pass(1_000);
    expect(running.start(requestId, 3_000)).toBe(raceId);
    const saved = stand.saved();
    stand.room.abandon(null);
    const next = new RulesStand({ before: stand, saved });
    const again = await next.join('pupil', '小明');
    expect(next.room.parts.tools.race.press(next.seat(again), raceId)).toBe('early');
    await next.clock.pass(2_000);
    expect(next.room.parts.tools.race.press(next.seat(again), raceId)).toBe('won');
    expect(first.of('raceChanged').at(-1)?.race?.winner).toBeNull();
  });
});
