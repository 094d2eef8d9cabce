import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;
const ANSWER_TIMEOUT_MS = 3_000;

/** What must answer before a person is told to come: the page itself, and the server's own judgement of whether lessons can be held. */
const PATHS = ['/', '/readyz'];

/**
 * Waits until our page answers on the loopback.
 * @returns false when the signal came first
 */
export async function waitUntilReady(port: number, isSecure: boolean, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const answers = await Promise.all(PATHS.map((path) => answersOk(port, path, isSecure)));
    if (answers.every(Boolean)) return true;
    await sleep(POLL_MS);
  }
  return false;
}

function answersOk(port: number, path: string, isSecure: boolean): Promise<boolean> {
  const options = { host: '127.0.0.1', port, path, timeout: ANSWER_TIMEOUT_MS, agent: false };
  return new Promise((resolve) => {
    // It is our own server on the loopback, by an address that its certificate need not name.
    const request = isSecure ? requestHttps({ ...options, rejectUnauthorized: false }) : requestHttp(options);
    request.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
    request.once('close', () => resolve(false));
    request.end();
  });
}
