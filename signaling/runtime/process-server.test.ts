import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Counter, Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from './log.ts';
import { ProcessServer, type ProcessServerOptions } from './process-server.ts';

const servers: ProcessServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(options: Partial<ProcessServerOptions> = {}): Promise<ProcessServer> {
  const server = await ProcessServer.create({
    host: '127.0.0.1',
    port: 0,
    log: createLog('test', 'silent'),
    metrics: new Registry(),
    isReady: () => true,
    ...options,
  });
  servers.push(server);
  return server;
}

describe('ProcessServer', () => {
  it('is healthy while it is not ready', async () => {
    const { url } = await serve({ isReady: () => false });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
  });

  it('names the check that keeps it from being ready and says nothing of why', async () => {
    const { url } = await serve({
      checks: {
        store: async () => undefined,
        redis: async () => {
          throw new Error('redis://user:password@host');
        },
      },
    });
    const answer = await fetch(`${url}/readyz`);
    expect(answer.status).toBe(503);
    await expect(answer.json()).resolves.toEqual({ ok: false, checks: { store: 'ok', redis: 'failed' } });
  });

  it('writes down where it answers for as long as it does', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tongke-target-'));
    const targetFile = join(folder, 'sfu.json');
    const server = await serve({ targetFile });
    const [target] = JSON.parse(readFileSync(targetFile, 'utf8')) as { targets: string[]; labels: object }[];
    expect(target).toEqual({ targets: [`127.0.0.1:${server.port}`], labels: { process: 'sfu' } });
    await server.close();
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it('shows metrics, passes other requests on, and answers 404 without anyone to pass them to', async () => {
    const metrics = new Registry();
    new Counter({ name: 'lessons_total', help: 'lessons', registers: [metrics] }).inc(3);
    const { url } = await serve({ metrics, onRequest: (_request, response) => response.end('theirs') });
    await expect((await fetch(`${url}/metrics`)).text()).resolves.toContain('lessons_total 3');
    await expect((await fetch(`${url}/live/x.m3u8`)).text()).resolves.toBe('theirs');
    const bare = await serve();
    expect((await fetch(`${bare.url}/live/x.m3u8`)).status).toBe(404);
  });
});
