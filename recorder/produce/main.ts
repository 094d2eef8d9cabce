import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Gauge } from 'prom-client';
import { parseEnvOrExit } from '../../signaling/runtime/env.ts';
import { createLifecycle } from '../../signaling/runtime/lifecycle.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { NodeRegistry } from '../../signaling/runtime/node-registry.ts';
import { createProcessMetrics } from '../../signaling/runtime/process-metrics.ts';
import { ProcessServer } from '../../signaling/runtime/process-server.ts';
import { createRedis } from '../../signaling/runtime/redis.ts';
import { openObjectStore } from '../../storage/objects/open.ts';
import { Captioning } from '../captions/captioning.ts';
import { CoursewareWorker } from '../courseware/courseware-worker.ts';
import { DeriveWorker } from '../derive/worker.ts';
import { EditionWorker } from '../edition/edition-worker.ts';
import { hasDecoder } from '../ffmpeg/decoders.ts';
import { FfmpegRunner } from '../ffmpeg/run.ts';
import { ImportWorker } from '../import/import-worker.ts';
import { createMuxer } from '../mux/muxer.ts';
import { ProduceConfig } from './config.ts';
import { readCpuTimes } from './machine/cpu-times.ts';
import { findCardFont } from './parts/font.ts';
import { LiveGuard } from './machine/live-guard.ts';
import { hasLiveWorkHere } from './machine/live-work.ts';
import { StoredRecordings } from './source/stored-recording.ts';
import { ProduceWorkers } from './flow/worker.ts';
import { sweepWorkFolder } from './work-folder.ts';

const SWEEP_EVERY_MS = 3_600_000;
const WORKERS_CLOSE_TIMEOUT_MS = 20_000;

const config = parseEnvOrExit(ProduceConfig, process.env);
const log = createLog('produce', config.LOG_LEVEL);
const lifecycle = createLifecycle(log);

const store = await openObjectStore(config);
lifecycle.onStop('store', () => store.close());
const redis = createRedis({ url: config.REDIS_URL, name: 'produce-node', log, whenAway: 'fail' });
lifecycle.onStop('redis', () => redis.disconnect());

const workFolder = join(config.DATA_DIR, 'produce');
await mkdir(workFolder, { recursive: true });
await sweepWorkFolder(workFolder);
const sweeping = setInterval(() => {
  sweepWorkFolder(workFolder).catch((error: unknown) => log.warn({ err: error }, 'old work stays on the disk'));
}, SWEEP_EVERY_MS);
lifecycle.onStop('sweeping', () => clearInterval(sweeping));

const font = await findCardFont();
if (font === undefined) log.warn('no font with Chinese found, name cards stay without names');
const drawsInk = await hasDecoder('librsvg');
if (!drawsInk) log.warn('this ffmpeg has no librsvg, films and stills stay without what is written on pages');
const ffmpeg = new FfmpegRunner({ log, niceness: config.PRODUCE_NICENESS });
const muxer = createMuxer({ store, log });
lifecycle.onStop('muxer', () => muxer.close());
const derive = new DeriveWorker({
  redisUrl: config.REDIS_URL,
  log,
  store,
  ffmpeg,
  drawsInk,
  workFolder,
});
lifecycle.onStop('derive', () => derive.close(), WORKERS_CLOSE_TIMEOUT_MS);
const workers = new ProduceWorkers({
  redisUrl: config.REDIS_URL,
  log,
  production: {
    store,
    source: new StoredRecordings(store),
    ffmpeg,
    font,
    drawsInk,
    workFolder,
  },
  muxer,
  onPlayable: (recordingId) => derive.orderSlides(recordingId),
  produceConcurrency: config.PRODUCE_CONCURRENCY,
  parallelParts: config.PRODUCE_PARALLEL_CUTS,
  produceLockMs: config.PRODUCE_LOCK_MS,
  muxLockMs: config.MUX_LOCK_MS,
});
lifecycle.onStop('workers', () => workers.close(), WORKERS_CLOSE_TIMEOUT_MS);
const editions = new EditionWorker({
  redisUrl: config.REDIS_URL,
  log,
  objects: store,
  onViews: (recordingId, indexKey) => derive.orderSlides(recordingId, indexKey),
});
lifecycle.onStop('editions', () => editions.close(), WORKERS_CLOSE_TIMEOUT_MS);

const importing = { store, ffmpeg, log, workFolder, redisUrl: config.REDIS_URL, lockMs: config.PRODUCE_LOCK_MS };
const imports = new ImportWorker(importing);
lifecycle.onStop('imports', () => imports.close(), WORKERS_CLOSE_TIMEOUT_MS);
const courseware = new CoursewareWorker({ redisUrl: config.REDIS_URL, log, store, workFolder });
lifecycle.onStop('courseware', () => courseware.close(), WORKERS_CLOSE_TIMEOUT_MS);
const captioning = await Captioning.create({ config, store, log, isProducing: () => workers.load > 0 });
lifecycle.onStop('captioning', () => captioning?.close(), WORKERS_CLOSE_TIMEOUT_MS);

const registry = new NodeRegistry(redis, log);
if (config.PRODUCE_YIELDS) {
  const guard = new LiveGuard({
    pause: () => {
      ffmpeg.pause();
      captioning?.pause();
      workers.yieldToLive(true);
    },
    resume: () => {
      ffmpeg.resume();
      captioning?.resume();
      workers.yieldToLive(false);
    },
    onLiveWork: (hasLiveWork) => workers.shareWithLive(hasLiveWork),
    hasLiveWork: () => hasLiveWorkHere(registry),
    readCpu: readCpuTimes,
    log,
  });
  lifecycle.onStop('guard', () => guard.close());
}

const metrics = createProcessMetrics();
metrics.registerMetric(
  new Gauge({
    name: 'tongke_produce_ffmpeg_running',
    help: 'Encoders running now.',
    registers: [],
    collect() {
      this.set(ffmpeg.runningPids.length);
    },
  }),
);
const server = await ProcessServer.create({
  host: config.INNER_HOST,
  port: config.INNER_PORT,
  targetFile: config.INNER_TARGET_FILE,
  log,
  metrics,
  isReady: lifecycle.isReady,
  checks: {
    redis: async () => {
      await redis.ping();
    },
  },
});
lifecycle.onStop('server', () => server.close());

const id = randomUUID();
const url = config.INNER_URL ?? server.url.replace(/^http/, 'ws');
const announcement = await registry.announce(() => ({
  kind: 'produce',
  id,
  url,
  region: config.SFU_REGION,
  load: workers.load,
}));
lifecycle.onStop('announcement', () => announcement.withdraw());

lifecycle.setReady(true);
log.info({ nodeId: id, url, parallelCuts: config.PRODUCE_PARALLEL_CUTS }, 'produce is ready');
