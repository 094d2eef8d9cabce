import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RequestId } from '../../../signaling/protocol/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { joinedRoom } from '../../support/clients/joined-room.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
});
afterAll(() => stack.stop());

const newRequest = (): RequestId => RequestId.parse(randomUUID());

describe('the report of a lesson', () => {
  it('tells its teachers who came and who answered what, once, and nobody else', async () => {
    const lecturer = await signedIn(stack, 'lin.laoshi');
    const pupil = await signedIn(stack, 'wang.xiaoming');
    const lessonId = await lessonIdOf(lecturer, '望庐山瀑布');
    const params = { lessonId };
    const [teacher, answering] = [
      await joinedRoom(stack, lecturer, lessonId),
      await joinedRoom(stack, pupil, lessonId),
    ];
    const { pollId } = await teacher.call('askPoll', {
      requestId: newRequest(),
      question: {
        ...{ kind: 'multiple', text: '哪些是李白的诗？', options: ['静夜思', '春望', '早发白帝城'] },
        ...{ correctChoices: [0, 2], correctText: null, isAnonymous: false },
      },
    });
    await answering.call('answerPoll', { requestId: newRequest(), pollId, answer: { choices: [1], text: null } });
    await answering.call('answerPoll', { requestId: newRequest(), pollId, answer: { choices: [2, 0], text: null } });
    const report = await lecturer.call('lessonReport', { params });
    expect(report.polls).toMatchObject([{ pollId, state: 'open', answered: 1, counts: [1, 0, 1], correctCount: 1 }]);
    const { me } = await pupil.call('whoAmI', {});
    const mine = report.people.filter(({ personId }) => personId === me?.personId);
    expect(mine).toMatchObject([
      { seat: 'pupil', lastLeftAtMs: null, answers: [{ pollId, isCorrect: true, answer: { choices: [0, 2] } }] },
    ]);
    expect(mine[0]?.firstJoinedAtMs).toBeGreaterThan(0);
    const absent = report.people.filter(({ seat }) => seat === null);
    expect(absent.length).toBeGreaterThan(0);
    expect(absent.every(({ answers, presentMs }) => answers.length === 0 && presentMs === 0)).toBe(true);
    expect(report.people.map(({ personId }) => personId)).not.toContain(
      (await lecturer.call('whoAmI', {})).me?.personId,
    );
    // A school that listens hears the lesson; what pupils of another school answered is not its business.
    const listener = await signedIn(stack, 'ai.xiaozhang');
    expect((await listener.raw('lessonReport', { params })).code).toBe('forbidden');
    const stranger = await signedIn(stack, 'wu.laoshi');
    expect((await stranger.raw('lessonReport', { params })).code).toBe('notFound');
    for (const client of [teacher, answering]) client.close();
  });

  it('tells of a meeting whose child somebody came for, and not of who still waits', async () => {
    const lecturer = await signedIn(stack, 'chen.laoshi');
    const lessonId = await lessonIdOf(lecturer, '三年级二班家长会');
    const teacher = await joinedRoom(stack, lecturer, lessonId);
    const guardian = await signedIn(stack, 'ye.baba');
    const waiting = await joinedRoom(stack, guardian, lessonId);
    const children = async () => {
      const { people } = await lecturer.call('lessonReport', { params: { lessonId } });
      return people.filter(({ seat }) => seat !== null).map(({ displayName, cameFor }) => [displayName, ...cameFor]);
    };
    expect(await children()).toEqual([]);
    await teacher.call('admit', { seatId: waiting.seatId });
    await eventually(children).toEqual([['叶子涵', '叶爸爸']]);
    for (const client of [teacher, waiting]) client.close();
  });
});
