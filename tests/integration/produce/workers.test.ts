import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runPiped } from '../../../recorder/ffmpeg/pipe.ts';
import { RecordingQueue, type ProduceState } from '../../../recorder/jobs/recording-queue.ts';
import { WHOLE_EDITION } from '../../../signaling/protocol/edition.ts';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { ManifestStore } from '../../../storage/objects/manifest-store.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { putMuxedRecording, type MadeLesson } from '../../support/media/muxed-recording.ts';
import { ProduceStand, waitFor } from '../../support/stands/produce-stand.ts';
import type { ServiceProcess } from '../../support/stands/service-process.ts';
import { startRedis, type UrlService } from '../../support/stands/services.ts';

const LIMIT_MS = 120_000;
const LOCK_MS = '2000';

/** Long enough that even an idle machine is still composing when the fault strikes. */
const FAULT_LESSON_S = 20;
const FAULT_TIMEOUT_MS = 180_000;

const FRAME_RATE = 25;
const CUTS = 4;
const ONE_CUT = { PRODUCE_PARALLEL_CUTS: '1' };

/** In so many cuts: between two of them the recording is paused for a frame. */
const lesson = (seconds: number, cuts = 1): MadeLesson => ({
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
  events: () =>
    Array.from({ length: cuts - 1 }, (_, index) => ((index + 1) * seconds) / cuts).flatMap((at) => [
      { at, type: 'paused' as const, data: {} },
      { at: at + 1 / FRAME_RATE, type: 'resumed' as const, data: {} },
    ]),
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

  // A test that failed leaves its processes to nobody.
  afterEach(() => stand.down(), LIMIT_MS);

  /** An encoder of the stand is at work, and its production has told how far it is. */
  const composing = async (recordingId: RecordingId): Promise<void> => {
    await waitFor(async () => {
      const state = await queue.produceState(recordingId);
      const isTold = state.state === 'running' && state.progress !== null;
      return isTold && (await stand.encoderPids()).length > 0 ? true : undefined;
    }, LIMIT_MS);
  };
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
  const framesOf = async (key: string): Promise<number> => {
    const path = join(stand.dataDir, 'objects', key);
    const counted = '-v error -select_streams v -count_packets -show_entries stream=nb_read_packets -of csv=p=0';
    const { stdout } = await runPiped({ program: 'ffprobe', args: [...counted.split(' '), path] });
    return Number(stdout.toString());
  };
  const noEncoders = () => waitFor(async () => ((await stand.encoderPids()).length === 0 ? true : undefined), LIMIT_MS);

  it('produces what was ordered once, tells its progress and its result', async () => {
    await stand.startProcess();
    const { recordingId } = await putMuxedRecording(store, lesson(4));
    const told: string[] = [];
    const fractions: number[] = [];
    const offs = [
      queue.on('producing', (event) => {
        told.push(`${event.recordingId} ${event.progress.stage}`);
        fractions.push(event.progress.fraction);
      }),
      queue.on('produced', (result) => told.push(`${result.recordingId} produced`)),
    ];
    await Promise.all([queue.addProduce({ recordingId, title: '一' }), queue.addProduce({ recordingId, title: '一' })]);
    const state = await settled(recordingId);
    await waitFor(() => (told.includes(`${recordingId} produced`) ? true : undefined), LIMIT_MS);
    for (const off of offs) off();
    expect(state).toMatchObject({ state: 'done', result: { recordingId, durationUs: 4_000_000 } });
    expect(told.filter((line) => line.endsWith('produced'))).toHaveLength(1);
    expect(told.length).toBeGreaterThan(1);
    expect(fractions.at(-1)).toBeGreaterThan(fractions.at(0) ?? 1);
    expect(fractions.at(-1)).toBeLessThanOrEqual(1);
    expect(await attemptsInStore(recordingId)).toHaveLength(1);
  });

  it('stops at a cancel: no encoder goes on, nothing is published, and it can be ordered again', async () => {
    const service = await stand.startProcess();
    const { recordingId } = await putMuxedRecording(store, lesson(12));
    await queue.addProduce({ recordingId, title: '取消' });
    await composing(recordingId);
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
    'shares the cuts of a lesson among all processes, and does what a killed one had begun elsewhere, exactly once',
    { timeout: FAULT_TIMEOUT_MS },
    async () => {
      const [first, second] = [await stand.startProcess(ONE_CUT), await stand.startProcess(ONE_CUT)];
      const { recordingId } = await putMuxedRecording(store, lesson(FAULT_LESSON_S, CUTS));
      await queue.addProduce({ recordingId, title: '接力' });
      const encodersOf = (service: ServiceProcess) => stand.encoderPids(service.pid);
      await waitFor(async () => {
        const both = await Promise.all([encodersOf(first), encodersOf(second)]);
        return both.every((pids) => pids.length > 0) ? true : undefined;
      }, LIMIT_MS);
      const orphans = await encodersOf(first);
      await first.kill();
      await waitFor(async () => {
        const alive = await stand.encoderPids();
        return orphans.some((pid) => alive.includes(pid)) ? undefined : true;
      }, LIMIT_MS);
      const state = await settled(recordingId);
      const frames = FAULT_LESSON_S * FRAME_RATE - (CUTS - 1);
      expect(state).toMatchObject({ state: 'done', result: { durationUs: (frames * 1_000_000) / FRAME_RATE } });
      expect(await composedOf(recordingId)).toHaveLength(1);
      expect(await attemptsInStore(recordingId)).toHaveLength(1);
      if (state.state !== 'done') return;
      expect(await framesOf(state.result.mp4)).toBe(frames);
    },
  );

  it('tries again when an encoder is killed', { timeout: FAULT_TIMEOUT_MS }, async () => {
    await stand.startProcess();
    const { recordingId } = await putMuxedRecording(store, lesson(FAULT_LESSON_S));
    await queue.addProduce({ recordingId, title: '再试' });
    await composing(recordingId);
    for (const pid of await stand.encoderPids()) process.kill(pid, 'SIGKILL');
    expect(await settled(recordingId)).toMatchObject({ state: 'done' });
    expect(await attemptsInStore(recordingId)).toHaveLength(1);
  });

  it(
    'hands its job back at an orderly end, so that the next process does it at once, as it was ordered last',
    { timeout: FAULT_TIMEOUT_MS },
    async () => {
      const first = await stand.startProcess();
      const { recordingId } = await putMuxedRecording(store, lesson(FAULT_LESSON_S));
      await queue.addProduce({ recordingId, title: '交班' });
      await composing(recordingId);
      await first.down();
      expect(await stand.encoderPids()).toEqual([]);
      expect(await queue.produceState(recordingId)).toMatchObject({ state: 'running' });
      // Meanwhile somebody has cut the lesson: the film is made of what was ordered last.
      const edition = { ...WHOLE_EDITION, leftOut: [{ fromUs: 2_000_000, toUs: FAULT_LESSON_S * 1_000_000 }] };
      await queue.addProduce({ recordingId, title: '交班', edition: { version: 1, edition } });
      await stand.startProcess();
      expect(await settled(recordingId)).toMatchObject({
        state: 'done',
        result: { editionVersion: 1, durationUs: 2_000_000 },
      });
    },
  );

  it('fails at once where no attempt can succeed, and succeeds when it is ordered again', async () => {
    await stand.startProcess();
    const { recordingId } = await putMuxedRecording(store, lesson(2));
    const stateKey = objectKeys.play(recordingId, 'state.json');
    const { body } = await store.getBuffer(stateKey);
    await store.delete(stateKey);
    await queue.addProduce({ recordingId, title: '缺' });
    expect(await settled(recordingId)).toEqual({ state: 'failed', failure: 'sourceLost' });
    await store.put(stateKey, body);
    await queue.addProduce({ recordingId, title: '缺' });
    expect(await settled(recordingId)).toMatchObject({ state: 'done' });
  });

  it('finishes a job during which Redis was restarted', async () => {
    await stand.startProcess();
    const { recordingId } = await putMuxedRecording(store, lesson(6));
    await queue.addProduce({ recordingId, title: '重启' });
    await composing(recordingId);
    await redis.kill();
    await expect(queue.produceState(recordingId)).rejects.toMatchObject({ code: 'unavailable' });
    await redis.up();
    const state = await waitFor(async () => {
      const one = await queue.produceState(recordingId).catch(() => undefined);
      return one?.state === 'done' || one?.state === 'failed' ? one : undefined;
    }, LIMIT_MS);
    expect(state).toMatchObject({ state: 'done' });
    expect(await attemptsInStore(recordingId)).toHaveLength(1);
  });
});
