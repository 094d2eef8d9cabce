import { expect } from 'vitest';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import { PlayIndex } from '../../../signaling/protocol/play-index.ts';
import type { RouteReply } from '../../../signaling/protocol/rest.ts';
import { RestClient } from '../clients/rest-client.ts';
import type { Stack } from '../stands/stack.ts';

/** After class, also beside other tests. */
export const PLAYABLE_WITHIN_MS = 30_000;

/** A client signed in as a demo account. */
export async function signedIn(stack: Stack, account: string): Promise<RestClient> {
  const { password } = await stack.demoSignIn(account);
  const client = new RestClient(stack.url);
  await client.call('signIn', { body: { account, password } });
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

/** What the library has of a lesson. */
export async function recordingsOf(
  client: RestClient,
  lessonId: string,
): Promise<RouteReply<'listRecordings'>['items']> {
  const { items } = await client.call('listRecordings', { query: {} });
  return items.filter((item) => item.lessonId === lessonId);
}

/** Waits until a lesson that has ended has exactly one recording and that can be watched, composed or not. */
export async function playableRecordingOf(client: RestClient, lessonId: string): Promise<RecordingId> {
  let found: Awaited<ReturnType<typeof recordingsOf>> = [];
  const look = async (): Promise<string> => {
    found = await recordingsOf(client, lessonId);
    return found.map(({ phase }) => phase).join();
  };
  await expect.poll(look, { timeout: PLAYABLE_WITHIN_MS, interval: 200 }).toMatch(/^(playable|producing|ready)$/);
  const [recording] = found;
  if (recording === undefined) throw new Error(`no recording of lesson ${lessonId}`);
  return recording.recordingId;
}

/** What the player opens of a recording that is not composed. */
export async function viewsOf(
  client: RestClient,
  recordingId: RecordingId,
): Promise<{ readonly index: PlayIndex; readonly indexUrl: URL }> {
  const { viewsIndexUrl } = await client.call('openPlayback', { params: { recordingId } });
  const indexUrl = new URL(viewsIndexUrl ?? '', client.url);
  return { index: PlayIndex.parse(await (await fetch(indexUrl)).json()), indexUrl };
}
