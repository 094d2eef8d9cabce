import { vi } from 'vitest';
import { API_PREFIX } from '../../../signaling/protocol/rest.ts';
import { COURSEWARE_DATA_PATH, type CoursewareItem } from '../../../signaling/protocol/rest/courseware.ts';
import type { RestClient } from './rest-client.ts';

const PREPARED_MS = 60_000;

/** Sends the bytes of an announced file; answers the status. */
export async function putCourseware(
  base: string,
  client: RestClient,
  coursewareId: string,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const response = await fetch(`${base}${API_PREFIX}${COURSEWARE_DATA_PATH}/${coursewareId}`, {
    method: 'PUT',
    headers: { cookie: client.cookieHeader, ...headers },
    body: new Uint8Array(body),
  });
  await response.body?.cancel();
  return response.status;
}

/** Uploads a file for a lesson and waits for its pages, or for the word that there will be none. */
export async function uploadCourseware(
  base: string,
  client: RestClient,
  lessonId: string,
  file: { readonly name: string; readonly body: Buffer },
): Promise<CoursewareItem> {
  const { coursewareId } = await client.call('createCourseware', {
    params: { lessonId },
    body: { fileName: file.name, bytes: file.body.length },
  });
  const status = await putCourseware(base, client, coursewareId, file.body);
  if (status !== 204) throw new Error(`the bytes were answered ${status}`);
  return vi.waitFor(
    async () => {
      const { courseware } = await client.call('listCourseware', { params: { lessonId } });
      const item = courseware.find((one) => one.coursewareId === coursewareId);
      if (item === undefined || item.state === 'receiving' || item.state === 'preparing')
        throw new Error('no pages yet');
      return item;
    },
    { timeout: PREPARED_MS, interval: 200 },
  );
}
