import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../../signaling/runtime/log.ts';
import { NodeRegistry, type NodeRecord } from '../../../signaling/runtime/node-registry.ts';
import { createRedis } from '../../../signaling/runtime/redis.ts';
import { startRedis, type UrlService } from '../../support/stands/services.ts';

const log = createLog('test', 'silent');
let service: UrlService;
const clients: Redis[] = [];
const cleanups: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  service = await startRedis();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => service.stop());

function registry(): NodeRegistry {
  const redis = createRedis({ url: service.url, name: 'test', log, whenAway: 'fail' });
  clients.push(redis);
  return new NodeRegistry(redis, log);
}

const nodeOf = (id: string, load = 0): NodeRecord => ({
  kind: 'sfu',
  id,
  url: `ws://127.0.0.1/${id}`,
  region: 'r',
  load,
});

describe('NodeRegistry', () => {
  it('lists who announced itself under its kind, and no more after it withdrew', async () => {
    const nodes = registry();
    const announcement = await nodes.announce(() => nodeOf('a', 0.25));
    await expect(nodes.list('sfu')).resolves.toEqual([nodeOf('a', 0.25)]);
    await expect(nodes.list('capture')).resolves.toEqual([]);
    await announcement.withdraw();
    await expect(nodes.list('sfu')).resolves.toEqual([]);
  });

  it('strikes off a node that died without a word within 10 s', async () => {
    const dying = registry();
    const announcement = await dying.announce(() => nodeOf('dead'));
    cleanups.push(() => announcement.withdraw());
    clients[0]?.disconnect();
    const nodes = registry();
    await expect(nodes.list('sfu')).resolves.toEqual([nodeOf('dead')]);
    await expect.poll(() => nodes.list('sfu'), { timeout: 15_000, interval: 200 }).toEqual([]);
  });

  it('keeps telling the last known nodes while Redis is away and after it came back empty', async () => {
    const nodes = registry();
    const announcement = await nodes.announce(() => nodeOf('steady'));
    cleanups.push(() => announcement.withdraw());
    const told: string[][] = [];
    cleanups.push(registry().watch('sfu', (list) => told.push(list.map(({ id }) => id))));
    await expect.poll(() => told).toEqual([['steady']]);
    await service.kill();
    await service.up();
    await clients[1]?.flushall();
    const late = await registry().announce(() => nodeOf('late'));
    cleanups.push(() => late.withdraw());
    await expect.poll(() => told.at(-1), { timeout: 15_000 }).toEqual(['late', 'steady']);
    expect(told).toEqual([['steady'], ['late', 'steady']]);
  });
});
