import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LessonId } from '../../../signaling/protocol/ids.ts';
import { callApi } from './api.ts';
import { RequestFailure } from './request-failure.ts';

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const realFetch = globalThis.fetch;

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  // A page's relative addresses are completed by the browser; here there is none.
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => realFetch(`http://127.0.0.1:${port}${path}`, init));
});

afterEach(async () => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function json(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type, 'retry-after': '7' }).end(JSON.stringify(body));
}

async function failure(work: Promise<unknown>): Promise<RequestFailure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RequestFailure)) throw new Error('did not fail');
  return error;
}

test('a route is called by its name: path parameters, query and body go where the contract says', async () => {
  const seen: string[] = [];
  answer = (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    json(response, 200, { lessons: [] });
  };
  await callApi('listLessons', { query: { fromMs: 1, toMs: 2 } });
  answer = (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    json(response, 404, { code: 'notFound', title: 'no', instance: 'x' });
  };
  await failure(callApi('getLesson', { params: { lessonId: LessonId.parse('a-b_c') } }));
  expect(seen).toEqual(['GET /api/v1/lessons?fromMs=1&toMs=2', 'GET /api/v1/lessons/a-b_c']);
});

test('problem+json becomes a failure with the code, the id to quote, the fields and when to try again', async () => {
  answer = (_request, response) =>
    json(
      response,
      429,
      {
        code: 'tooManyRequests',
        title: 'slow down',
        instance: 'id-1',
        problems: [{ path: 'account', message: 'bad' }],
      },
      'application/problem+json',
    );
  const error = await failure(callApi('signIn', { body: { account: 'a', password: 'b' } }));
  expect(error.code).toBe('tooManyRequests');
  expect(error.errorId).toBe('id-1');
  expect(error.problems).toEqual([{ path: 'account', message: 'bad' }]);
  expect(error.retryAfterMs).toBe(7_000);
  expect(error.isConnection).toBe(false);
});

test('a code that this client does not know is an internal one, and a proxy’s own error page is "unavailable"', async () => {
  answer = (_request, response) => json(response, 500, { code: 'fromTheFuture', title: 'x' });
  expect((await failure(callApi('whoAmI'))).code).toBe('internal');
  answer = (_request, response) => response.writeHead(502).end('<html>Bad Gateway</html>');
  expect((await failure(callApi('whoAmI'))).code).toBe('unavailable');
});

test('an answer that does not follow the contract is "unreadable", never half used', async () => {
  answer = (_request, response) => json(response, 200, { me: { personId: 5 } });
  expect((await failure(callApi('whoAmI'))).code).toBe('unreadable');
});

test('without a server the failure is "offline"', async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const error = await failure(callApi('whoAmI'));
  expect(error.code).toBe('offline');
  expect(error.isConnection).toBe(true);
  server = createServer();
});
