import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { parseEnvOrExit } from '../../signaling/runtime/env.ts';
import { createLifecycle } from '../../signaling/runtime/lifecycle.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { untilWanted } from '../../signaling/runtime/spare.ts';
import { openObjectStore } from '../../storage/objects/open.ts';
import { CaptureNode } from './capture-node.ts';
import { CaptureConfig } from './config.ts';

const NODE_CLOSE_TIMEOUT_MS = 8_000;
/** Loading Redis and BullMQ holds the process for 100 ms or more: recordings that are running get their taps back before that. */
const TAPS_FIRST_MS = 500;
/** So many tracks at once are what one process is meant for (DESIGN §8: 1 % of a core per pair). */
const FULL_LOAD_TAPS = 100;

/** What works beside a recording, and is not waited for. */
const loadLater = {
  muxQueue: () => import('./mux-queue.ts'),
  redis: () => import('../../signaling/runtime/redis.ts'),
  nodeRegistry: () => import('../../signaling/runtime/node-registry.ts'),
};
await untilWanted(() => Promise.all(Object.values(loadLater).map((load) => load())));

const config = parseEnvOrExit(CaptureConfig, process.env);
const log = createLog('recorder-capture', config.LOG_LEVEL);
const lifecycle = createLifecycle(log);

const mux = Promise.withResolvers<{ wish(recordingId: RecordingId, final: boolean): Promise<void> }>();

const objects = await openObjectStore(config);
lifecycle.onStop('objects', () => objects.close());

const node = await CaptureNode.create({
  host: config.INNER_HOST,
  port: config.INNER_PORT,
  targetFile: config.INNER_TARGET_FILE,
  secret: config.TONGKE_INNER_SECRET,
  log,
  dataDir: config.DATA_DIR,
  objects,
  rtpAddress: config.CAPTURE_RTP_ADDRESS,
  disk: { lowBytes: config.CAPTURE_DISK_LOW_BYTES, fullBytes: config.CAPTURE_DISK_FULL_BYTES },
  mux: { wish: async (recordingId, final) => (await mux.promise).wish(recordingId, final) },
  isReady: lifecycle.isReady,
  checksOutput: config.NODE_ENV !== 'production',
});
lifecycle.onStop('node', () => node.close(), NODE_CLOSE_TIMEOUT_MS);

lifecycle.setReady(true);

if (node.capture.sessions.length > 0) await sleep(TAPS_FIRST_MS);
const { MuxQueue } = await loadLater.muxQueue();
const queue = new MuxQueue(config.REDIS_URL, log);
lifecycle.onStop('mux queue', () => queue.close());
mux.resolve(queue);

const { createRedis } = await loadLater.redis();
const { NodeRegistry } = await loadLater.nodeRegistry();
const redis = createRedis({ url: config.REDIS_URL, name: 'capture', log, whenAway: 'fail' });
lifecycle.onStop('redis', () => redis.disconnect());

const id = randomUUID();
const url = config.INNER_URL ?? node.url.replace(/^http/, 'ws');
const announcement = new NodeRegistry(redis, log).announce(() => ({
  kind: 'capture',
  id,
  url,
  region: config.SFU_REGION,
  load: node.capture.describe().reduce((sum, { tracks }) => sum + tracks.length, 0) / FULL_LOAD_TAPS,
}));
lifecycle.onStop('announcement', async () => (await announcement).withdraw());

log.info({ nodeId: id, url }, 'capture is ready');
