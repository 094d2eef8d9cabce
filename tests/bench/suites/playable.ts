import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MuxResult, RecordingGoal } from '../../../recorder/contract.ts';
import { createMuxer } from '../../../recorder/mux/muxer.ts';
import { RecordingQueue } from '../../../recorder/jobs/recording-queue.ts';
import { Fence, TrackId } from '../../../signaling/protocol/ids.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { PlayIndex } from '../../../storage/objects/manifest.ts';
import { CaptureStand, RecordedRoom, until, type CaptureClient } from '../../support/stands/capture-stand.ts';
import { LoggedRecording, PAYLOAD_TYPES } from '../../support/media/logged-recording.ts';
import { ProduceStand } from '../../support/stands/produce-stand.ts';
import type { MediaClip } from '../../support/rtp/media-clip.ts';
import { nowUnixUs } from '../../support/rtp/rtp-source.ts';
import { rtpTimeline } from '../../support/rtp/rtp-timeline.ts';
import { startRedis } from '../../support/stands/services.ts';
import { SfuStand } from '../../support/stands/sfu-stand.ts';
import { loadPicture, loadSound } from '../bench-media.ts';
import type { BenchStage } from '../bench-stage.ts';
import type { Figure } from '../figure.ts';

const BUDGET_S = 10;
const CAPTURE_FENCE = Fence.parse(2);

interface Plan {
  readonly pairs: readonly number[];
  /** How much of the lesson is in the store when its last part is captured live. */
  readonly loggedS: number;
  /** Long enough for chunks to be rolled and muxed a few times. */
  readonly liveMs: number;
}

const FULL: Plan = { pairs: [1, 10], loggedS: 44.5 * 60, liveMs: 32_000 };
const SHORT: Plan = { pairs: [2], loggedS: 30, liveMs: 3_000 };

/** The processes of a recorder, as in life, on one folder. */
interface Recorder {
  readonly sfu: SfuStand;
  readonly capture: CaptureClient;
  readonly queue: RecordingQueue;
  readonly store: DirectoryObjectStore;
}

const log = createLog('bench', 'silent');

async function openRecorder(stage: BenchStage): Promise<Recorder> {
  const env = { DATA_DIR: stage.folder };
  const sfu = stage.keep(await SfuStand.create(), (opened) => opened.close());
  const redis = stage.keep(await startRedis(), (opened) => opened.stop());
  const produce = stage.keep(await ProduceStand.create(redis.url, env), (opened) => opened.close());
  await produce.startProcess();
  const capture = stage.keep(await CaptureStand.start(sfu.secret, { REDIS_URL: redis.url, ...env }), (opened) =>
    opened.stop(),
  );
  const queue = stage.keep(await RecordingQueue.create({ redisUrl: redis.url, log }), (opened) => opened.close());
  const store = await DirectoryObjectStore.create(join(stage.folder, 'objects'));
  return { sfu, capture: await capture.connect(), queue, store };
}

const trackOf = (pair: number, clip: MediaClip): TrackId => TrackId.parse(`track-${pair}-${clip.kind}`);

/** The lesson up to its last minute, as capture stored it and the muxer took it in while it lasted. */
async function logLesson(
  recorder: Recorder,
  pairs: number,
  clips: readonly MediaClip[],
  seconds: number,
): Promise<LoggedRecording> {
  const startedAtUnixUs = Math.round(nowUnixUs() - seconds * 1e6);
  const recording = new LoggedRecording(recorder.store, startedAtUnixUs);
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const clip of clips) {
      const ssrc = 1_000 + pair * 2 + (clip.kind === 'audio' ? 1 : 0);
      const packets = rtpTimeline({
        clip,
        startUnixUs: startedAtUnixUs,
        ssrc,
        payloadType: PAYLOAD_TYPES[clip.codec],
        cname: `device-${pair}`,
        durationUs: seconds * 1e6,
      });
      const [seat, source] = [seatOf(pair), clip.kind === 'audio' ? 'microphone' : 'camera'] as const;
      recording.add({ track: trackOf(pair, clip), seat, source, codec: clip.codec, ssrc, packets });
    }
  }
  await recording.storeUntil(seconds + 1);
  const muxer = createMuxer({ store: recorder.store, log });
  await muxer.step(recording.recordingId, { final: false });
  await muxer.close();
  return recording;
}

