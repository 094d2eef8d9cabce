import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type PrivateRedis, startPrivateRedis } from './private-redis.ts';

let folder = '';
let redis: PrivateRedis | undefined;
let client: Redis | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tongke-redis-'));
});

afterEach(async () => {
  client?.disconnect();
  await redis?.process.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<Redis> {
  redis = await startPrivateRedis({ folder, password: 'a-secret-word', isSynchronous: true, onLine: () => {} });
  client = new Redis(redis.url);
  return client;
}

test('a private Redis keeps what was written through a kill and answers on the same address', async () => {
  const first = await start();
  await first.set('lesson', 'kept');
  const pid = redis?.process.pid ?? 0;
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => expect(redis?.process.pid).not.toBe(pid));
  expect(await first.get('lesson')).toBe('kept');
  expect(await first.config('GET', 'appendfsync')).toEqual(['appendfsync', 'always']);
});

test('a private Redis is reached with the password alone, which only its owner can read', async () => {
  await start();
  const url = new URL(redis?.url ?? '');
  const stranger = new Redis({ host: url.hostname, port: Number(url.port), retryStrategy: () => null });
  await expect(stranger.get('lesson')).rejects.toThrow('NOAUTH');
  stranger.disconnect();
  const commandLine = readFileSync(`/proc/${redis?.process.pid}/cmdline`, 'utf8');
  expect(commandLine).not.toContain('a-secret-word');
  expect(statSync(join(folder, 'redis.conf')).mode & 0o077).toBe(0);
});
