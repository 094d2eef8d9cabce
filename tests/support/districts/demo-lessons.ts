import { RestClient } from '../clients/rest-client.ts';
import type { Stack } from '../stands/stack.ts';

/** A client signed in as a demo account. */
export async function signedIn(stack: Stack, account: string): Promise<RestClient> {
  const signIn = (await stack.demoSignIns()).find((candidate) => candidate.account === account);
  if (signIn === undefined) throw new Error(`no demo sign-in ${account}`);
  const client = new RestClient(stack.url);
  await client.call('signIn', { body: { account, password: signIn.password } });
  return client;
}

/** The id of a demo lesson of this person, by a part of its title. */
export async function lessonIdOf(client: RestClient, titlePart: string): Promise<string> {
  const { lessons } = await client.call('home', {});
  const lesson = lessons.find((candidate) => candidate.title.includes(titlePart));
  if (lesson === undefined)
    throw new Error(`no lesson ${titlePart} among ${lessons.map(({ title }) => title).join(', ')}`);
  return lesson.lessonId;
}
