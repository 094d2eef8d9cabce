import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FfmpegRunner } from '../../../recorder/ffmpeg/run.ts';
import { createMuxer } from '../../../recorder/mux/muxer.ts';
import type { RecordingSource } from '../../../recorder/produce/source/recording-source.ts';
import { StoredRecordings } from '../../../recorder/produce/source/stored-recording.ts';
import { ProduceWorkers } from '../../../recorder/produce/flow/worker.ts';
import { RecordingQueue } from '../../../recorder/jobs/recording-queue.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { putMuxedRecording } from '../../support/media/muxed-recording.ts';
import { waitFor } from '../../support/stands/produce-stand.ts';
import { startRedis, type UrlService } from '../../support/stands/services.ts';

const LIMIT_MS = 120_000;
const LOCK_MS = 5_000;

describe('a machine that live lessons need', { timeout: LIMIT_MS }, () => {
  const log = createLog('test', 'silent');
  let redis: UrlService;
  let folder: string;
  let store: DirectoryObjectStore;
  let queue: RecordingQueue;

  beforeAll(async () => {
    redis = await startRedis();
    folder = await mkdtemp(join(tmpdir(), 'tongke-yield-'));
    store = await DirectoryObjectStore.create(join(folder, 'objects'));
    queue = await RecordingQueue.create({ redisUrl: redis.url, log });
  }, LIMIT_MS);
  afterAll(async () => {
    await queue.close();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** A process's workers, and how much of recordings they have read. */
  const machine = async (name: string) => {
    const workFolder = join(folder, name);
    await mkdir(workFolder);
    const stored = new StoredRecordings(store);
    let reads = 0;
    const source: RecordingSource = {
      read: (recordingId) => {
        reads += 1;
        return stored.read(recordingId);
      },
      fetch: (options) => {
        reads += 1;
        return stored.fetch(options);
      },
    };
    const muxer = createMuxer({ store, log });
    const workers = new ProduceWorkers({
      redisUrl: redis.url,
      log,
      production: {
        store,
        source,
        ffmpeg: new FfmpegRunner({ log, niceness: 10 }),
        font: undefined,
        drawsInk: false,
        workFolder,
      },
      muxer,
      onPlayable: async () => undefined,
      produceConcurrency: 1,
      parallelParts: 1,
      produceLockMs: LOCK_MS,
      muxLockMs: LOCK_MS,
    });
    const close = async (): Promise<void> => {
      await workers.close();
      await muxer.close();
    };
    return { workers, close, reads: () => reads };
  };

  it('takes no part of a film, neither planning nor cuts nor sound; another does all of it', async () => {
    const [needed, idle] = [await machine('needed'), await machine('idle')];
    needed.workers.yieldToLive(true);
    const picture = { source: 'testsrc2=duration=600', size: '320x180', rate: 25, codec: 'h264' } as const;
    const { recordingId } = await putMuxedRecording(store, {
      title: '一节课',
      seconds: 2,
      tracks: [{ seat: 'lecturer', displayName: '王老师', source: 'camera', runs: [{ from: 0, to: 2, picture }] }],
      events: () => [],
    });
    await queue.addProduce({ recordingId, title: '一节课' });
    await waitFor(async () => {
      const { state } = await queue.produceState(recordingId);
      return state === 'done' ? true : undefined;
    }, LIMIT_MS);
    expect(idle.reads()).toBe(4);
    expect(needed.reads()).toBe(0);
    await Promise.all([needed.close(), idle.close()]);
  });
});
