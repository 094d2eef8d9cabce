import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PersonId, RequestId } from '../../../signaling/protocol/ids.ts';
import type { PollQuestion } from '../../../signaling/protocol/polls.ts';
import { eventually } from '../../support/eventually.ts';
import { joinedRoom } from '../../support/clients/joined-room.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
});
afterAll(() => stack.stop());

const newRequest = (): RequestId => RequestId.parse(randomUUID());
const personIdOf = async (client: RestClient): Promise<PersonId> =>
  PersonId.parse((await client.call('whoAmI', {})).me?.personId);

const choice = (text: string, correct: number[]): PollQuestion => ({
  ...{ kind: 'single', text, options: ['静夜思', '春望', '早发白帝城'] },
  ...{ correctChoices: correct, correctText: null, isAnonymous: false },
});
const written: PollQuestion = {
  ...{ kind: 'short', text: '作者是谁？', options: [] },
  ...{ correctChoices: [], correctText: '李白；李太白', isAnonymous: false },
};

describe('the answers of a pupil', () => {
  it('are there for the pupil, its guardian, its school and whoever led the lesson, page by page, with what is right once it may be known', async () => {
    const [lecturer, pupil] = [await signedIn(stack, 'lin.laoshi'), await signedIn(stack, 'wang.xiaoming')];
    const lessonId = await lessonIdOf(lecturer, '望庐山瀑布');
    const personId = await personIdOf(pupil);
    const params = { personId };
    const answersFor = (client: RestClient, query: object = {}) => client.call('personAnswers', { params, query });
    expect(await answersFor(pupil)).toMatchObject({
      ...{ displayName: '王小明', totals: { asked: 0, answered: 0, judged: 0, correct: 0 } },
      ...{ subjects: [], items: [], next: null },
    });
    const teacher = await joinedRoom(stack, lecturer, lessonId);
    const answering = await joinedRoom(stack, pupil, lessonId);
    await eventually(async () => {
      const { people } = await lecturer.call('lessonReport', { params: { lessonId } });
      return people.find((person) => person.personId === personId)?.firstJoinedAtMs;
    }).toBeGreaterThan(0);
    const ask = async (question: PollQuestion) =>
      (await teacher.call('askPoll', { requestId: newRequest(), question })).pollId;
    const published = await ask(choice('哪一首写月亮？', [0]));
    const answer = { choices: [1], text: null };
    await answering.call('answerPoll', { requestId: newRequest(), pollId: published, answer });
    await teacher.call('publishPoll', { pollId: published });
    const short = await ask(written);
    const name = { choices: [], text: ' 李太白。' };
    await answering.call('answerPoll', { requestId: newRequest(), pollId: short, answer: name });
    await teacher.call('closePoll', { pollId: short });
    const vote = await ask(choice('最喜欢哪一首？', []));
    const right = { correctChoices: [0], correctText: null };
    // What was closed may be opened again: it is not a way to learn what is right.
    expect(await answersFor(pupil)).toMatchObject({
      totals: { asked: 3, answered: 2, judged: 1, correct: 0 },
      subjects: ['语文'],
      items: [
        { pollId: vote, state: 'open', answer: null, isCorrect: null, right: null },
        { pollId: short, state: 'closed', answer: { text: '李太白。' }, isCorrect: null, right: null },
        { pollId: published, answer, isCorrect: false, right, lesson: { lessonId, subject: '语文' } },
      ],
    });
    await teacher.call('endLesson', {});
    const whole = {
      totals: { asked: 3, answered: 2, judged: 2, correct: 1 },
      items: [
        { pollId: vote, answer: null, isCorrect: null, right: null },
        { pollId: short, isCorrect: true, right: { correctChoices: [], correctText: '李白；李太白' } },
        { pollId: published, isCorrect: false, right },
      ],
    };
    await eventually(() => answersFor(pupil)).toMatchObject(whole);
    for (const account of ['wang.mama', 'zhou.xiaozhang', 'admin', 'lin.laoshi', 'guli.laoshi'])
      expect(await answersFor(await signedIn(stack, account)), account).toMatchObject(whole);
    const first = await answersFor(pupil, { limit: 2 });
    expect([first.items.map(({ pollId }) => pollId), first.next]).toEqual([[vote, short], short]);
    const second = await answersFor(pupil, { limit: 2, before: short });
    expect([second.items.map(({ pollId }) => pollId), second.next]).toEqual([[published], null]);
    expect(second.totals.asked).toBe(3);
    expect(await answersFor(pupil, { subject: '数学' })).toMatchObject({ totals: { asked: 0 }, items: [] });
    expect((await pupil.raw('personAnswers', { params, query: { limit: 101 } })).code).toBe('invalidInput');
    // A classmate, another child's parent, the school that listened and a teacher of it.
    for (const account of ['li.xinyi', 'li.baba', 'ai.xiaozhang', 'ma.laoshi'])
      expect((await (await signedIn(stack, account)).raw('personAnswers', { params })).code, account).toBe('notFound');
    for (const client of [teacher, answering]) client.close();
  });

  it('hold nothing of a colleague’s lessons for a teacher of the same class', async () => {
    const [lecturer, colleague] = [await signedIn(stack, 'lin.laoshi'), await signedIn(stack, 'aili.laoshi')];
    const lessonId = await lessonIdOf(colleague, '沙漠里的植物');
    const { people, isOwn } = await colleague.call('lessonReport', { params: { lessonId } });
    expect(isOwn).toBe(true);
    const pupil = people.find(({ displayName }) => displayName === '王小明');
    const params = { personId: PersonId.parse(pupil?.personId) };
    expect((await lecturer.call('personAnswers', { params, query: {} })).totals.asked).toBe(3);
    expect(await colleague.call('personAnswers', { params, query: {} })).toMatchObject({
      ...{ displayName: '王小明', totals: { asked: 0 }, subjects: [], items: [] },
    });
  });

  it('leave out what was anonymous, in a meeting', async () => {
    const [lecturer, guardian] = [await signedIn(stack, 'chen.laoshi'), await signedIn(stack, 'ye.baba')];
    const lessonId = await lessonIdOf(lecturer, '三年级二班家长会');
    const teacher = await joinedRoom(stack, lecturer, lessonId);
    const waiting = await joinedRoom(stack, guardian, lessonId);
    await teacher.call('admit', { seatId: waiting.seatId });
    for (const isAnonymous of [true, false]) {
      const question = { ...choice(isAnonymous ? '匿名的' : '具名的', []), isAnonymous };
      const { pollId } = await teacher.call('askPoll', { requestId: newRequest(), question });
      const answer = { choices: [0], text: null };
      await waiting.call('answerPoll', { requestId: newRequest(), pollId, answer });
    }
    const params = { personId: await personIdOf(guardian) };
    const { totals, items } = await guardian.call('personAnswers', { params, query: {} });
    expect([totals.asked, items.map(({ text }) => text)]).toEqual([1, ['具名的']]);
    for (const client of [teacher, waiting]) client.close();
  });
});
