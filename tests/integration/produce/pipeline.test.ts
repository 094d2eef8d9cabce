import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MUX_QUEUE, type MuxResult, type ProduceResult } from '../../../recorder/contract.ts';
import { probeMedia } from '../../../recorder/ffmpeg/probe.ts';
import { RecordingQueue } from '../../../recorder/jobs/recording-queue.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { createRedis } from '../../../signaling/runtime/redis.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { beepTimes, flashTimes, median } from '../../support/media/flash-and-beep.ts';
import { LoggedRecording, PAYLOAD_TYPES } from '../../support/media/logged-recording.ts';
import { ProduceStand } from '../../support/stands/produce-stand.ts';
import { loadMediaClip } from '../../support/rtp/media-clip.ts';
import { rtpTimeline } from '../../support/rtp/rtp-timeline.ts';
import { startRedis, type UrlService } from '../../support/stands/services.ts';

const LIMIT_MS = 180_000;
const SECONDS = 8;
/** The lecturer's device starts after the recording. */
const LATE_US = 500_000;

describe('packet logs', { timeout: LIMIT_MS }, () => {
  let redis: UrlService;
  let stand: ProduceStand;
  let store: DirectoryObjectStore;
  let queue: RecordingQueue;
  const log = createLog('test', 'silent');

  beforeAll(async () => {
    redis = await startRedis();
    stand = await ProduceStand.create(redis.url);
    store = await DirectoryObjectStore.create(join(stand.dataDir, 'objects'));
    queue = await RecordingQueue.create({ redisUrl: redis.url, log });
  }, LIMIT_MS);
  afterAll(async () => {
    await queue.close();
    await stand.close();
    await redis.stop();
  });

  const record = async (): Promise<LoggedRecording> => {
    const startedAtUnixUs = 1_700_000_000_000_000;
    const recording = new LoggedRecording(store, startedAtUnixUs);
    const streams = [
      { track: 'camera', source: 'camera', codec: 'H264', ssrc: 1 },
      { track: 'microphone', source: 'microphone', codec: 'opus', ssrc: 2 },
    ] as const;
    for (const stream of streams) {
      const clip = await loadMediaClip({ codec: stream.codec });
      const timeline = rtpTimeline({
        clip,
        startUnixUs: startedAtUnixUs + LATE_US,
        ssrc: stream.ssrc,
        payloadType: PAYLOAD_TYPES[stream.codec],
        cname: 'device',
        rtpBase: stream.ssrc * 1_000_000,
        durationUs: SECONDS * 1e6 - LATE_US,
      });
      recording.add({ ...stream, seat: 'lecturer', packets: Array.from(timeline) });
    }
    await recording.storeUntil(undefined, { endedAtUs: SECONDS * 1e6 });
    return recording;
  };

  it('become a playable recording, then a composed lesson in which flash and beep stay together', async () => {
    const service = await stand.startProcess();
    const { recordingId } = await record();
    const muxed = new Promise<MuxResult>((resolve) => queue.on('muxed', resolve));
    const produced = new Promise<ProduceResult>((resolve) => queue.on('produced', resolve));
    await orderFinalMux(recordingId);
    expect(await muxed).toMatchObject({ recordingId, final: true });
    await queue.addProduce({ recordingId, title: '三年级 语文' });
    const result = await produced;

    const mp4 = join(stand.dataDir, 'lesson.mp4');
    await writeFile(mp4, (await store.getBuffer(result.mp4)).body);
    expect(Math.abs(((await probeMedia(mp4)).durationUs ?? 0) - SECONDS * 1e6)).toBeLessThan(100_000);
    const [flashes, beeps] = [await flashTimes(mp4), await beepTimes(mp4)];
    expect(flashes.length).toBeGreaterThanOrEqual(6);
    const offsets = flashes.map((flash) => flash - nearest(beeps, flash));
    expect(Math.abs(median(offsets))).toBeLessThanOrEqual(0.04);
    // Media time 0 is half a second into the session; flashes lie on its whole seconds.
    expect(Math.abs(median(flashes.map((flash) => flash - 0.5 - Math.round(flash - 0.5))))).toBeLessThanOrEqual(0.04);
    await service.down();
  });

  const orderFinalMux = async (recordingId: string): Promise<void> => {
    const connection = createRedis({ url: redis.url, name: 'test', log, whenAway: 'wait' });
    const muxing = new Queue(MUX_QUEUE, { connection });
    await muxing.add('mux', { recordingId, final: true }, { jobId: `mux-${recordingId}-final` });
    await muxing.close();
    connection.disconnect();
  };
});

function nearest(values: readonly number[], to: number): number {
  return values.reduce(
    (best, value) => (Math.abs(value - to) < Math.abs(best - to) ? value : best),
    Number.POSITIVE_INFINITY,
  );
}