const seatOf = (pair: number): string => (pair === 0 ? 'lecturer' : 'site');

/** Devices that go on where the log ends, recorded by the real capture process. */
async function goOnLive(recorder: Recorder, logged: LoggedRecording, pairs: number, clips: readonly MediaClip[]) {
  const room = await RecordedRoom.open(recorder.sfu);
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const clip of clips) await room.add({ clip }, trackOf(pair, clip));
  }
  const plain = room.goal();
  const goal: RecordingGoal = {
    ...plain,
    recordingId: logged.recordingId,
    startedAtUnixUs: logged.startedAtUnixUs,
    fence: CAPTURE_FENCE,
    producers: plain.producers.map((producer, index) => ({
      ...producer,
      seat: seatOf(Math.floor(index / clips.length)),
    })),
  };
  await recorder.capture.call('setGoal', goal);
  await until('taps', async () => {
    const { recordings } = await recorder.capture.call('describe', {});
    return (
      recordings.find(({ recordingId }) => recordingId === logged.recordingId)?.tracks.length === room.streams.length
    );
  });
  for (const stream of room.streams) await stream.start();
  return room;
}

async function endOfClass(
  recorder: Recorder,
  logged: LoggedRecording,
): Promise<{ seconds: number; playableUs: number }> {
  const { recordingId } = logged;
  const muxed = new Promise<MuxResult>((resolve) => {
    recorder.queue.on('muxed', (result) => {
      if (result.final && result.recordingId === recordingId) resolve(result);
    });
  });
  const endedMs = performance.now();
  const endedAtUs = Math.round(nowUnixUs() - logged.startedAtUnixUs);
  await recorder.capture.call('finish', { recordingId, fence: CAPTURE_FENCE, endedAtUs });
  const { index } = await muxed;
  const { body } = await recorder.store.getBuffer(index);
  const seconds = (performance.now() - endedMs) / 1_000;
  const playable = PlayIndex.parse(JSON.parse(body.toString('utf8')));
  if (!playable.complete) throw new Error('the recording is not complete');
  return { seconds, playableUs: playable.durationUs };
}

async function measureLesson(stage: BenchStage, recorder: Recorder, pairs: number, plan: Plan): Promise<Figure> {
  // H264 muxes into what every player takes; the log of VP8 at the same rate is as long.
  const clips = [await loadPicture('H264'), await loadSound()];
  stage.say(`${pairs} pairs: writing the log of ${(plan.loggedS / 60).toFixed(1)} min`);
  const logged = await logLesson(recorder, pairs, clips, plan.loggedS);
  stage.say('going on live');
  const room = stage.keep(await goOnLive(recorder, logged, pairs, clips), (opened) => opened.close());
  await sleep(plan.liveMs);
  const { seconds, playableUs } = await endOfClass(recorder, logged);
  room.close();
  stage.say(`${(playableUs / 60e6).toFixed(1)} min of lesson playable after ${seconds.toFixed(2)} s`);
  const name = `playable.${Math.round(plan.loggedS / 60)}-min-of-${pairs}-pairs`;
  return { name, value: seconds, unit: 's after class', better: 'lower', budget: BUDGET_S };
}

/** From the end of class, as signaling orders it, to the complete index of what is played. */
export async function measurePlayable(stage: BenchStage): Promise<Figure[]> {
  const plan = stage.isShort ? SHORT : FULL;
  const recorder = await openRecorder(stage);
  const figures: Figure[] = [];
  for (const pairs of plan.pairs) figures.push(await measureLesson(stage, recorder, pairs, plan));
  return figures;
}
