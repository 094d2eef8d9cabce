import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProduceProgress } from '../../../recorder/contract.ts';
import { RecordingQueue, type ProduceState } from '../../../recorder/queue.ts';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { ManifestStore } from '../../../storage/objects/manifest-store.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { putMuxedRecording, type MadeLesson } from '../../support/muxed-recording.ts';
import { ProduceStand, waitFor } from '../../support/produce-stand.ts';
import { startRedis, type UrlService } from '../../support/services.ts';

const LIMIT_MS = 120_000;
const LOCK_MS = '2000';

/** Noise, so that composing it takes long enough to be disturbed. */
/** Long enough that even an idle machine is still composing when the fault strikes. */
const FAULT_LESSON_S = 20;
const FAULT_TIMEOUT_MS = 180_000;

const lesson = (seconds: number): MadeLesson => ({
  title: '一节课',
  seconds,
  tracks: [
    {
      seat: 'lecturer',
      displayName: '王老师',
      source: 'camera',
      runs: [
        {
          from: 0,
          to: seconds,
          picture: { source: 'testsrc2=duration=600', size: '640x360', rate: 25, codec: 'h264' },
        },
      ],
    },
  ],
  events: () => [],
});

describe('recorder-produce', { timeout: LIMIT_MS }, () => {
  let redis: UrlService;
  let stand: ProduceStand;
  let store: DirectoryObjectStore;
  let queue: RecordingQueue;

  beforeAll(async () => {
    redis = await startRedis();
    stand = await ProduceStand.create(redis.url, { PRODUCE_LOCK_MS: LOCK_MS });
    store = await DirectoryObjectStore.create(join(stand.dataDir, 'objects'));
    queue = await RecordingQueue.create({ redisUrl: redis.url, log: createLog('test', 'silent') });
  }, LIMIT_MS);

  afterAll(async () => {
    await queue.close();
    await stand.close();
    await redis.stop();
  });

  const composing = (recordingId: RecordingId): Promise<ProduceProgress> =>
    new Promise((resolve) => {
      const off = queue.on('producing', (event) => {
        if (event.recordingId !== recordingId || event.progress.stage !== 'compose') return;
        off();
        resolve(event.progress);
      });
    });
  const settled = (recordingId: RecordingId): Promise<ProduceState> =>
    waitFor(async () => {
      const state = await queue.produceState(recordingId);
      return state.state === 'done' || state.state === 'failed' ? state : undefined;
    }, LIMIT_MS);
  const attemptsInStore = async (recordingId: RecordingId): Promise<readonly string[]> => {
    const prefix = objectKeys.producedPrefix(recordingId);
    const attempts = new Set<string>();
    for await (const { key } of store.list(prefix)) attempts.add(key.slice(prefix.length).split('/', 1)[0] ?? '');
    return Array.from(attempts);
  };
  const composedOf = async (recordingId: RecordingId) =>
    (await new ManifestStore(store).read(recordingId))?.renditions.filter((one) => one.kind === 'composed');
  const noEncoders = () => waitFor(async () => ((await stand.encoderPids()).length === 0 ? true : undefined), LIMIT_MS);

  it('produces what was ordered once, tells its progress and its result', async () => {
    const service = await stand.startProcess();
    const { recordingId } = await putMuxedRecording(store, lesson(4));
    const told: string[] = [];
    const offs = [
      queue.on('producing', (event) => told.push(`${event.recordingId} ${event.progress.stage}`)),
      queue.on('produced', (result) => told.push(`${result.recordingId} produced`)),
    ];
    await Promise.all([queue.addProduce({ recordingId, title: '一' }), queue.addProduce({ recordingId, title: '一' })]);
    const state = await settled(recordingId);
    await waitFor(() => (told.includes(`${recordingId} produced`) ? true : undefined), LIMIT_MS);
    for (const off of offs) off();
    expect(state).toMatchObject({ state: 'done', result: { recordingId, durationUs: 4_000_000 } });
    expect(told.filter((line) => line.endsWith('produced'))).toHaveLength(1);
    expect(told.length).toBeGreaterThan(1);
    expect(await attemptsInStore(recordingId)).toHaveLength(1);
    await service.down();
  });

  it('stops at a cancel: no encoder goes on, nothing is published, and it can be ordered again', async () => {
    const service = await stand.startProcess();
    const { recordingId } = await putMuxedRecording(store, lesson(12));
    const started = composing(recordingId);
    await queue.addProduce({ recordingId, title: '取消' });
    await started;
    expect(await stand.encoderPids()).not.toEqual([]);
    const failed = new Promise((resolve) => {
      const off = queue.on('produceFailed', (event) => {
        off();
        resolve(event);
      });
    });
    await queue.cancelProduce(recordingId);
    expect(await failed).toEqual({ recordingId, failure: 'cancelled' });
    await noEncoders();
    expect(await queue.produceState(recordingId)).toEqual({ state: 'failed', failure: 'cancelled' });
    expect(await composedOf(recordingId)).toEqual([]);
    expect(await attemptsInStore(recordingId)).toEqual([]);
    await service.down();

    // Without a worker it only waits; cancelled while it waits, it is gone.
    await queue.addProduce({ recordingId, title: '再来' });
    expect(await queue.produceState(recordingId)).toEqual({ state: 'waiting' });
    await queue.cancelProduce(recordingId);
    expect(await queue.produceState(recordingId)).toEqual({ state: 'none' });
  });

  it(
    'goes on elsewhere when its process is killed, with exactly one result',
    { timeout: FAULT_TIMEOUT_MS },
    async () => {
      const first = await stand.startProcess();
      const { recordingId } = await putMuxedRecording(store, lesson(FAULT_LESSON_S));
      const started = composing(recordingId);
      await queue.addProduce({ recordingId, title: '接力' });
      await started;
      expect(await stand.encoderPids()).not.toEqual([]);
      await first.kill();
      // The encoders die with their process, before anybody takes over.
      await noEncoders();
      const second = await stand.startProcess();
      expect(await settled(recordingId)).toMatchObject({
        state: 'done',
        result: { durationUs: FAULT_LESSON_S * 1_000_000 },
      });
      expect(await composedOf(recordingId)).toHaveLength(1);
      expect(await attemptsInStore(recordingId)).toHaveLength(1);
      await second.down();
    },
  );

  it('tries again when an encoder is killed', { timeout: FAULT_TIMEOUT_MS }, async () => {
    const service = await stand.startProcess();
    const { recordingId } = await putMuxedRecording(store, lesson(FAULT_LESSON_S));
    const started = composing(recordingId);
    await queue.addProduce({ recordingId, title: '再试' });
    await started;
    for (const pid of await stand.encoderPids()) process.kill(pid, 'SIGKILL');
    expect(await settled(recordingId)).toMatchObject({ state: 'done' });
    expect(await attemptsInStore(recordingId)).toHaveLength(1);
    await service.down();
  });

  it(
    'hands its job back at an orderly end, so that the next process does it at once',
    { timeout: FAULT_TIMEOUT_MS },
    async () => {
      const first = await stand.startProcess();
      const { recordingId } = await putMuxedRecording(store, lesson(FAULT_LESSON_S));
      const started = composing(recordingId);
      await queue.addProduce({ recordingId, title: '交班' });
      await started;
      await first.down();
      expect(await stand.encoderPids()).toEqual([]);
      expect(await queue.produceState(recordingId)).toEqual({ state: 'waiting' });
      const second = await stand.startProcess();
      expect(await settled(recordingId)).toMatchObject({ state: 'done' });
      await second.down();
    },
  );

  it('fails at once where no attempt can succeed, and succeeds when it is ordered again', async () => {
    const service = await stand.startProcess();
    const { recordingId } = await putMuxedRecording(store, lesson(2));
    const stateKey = objectKeys.play(recordingId, 'state.json');
    const { body } = await store.getBuffer(stateKey);
    await store.delete(stateKey);
    await queue.addProduce({ recordingId, title: '缺' });
    expect(await settled(recordingId)).toEqual({ state: 'failed', failure: 'failed' });
    await store.put(stateKey, body);
    await queue.addProduce({ recordingId, title: '缺' });
    expect(await settled(recordingId)).toMatchObject({ state: 'done' });
    await service.down();
  });

  it('finishes a job during which Redis was restarted', async () => {
    const service = await stand.startProcess();
    const { recordingId } = await putMuxedRecording(store, lesson(6));
    const started = composing(recordingId);
    await queue.addProduce({ recordingId, title: '重启' });
    await started;
    await redis.kill();
    await expect(queue.produceState(recordingId)).rejects.toMatchObject({ code: 'unavailable' });
    await redis.up();
    const state = await waitFor(async () => {
      const one = await queue.produceState(recordingId).catch(() => undefined);
      return one?.state === 'done' || one?.state === 'failed' ? one : undefined;
    }, LIMIT_MS);
    expect(state).toMatchObject({ state: 'done' });
    expect(await attemptsInStore(recordingId)).toHaveLength(1);
    await service.down();
  });
});
