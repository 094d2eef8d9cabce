import { randomUUID } from 'node:crypto';
import { parseEnvOrExit } from '../signaling/runtime/env.ts';
import { createLifecycle } from '../signaling/runtime/lifecycle.ts';
import { createLog } from '../signaling/runtime/log.ts';
import { NodeRegistry } from '../signaling/runtime/node-registry.ts';
import { createRedis } from '../signaling/runtime/redis.ts';
import { SfuConfig } from './config.ts';
import { SfuNode } from './sfu-node.ts';

const NODE_CLOSE_TIMEOUT_MS = 5_000;

const config = parseEnvOrExit(SfuConfig, process.env);
const log = createLog('sfu', config.LOG_LEVEL);
const lifecycle = createLifecycle(log);

const redis = createRedis({ url: config.REDIS_URL, name: 'sfu', log, whenAway: 'fail' });
lifecycle.onStop('redis', () => redis.disconnect());

const node = await SfuNode.create({
  host: config.INNER_HOST,
  port: config.INNER_PORT,
  targetFile: config.INNER_TARGET_FILE,
  secret: config.TONGKE_INNER_SECRET,
  log,
  workers: config.SFU_WORKERS,
  rtcPort: config.RTC_PORT,
  announced: config.RTC_ANNOUNCED_ADDRESS,
  announcedPort: config.RTC_ANNOUNCED_PORT,
  pipeAddress: config.SFU_PIPE_ADDRESS,
  pipePorts: config.SFU_PIPE_PORTS,
  workerBin: config.MEDIASOUP_WORKER_BIN,
  checksOutput: config.NODE_ENV !== 'production',
  isReady: lifecycle.isReady,
});
lifecycle.onStop('node', () => node.close(), NODE_CLOSE_TIMEOUT_MS);

const id = randomUUID();
const url = config.INNER_URL ?? node.url.replace(/^http/, 'ws');
const announcement = await new NodeRegistry(redis, log).announce(() => ({
  kind: 'sfu',
  id,
  url,
  region: config.SFU_REGION,
  load: node.load,
}));
lifecycle.onStop('announcement', () => announcement.withdraw());

lifecycle.setReady(true);
log.info({ nodeId: id, url, workers: config.SFU_WORKERS, region: config.SFU_REGION }, 'sfu is ready');
