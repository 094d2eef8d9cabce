import { describe, expect, it } from 'vitest';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { idOf, RulesStand, type TestPeer } from '../../tests/support/rooms/rules-stand.ts';
import { RequestId, type PollId } from '../protocol/ids.ts';
import { PollQuestion, type PollAnswer } from '../protocol/polls.ts';
import { LOAD_RETRY_MS, TALLY_BATCH_MS } from './polls.ts';

const question = (change: Partial<PollQuestion> = {}): PollQuestion =>
  PollQuestion.parse({
    kind: 'single',
    text: '“疑是银河落九天”用了什么手法？',
    options: ['比喻', '拟人', '夸张'],
    correctChoices: [2],
    correctText: null,
    isAnonymous: false,
    ...change,
  });
const chosen = (...choices: number[]): PollAnswer => ({ choices, text: null });
const written = (text: string): PollAnswer => ({ choices: [], text });

let requests = 0;
const newRequest = (): RequestId => RequestId.parse(`request-${(requests += 1)}`);

async function lesson(kind: 'live' | 'sky' | 'meeting' = 'live') {
  const stand = new RulesStand({ kind, facts: { isRecorded: true } });
  const teacher = await stand.join('lecturer', '王老师');
  const { polls } = stand.room.parts.tools;
  const ask = async (asked = question()) => await polls.ask(stand.seat(teacher, 'runTools'), newRequest(), asked);
  const answer = async (peer: TestPeer, pollId: PollId, given: PollAnswer, requestId = newRequest()) =>
    await polls.answer(stand.seat(peer, 'answer'), requestId, pollId, given);
  return { stand, teacher, polls, ask, answer };
}

const pollEvents = (stand: RulesStand) =>
  [...stand.control.events.values()].flat().flatMap((event) => (event.type === 'poll' ? [event.data] : []));
const shownTo = (peer: TestPeer) => peer.of('pollShown').at(-1)?.poll;

