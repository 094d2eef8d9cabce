import type { BrowserContext } from 'playwright-core';
import { LessonId } from '../../signaling/protocol/ids.ts';
import { signedIn } from '../support/districts/demo-lessons.ts';
import { RestClient } from '../support/clients/rest-client.ts';
import type { Stack } from '../support/stands/stack.ts';

const ADMINISTRATORS = ['zhou.xiaozhang', 'ai.xiaozhang'];
const MANY = 200;

/** Pupils of the demo district whose classes sit in the lesson, each signed in; they get new passwords for it. */
export async function signInPupils(
  stack: Stack,
  teacher: RestClient,
  lessonId: string,
  most: number,
): Promise<RestClient[]> {
  const { classGroups } = await teacher.call('getLesson', { params: { lessonId: LessonId.parse(lessonId) } });
  const clients: RestClient[] = [];
  for (const account of ADMINISTRATORS) {
    const desk = await signedIn(stack, account);
    const { items } = await desk.call('listPeople', { query: { role: 'student', limit: MANY } });
    const personIds = items
      .filter(({ classGroupId }) => classGroups.some((group) => group.classGroupId === classGroupId))
      .map(({ personId }) => personId);
    const { slips } = await desk.call('resetPasswords', { body: { personIds } });
    for (const slip of slips.slice(0, most - clients.length)) {
      const client = new RestClient(stack.url);
      await client.call('signIn', { body: { account: slip.account, password: slip.password } });
      await client.call('changePassword', { body: { next: `own ${slip.password}` } });
      clients.push(client);
    }
  }
  return clients;
}

/** Whoever uses this browser is that person from now on. */
export async function giveSession(context: BrowserContext, stack: Stack, client: RestClient): Promise<void> {
  await context.clearCookies();
  await context.addCookies(
    client.cookieHeader.split('; ').map((pair) => {
      const [name = '', value = ''] = pair.split('=', 2);
      return { name, value, url: stack.url, httpOnly: true };
    }),
  );
}
