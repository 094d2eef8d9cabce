import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import {
  CaptureStand,
  readManifest,
  RecordedRoom,
  until,
  type CaptureClient,
} from '../../support/stands/capture-stand.ts';
import type { MediaClip } from '../../support/rtp/media-clip.ts';
import { startRedis } from '../../support/stands/services.ts';
import { SfuStand } from '../../support/stands/sfu-stand.ts';
import { loadPicture, loadSound } from '../bench-media.ts';
import type { BenchStage } from '../bench-stage.ts';
import { median, slope, type Figure } from '../figure.ts';
import { cpuSecondsOf, residentBytesOf } from '../process-usage.ts';

const PAIRS_PER_ROOM = 8;
const SECONDS_PER_HOUR = 3_600;
const BYTES_PER_MB = 1_048_576;
/** 1 % of a core. */
const CPU_BUDGET_S_PER_HOUR = 36;
const MEMORY_BUDGET_MB = 10;
const SAMPLE_MS = 1_000;

interface Plan {
  readonly pairs: readonly number[];
  readonly settleMs: number;
  /** Whole rounds of the chunks, which are rolled every 9 s. */
  readonly windowMs: number;
}

const FULL: Plan = { pairs: [1, 8, 24], settleMs: 12_000, windowMs: 36_000 };
const SHORT: Plan = { pairs: [1, 3], settleMs: 1_000, windowMs: 3_000 };

interface Sample {
  readonly pairs: number;
  readonly cpuShare: number;
  readonly residentBytes: number;
}

/** Lessons that are recorded, each with up to eight pairs of camera and microphone. */
class RecordedPairs {
  readonly rooms: RecordedRoom[] = [];
  #count = 0;
  readonly #sfu: SfuStand;
  readonly #capture: CaptureClient;
  readonly #clips: readonly MediaClip[];

  constructor(sfu: SfuStand, capture: CaptureClient, clips: readonly MediaClip[]) {
    this.#sfu = sfu;
    this.#capture = capture;
    this.#clips = clips;
  }

  async growTo(pairs: number): Promise<void> {
    for (; this.#count < pairs; this.#count += 1) {
      if (this.#count % PAIRS_PER_ROOM === 0) this.rooms.push(await RecordedRoom.open(this.#sfu));
      const room = this.rooms.at(-1);
      if (room === undefined) throw new Error('no room');
      const streams = [];
      for (const clip of this.#clips) streams.push(await room.add({ clip }));
      await this.#capture.call('setGoal', room.goal());
      await until('taps', async () => {
        const { recordings } = await this.#capture.call('describe', {});
        const tracks = recordings.find(({ recordingId }) => recordingId === room.recordingId)?.tracks;
        return tracks?.length === room.streams.length;
      });
      for (const stream of streams) await stream.start();
    }
  }

  /** Ends everything and answers the share of what was sent that is not in the store, percent. */
  async missingPercent(objects: DirectoryObjectStore): Promise<number> {
    let sent = 0;
    let stored = 0;
    for (const room of this.rooms) {
      room.close();
      const endedAtUs = Math.round((performance.timeOrigin + performance.now()) * 1_000) - room.startedAtUnixUs;
      await this.#capture.call('finish', { recordingId: room.recordingId, fence: 1, endedAtUs });
      const { tracks } = await until('the end of a recording', async () => {
        const manifest = await readManifest(objects, room.recordingId);
        return manifest.state === 'captured' ? manifest : undefined;
      });
      sent += room.streams.reduce((sum, { source }) => sum + source.packetsSent, 0);
      const chunks = tracks.flatMap(({ epochs }) => epochs.flatMap((epoch) => epoch.chunks));
      stored += chunks.reduce((sum, { records }) => sum + records, 0);
    }
    // Sender reports are records too, so this errs on the side of fewer losses by one packet in some hundred.
    return Math.max(0, 100 * (1 - stored / sent));
  }
}

async function sample(pid: number, pairs: number, windowMs: number): Promise<Sample> {
  const resident: number[] = [];
  const [startedMs, cpuBefore] = [performance.now(), await cpuSecondsOf(pid)];
  while (performance.now() - startedMs < windowMs) {
    await sleep(SAMPLE_MS);
    resident.push(await residentBytesOf(pid));
  }
  const cpuSeconds = (await cpuSecondsOf(pid)) - cpuBefore;
  return {
    pairs,
    cpuShare: (cpuSeconds * 1_000) / (performance.now() - startedMs),
    residentBytes: median(resident),
  };
}

/** What one more pair costs the real capture process: VP8 720p30 at 1.5 Mbit/s and Opus, through the real sfu. */
export async function measureCapture(stage: BenchStage): Promise<Figure[]> {
  const plan = stage.isShort ? SHORT : FULL;
  const clips = [await loadPicture('VP8'), await loadSound()];
  const sfu = stage.keep(await SfuStand.create(), (opened) => opened.close());
  const redis = stage.keep(await startRedis(), (opened) => opened.stop());
  const stand = stage.keep(await CaptureStand.start(sfu.secret, { REDIS_URL: redis.url }), (opened) => opened.stop());
  const pairs = new RecordedPairs(sfu, await stand.connect(), clips);
  stage.keep(pairs, (opened) => {
    for (const room of opened.rooms) room.close();
  });
  const samples: Sample[] = [];
  for (const count of plan.pairs) {
    await pairs.growTo(count);
    await sleep(plan.settleMs);
    const { pid } = stand.process;
    if (pid === undefined) throw new Error('capture is gone');
    const taken = await sample(pid, count, plan.windowMs);
    stage.say(
      `${count} pairs: ${(taken.cpuShare * 100).toFixed(2)} % of a core, ${(taken.residentBytes / BYTES_PER_MB).toFixed(0)} MB`,
    );
    samples.push(taken);
  }
  const missing = await pairs.missingPercent(await DirectoryObjectStore.create(join(stand.dataDir, 'objects')));
  const cpu = slope(samples.map(({ pairs: x, cpuShare: y }) => ({ x, y }))) * SECONDS_PER_HOUR;
  const memory = slope(samples.map(({ pairs: x, residentBytes: y }) => ({ x, y }))) / BYTES_PER_MB;
  const lower = 'lower' as const;
  return [
    { name: 'capture.cpu-per-pair', value: cpu, unit: 'CPU-s/h', better: lower, budget: CPU_BUDGET_S_PER_HOUR },
    { name: 'capture.memory-per-pair', value: memory, unit: 'MB', better: lower, budget: MEMORY_BUDGET_MB },
    { name: 'capture.packets-missing', value: missing, unit: '%', better: lower, budget: 0 },
  ];
}