describe('questions to the class', () => {
  it('show everybody the question and nobody the right answer before it is published (Q1, Q9)', async () => {
    const { stand, polls, ask, answer } = await lesson();
    const pupil = await stand.join('pupil', '小明');
    const other = await stand.join('pupil', '小红');
    const pollId = await ask();
    await answer(pupil, pollId, chosen(2));
    await answer(other, pollId, chosen(0));
    await polls.close(pollId);
    await stand.clock.pass(1_000);
    expect(JSON.stringify(pupil.heard)).not.toContain('correctChoices":[2]');
    expect(pupil.of('pollTally')).toEqual([]);
    expect(pupil.of('pollChanged')).toEqual([]);
    await polls.publish(pollId);
    const result = { answered: 2, counts: [1, 0, 1], correctChoices: [2], correctCount: 1 };
    expect(shownTo(pupil)).toMatchObject({ pollId, state: 'published', result });
    expect(JSON.stringify(other.heard)).not.toContain('小明","answer');
  });

  it('count one answer per seat, the last one, also from a second tab or a repeated request (Q2, Q4)', async () => {
    const { stand, teacher, ask, answer } = await lesson();
    const pupil = await stand.join('pupil', '小明');
    const pollId = await ask();
    const requestId = newRequest();
    await Promise.all([answer(pupil, pollId, chosen(0), requestId), answer(pupil, pollId, chosen(0), requestId)]);
    await answer(pupil, pollId, chosen(1));
    const tab = await stand.join('pupil', '小明');
    expect(tab.snapshot).toMatchObject({ tools: { poll: { pollId }, myAnswer: chosen(1) } });
    await answer(tab, pollId, chosen(2));
    await expect(answer(pupil, pollId, chosen(0))).rejects.toMatchObject({ code: 'seatTokenInvalid' });
    await stand.clock.pass(TALLY_BATCH_MS);
    expect(teacher.of('pollTally').at(-1)?.tally).toMatchObject({ answered: 1, counts: [0, 0, 1], correctCount: 1 });
    expect(stand.store.answerRows.size).toBe(1);
  });

  it('tell teachers alone, at most four times a second, however many answer (Q6)', async () => {
    const { stand, teacher, ask, answer } = await lesson();
    const pupils: TestPeer[] = [];
    for (let n = 0; n < 40; n += 1) pupils.push(await stand.join('pupil', `学生${n}`));
    const pollId = await ask();
    await stand.clock.pass(1_000);
    const before = teacher.of('pollTally').length;
    for (const [n, pupil] of pupils.entries()) {
      await answer(pupil, pollId, chosen(n % 3));
      await stand.clock.pass(50);
    }
    const told = teacher.of('pollTally').slice(before);
    expect(told.length).toBeGreaterThan(1);
    expect(told.length).toBeLessThanOrEqual(8);
    await stand.clock.pass(TALLY_BATCH_MS);
    expect(teacher.of('pollTally').at(-1)?.tally).toMatchObject({ answered: 40, answeredPresent: 40, present: 40 });
    expect(pupils.flatMap((pupil) => pupil.of('pollTally'))).toEqual([]);
  });

  it('refuse answers to what is closed, prepared, or something else, and from seats that do not answer (Q3, Q5)', async () => {
    const { stand, teacher, polls, ask, answer } = await lesson('sky');
    const pupil = await stand.join('pupil', '小明');
    const site = await stand.join('site', '和田一小');
    const guardian = await stand.join('guardian', '家长');
    stand.room.teacherOrders.admitAll();
    await settle();
    const prepared = await polls.prepare(stand.seat(teacher), newRequest(), question());
    await expect(answer(pupil, prepared, chosen(0))).rejects.toMatchObject({ code: 'notFound' });
    const pollId = await ask();
    for (const wrong of [chosen(), chosen(0, 1), chosen(3), written('比喻')])
      await expect(answer(pupil, pollId, wrong)).rejects.toMatchObject({ code: 'invalidInput' });
    await expect(answer(guardian, pollId, chosen(0))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(answer(teacher, pollId, chosen(0))).rejects.toMatchObject({ code: 'forbidden' });
    await answer(site, pollId, chosen(2));
    stand.room.teacherOrders.removeSeat(stand.seat(teacher), idOf(pupil), false);
    await expect(answer(pupil, pollId, chosen(0))).rejects.toMatchObject({ code: 'seatTokenInvalid' });
    await polls.close(pollId);
    await expect(answer(site, pollId, chosen(0))).rejects.toMatchObject({ code: 'conflict' });
    await expect(polls.remove(pollId)).rejects.toMatchObject({ code: 'conflict' });
    await expect(polls.publish(prepared)).rejects.toMatchObject({ code: 'conflict' });
    await polls.remove(prepared);
    expect(teacher.of('pollRemoved')).toEqual([{ pollId: prepared }]);
  });

  it('tell teachers when somebody who has yet to answer is cut off or comes (Q6)', async () => {
    const { stand, teacher, ask } = await lesson();
    const pupil = await stand.join('pupil', '小明');
    await ask();
    const present = async () => {
      await stand.clock.pass(TALLY_BATCH_MS);
      return teacher.of('pollTally').at(-1)?.tally.present;
    };
    await stand.join('pupil', '小红');
    expect(await present()).toBe(2);
    stand.cut(pupil);
    expect(await present()).toBe(1);
  });

  it('take no answer in safe mode (Q5, X1)', async () => {
    const { stand, teacher, ask, answer } = await lesson();
    const pupil = await stand.join('pupil', '小明');
    const pollId = await ask();
    stand.cut(teacher);
    await stand.clock.pass(10_001);
    await expect(answer(pupil, pollId, chosen(0))).rejects.toMatchObject({ code: 'safeMode' });
    expect(stand.store.answerRows.size).toBe(0);
  });

  it('are one open at a time; a closed one may be opened again, a published one not (Q3)', async () => {
    const { stand, polls, ask, answer } = await lesson();
    const pupil = await stand.join('pupil', '小明');
    const [first, second] = await Promise.all([ask(), ask(question({ text: '另一题' }))]);
    expect(polls.forTeachers().map(({ state }) => state)).toEqual(['closed', 'open']);
    expect(shownTo(pupil)).toMatchObject({ pollId: second, state: 'open' });
    await polls.open(first);
    await answer(pupil, first, chosen(1));
    expect(shownTo(pupil)).toMatchObject({ pollId: first, state: 'open' });
    await polls.publish(first);
    await expect(polls.open(first)).rejects.toMatchObject({ code: 'conflict' });
    await polls.hide();
    expect(shownTo(pupil)).toBeNull();
    expect(pollEvents(stand).map(({ pollId, state }) => [pollId, state])).toEqual([
      [first, 'opened'],
      [first, 'closed'],
      [second, 'opened'],
      [second, 'closed'],
      [first, 'opened'],
      [first, 'closed'],
      [first, 'published'],
    ]);
  });

  it('keep anonymous answers apart from names, in meetings only (Q7)', async () => {
    const live = await lesson('live');
    await expect(live.ask(question({ isAnonymous: true }))).rejects.toMatchObject({ code: 'forbidden' });
    const { stand, polls, ask, answer } = await lesson('meeting');
    const guardian = await stand.join('guardian', '家长');
    stand.room.teacherOrders.admitAll();
    await settle();
    const pollId = await ask(question({ isAnonymous: true, correctChoices: [] }));
    await answer(guardian, pollId, chosen(0));
    await answer(guardian, pollId, chosen(1));
    expect([...stand.store.answerRows.values()]).toMatchObject([{ seatId: null, answer: chosen(1) }]);
    expect(JSON.stringify([...stand.store.answerRows.values()])).not.toContain(idOf(guardian));
    expect(() => polls.answers(pollId)).toThrow('anonymous');
    expect(polls.answerOf(idOf(guardian))).toEqual(chosen(1));
  });

  it('name for teachers who answered what and who of those present has not (Q7)', async () => {
    const { stand, polls, ask, answer } = await lesson();
    const pupil = await stand.join('pupil', '小明');
    await stand.join('pupil', '小红');
    const pollId = await ask();
    await answer(pupil, pollId, chosen(2));
    expect(polls.answers(pollId)).toMatchObject({
      answers: [{ displayName: '小明', answer: chosen(2), isCorrect: true }],
      missing: [{ displayName: '小红' }],
    });
  });

  it('take short answers in any spelling, and show what was written to teachers only (Q9)', async () => {
    const { stand, teacher, polls, ask, answer } = await lesson();
    const pupils = [
      await stand.join('pupil', '小明'),
      await stand.join('pupil', '小红'),
      await stand.join('pupil', '小军'),
    ];
    const pollId = await ask(question({ kind: 'short', options: [], correctChoices: [], correctText: '李白；Li Bai' }));
    for (const [n, text] of ['李白。', 'LI  BAI', '杜甫'].entries()) {
      const pupil = pupils[n];
      if (pupil !== undefined) await answer(pupil, pollId, written(text));
    }
    await polls.publish(pollId);
    await stand.clock.pass(TALLY_BATCH_MS);
    expect(teacher.of('pollTally').at(-1)?.tally).toMatchObject({ correctCount: 2, texts: [{}, {}, { text: '杜甫' }] });
    expect(shownTo(teacher)?.result).toMatchObject({ answered: 3, correctCount: 2, correctText: '李白；Li Bai' });
    expect(JSON.stringify(shownTo(teacher))).not.toContain('杜甫');
  });

  it('have every acknowledged answer after a take-over, once it can be read (Q8)', async () => {
    const { stand, teacher, ask, answer } = await lesson();
    const pupil = await stand.join('pupil', '小明');
    const other = await stand.join('pupil', '小红');
    const pollId = await ask();
    const saved = stand.saved();
    await answer(pupil, pollId, chosen(0));
    stand.room.abandon(null);
    stand.store.isAway = true;
    const next = new RulesStand({ before: stand, saved });
    const { polls } = next.room.parts.tools;
    const [teacherAgain, otherAgain, again] = [
      await next.joinAs(next.claims('lecturer', '王老师')),
      await next.joinAs(next.claims('pupil', '小红')),
      await next.joinAs(next.claims('pupil', '小明')),
    ];
    expect(teacher.closedFor).toBeNull();
    expect(other.closedFor).toBeNull();
    await polls.answer(next.seat(otherAgain, 'answer'), newRequest(), pollId, chosen(2));
    expect(again.snapshot).toMatchObject({ tools: { poll: { pollId, state: 'open' }, myAnswer: null } });
    next.store.isAway = false;
    await next.clock.pass(LOAD_RETRY_MS + TALLY_BATCH_MS);
    expect(again.snapshot).toMatchObject({ tools: { myAnswer: chosen(0) } });
    expect(teacherAgain.of('pollTally').at(-1)?.tally).toMatchObject({ answered: 2, counts: [1, 0, 1] });
  });

  it('are closed by the end of the lesson (Q10)', async () => {
    const { stand, ask } = await lesson();
    const pollId = await ask();
    stand.room.end();
    await settle();
    expect(stand.store.pollRows.get(pollId)?.poll.state).toBe('closed');
    expect(pollEvents(stand)).toMatchObject([{ state: 'opened' }, { state: 'closed' }]);
  });
});

describe('the form of a question', () => {
  const isRefused = (change: object): boolean => !PollQuestion.safeParse({ ...question(), ...change }).success;

  it('has options and right answers that fit its kind (Q1)', () => {
    expect(isRefused({ options: ['只有一个'] })).toBe(true);
    expect(isRefused({ options: ['同样', '同样'] })).toBe(true);
    expect(isRefused({ correctChoices: [3] })).toBe(true);
    expect(isRefused({ correctChoices: [0, 1] })).toBe(true);
    expect(isRefused({ kind: 'multiple', correctChoices: [0, 1] })).toBe(false);
    expect(isRefused({ kind: 'trueFalse' })).toBe(true);
    expect(isRefused({ kind: 'trueFalse', options: [], correctChoices: [1] })).toBe(false);
    expect(isRefused({ kind: 'short', options: [], correctChoices: [], correctText: '李白' })).toBe(false);
    expect(isRefused({ text: ' ' })).toBe(true);
  });
});
