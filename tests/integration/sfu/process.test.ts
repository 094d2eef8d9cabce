import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../../signaling/runtime/log.ts';
import { NodeRegistry, type NodeRecord } from '../../../signaling/runtime/node-registry.ts';
import { createRedis } from '../../../signaling/runtime/redis.ts';
import { startRedis, type UrlService } from '../../support/stands/services.ts';

const SECRET = 'a-secret-of-the-deployment';
const log = createLog('test', 'silent');
let redisService: UrlService;
const children: ChildProcess[] = [];

beforeAll(async () => {
  redisService = await startRedis();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => redisService.stop());

async function startSfu(): Promise<{ child: ChildProcess; record: NodeRecord }> {
  const child = spawn(process.execPath, ['sfu/main.ts'], {
    env: {
      ...process.env,
      TONGKE_INNER_SECRET: SECRET,
      REDIS_URL: redisService.url,
      INNER_PORT: '0',
      RTC_PORT: '0',
      SFU_WORKERS: '2',
      SFU_REGION: 'lishui',
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  const redis = createRedis({ url: redisService.url, name: 'test', log, whenAway: 'fail' });
  const nodes = new NodeRegistry(redis, log);
  try {
    await expect.poll(() => nodes.list('sfu'), { timeout: 20_000 }).toHaveLength(1);
    const [record] = await nodes.list('sfu');
    if (record === undefined) throw new Error('the node withdrew');
    return { child, record };
  } finally {
    redis.disconnect();
  }
}

function childrenOf(pid: number): number[] {
  const stats = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return stats.map(Number).filter((candidate) => parentOf(candidate) === pid);
}

function parentOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  try {
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0];
    return state !== 'Z';
  } catch {
    return false;
  }
}

describe('the sfu process', () => {
  it('announces itself, answers health and metrics, and leaves in order on SIGTERM', async () => {
    const { child, record } = await startSfu();
    expect(record).toMatchObject({ kind: 'sfu', region: 'lishui' });
    const http = record.url.replace('ws:', 'http:');
    expect((await fetch(`${http}/healthz`)).status).toBe(200);
    await expect.poll(async () => (await fetch(`${http}/readyz`)).status).toBe(200);
    await expect((await fetch(`${http}/metrics`)).text()).resolves.toContain(
      'tongke_sfu_worker_cpu_fraction{worker="1"}',
    );
    const workers = childrenOf(child.pid ?? 0);
    expect(workers).toHaveLength(2);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(workers.filter(isAlive)).toEqual([]);
    const redis = createRedis({ url: redisService.url, name: 'test', log, whenAway: 'fail' });
    await expect(new NodeRegistry(redis, log).list('sfu')).resolves.toEqual([]);
    redis.disconnect();
  });

  it('leaves no worker behind when it is killed', async () => {
    const { child } = await startSfu();
    const workers = childrenOf(child.pid ?? 0);
    expect(workers).toHaveLength(2);
    child.kill('SIGKILL');
    await expect.poll(() => workers.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  });

  it('ends with 78 and names every problem when its configuration is wrong', async () => {
    const child = spawn(process.execPath, ['sfu/main.ts'], {
      env: { PATH: process.env['PATH'], SFU_WORKERS: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(child);
    let report = '';
    child.stderr?.on('data', (text: Buffer) => {
      report += text.toString();
    });
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(78);
    for (const name of ['TONGKE_INNER_SECRET', 'REDIS_URL', 'SFU_WORKERS']) expect(report).toContain(name);
  });
});
