import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureLanCertificate, type LanCertificate } from '../../../setup/lan/local-authority.ts';
import { freePort } from '../../support/stands/ports.ts';
import { Stack } from '../../support/stands/stack.ts';

let folder = '';
let files: LanCertificate;
let stack: Stack;
/** The secure address, and the door that a phone takes before it trusts that. */
let secure = '';
let door = '';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** As a phone that trusts the authority: a certificate of anybody else rejects. */
function ask(path: string, { method = 'GET', body }: { method?: string; body?: unknown } = {}): Promise<Answer> {
  const headers = body === undefined ? {} : { 'content-type': 'application/json', origin: secure };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const asked = request(`${secure}${path}`, { method, headers, ca: readFileSync(files.authority), agent: false });
  asked.once('error', reject);
  asked.once('response', (response) => {
    const { statusCode: status, headers: answered } = response;
    text(response).then((said) => resolve({ status, headers: answered, body: said }), reject);
  });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

const atDoor = (path: string, method = 'GET') => fetch(`${door}${path}`, { method, redirect: 'manual' });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tongke-https-'));
  files = await ensureLanCertificate(folder, ['127.0.0.1', 'localhost']);
  const [port, doorPort] = [await freePort(), await freePort()];
  secure = `https://localhost:${port}`;
  door = `http://localhost:${doorPort}`;
  stack = await Stack.start({
    ...{ PORT: String(port), PUBLIC_URL: secure, TLS_CERT: files.certificate, TLS_KEY: files.key },
    ...{ LAN_CA_CERT: files.authority, LAN_HTTP_PORT: String(doorPort) },
  });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a server with a certificate of its own authority', () => {
  test('is ready, and gives out the authority that it is trusted by', async () => {
    expect(stack.output).toContain(`ready ${secure}`);
    const answer = await ask('/ca.crt');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/x-x509-ca-cert');
    expect(answer.body).toBe(readFileSync(files.authority, 'utf8'));
  });

  test('sets cookies that no script reads, that no plain line carries and no other page uses', async () => {
    const [signIn] = await stack.demoSignIns();
    const { account = '', password = '' } = signIn ?? {};
    const person = await ask('/api/v1/session', { method: 'POST', body: { account, password } });
    const [site] = await stack.demoSites();
    const screen = await ask('/api/v1/site/enrolment', { method: 'POST', body: { code: site?.code } });
    for (const { status, headers, body } of [person, screen]) {
      expect(status, body).toBeLessThan(300);
      const [cookie = ''] = headers['set-cookie'] ?? [];
      expect(cookie.split('; ')).toEqual(expect.arrayContaining(['HttpOnly', 'Secure', 'SameSite=Lax']));
      expect(headers['strict-transport-security']).toContain('max-age=');
    }
  });
});

describe('the door of those who do not trust it yet', () => {
  test('shows the page about trusting, with everything that it loads, and the authority', async () => {
    const page = await atDoor('/trust');
    const html = await page.text();
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
    expect(loaded).toEqual(expect.arrayContaining(['/older-browsers.js', '/favicon.svg']));
    expect(loaded.filter((path) => path.startsWith('/assets/')).length).toBeGreaterThan(1);
    for (const path of [...loaded, '/api/v1/system', '/api/v1/session', '/trust?from=qr']) {
      const answer = await atDoor(path);
      expect([path, answer.status]).toEqual([path, 200]);
      await answer.body?.cancel();
    }
    expect(await (await atDoor('/ca.crt')).text()).toBe(readFileSync(files.authority, 'utf8'));
  });

  test('leads everything else to the secure address, and takes no password', async () => {
    const where = async (path: string, method?: string) => {
      const { status, headers } = await atDoor(path, method);
      return [status, headers.get('location')];
    };
    expect(await where('/')).toEqual([302, '/trust']);
    expect(await where('/library?search=1')).toEqual([302, `${secure}/library?search=1`]);
    expect(await where('/api/v1/session', 'POST')).toEqual([302, `${secure}/api/v1/session`]);
    expect(await where('/trustworthy')).toEqual([302, `${secure}/trustworthy`]);
  });
});
