import { setTimeout as sleep } from 'node:timers/promises';
import type { ProducerId } from '../../../signaling/protocol/ids.ts';
import type { MediaClip } from '../../support/rtp/media-clip.ts';
import { loadMediaClip } from '../../support/rtp/media-clip.ts';
import { createRtpSink } from '../../support/rtp/rtp-sink.ts';
import {
  fenceOf,
  newProducerId,
  newRecordingId,
  newRoomId,
  newSeatId,
  newTrackId,
  SfuStand,
} from '../../support/stands/sfu-stand.ts';
import { loadPicture, loadSound } from '../bench-media.ts';
import type { BenchStage } from '../bench-stage.ts';
import type { Figure } from '../figure.ts';

const BITS_PER_BYTE_MS = 8;
/** Bytes of many receivers on those of one. */
const BUDGET_RATIO = 1.1;
const FULL = { receivers: [1, 5, 20], settleMs: 3_000, windowMs: 10_000, topLayerKilobits: 1_300 } as const;
const SHORT = { receivers: [1, 2], settleMs: 1_000, windowMs: 1_000, topLayerKilobits: 0 } as const;
/** Congestion control tries a line out before it lets the largest layer onto it. */
const TRIED_OUT_WITHIN_MS = 90_000;
const LOOK_MS = 2_000;

const room = { roomId: newRoomId(), fence: fenceOf(1) };

/** Two nodes, a pipe between them, and a lecturer at home whose camera (three layers) and microphone go through it. */
async function openRegions(stage: BenchStage) {
  const [home, far] = [await SfuStand.create({ workers: 1 }), await SfuStand.create({ workers: 1 })];
  for (const stand of [home, far]) stage.keep(stand, (opened) => opened.close());
  const orders = { home: await home.connect(), far: await far.connect() };
  await Promise.all([orders.home.call('openRoom', room), orders.far.call('openRoom', room)]);
  const homeEnd = await orders.home.call('openPipe', { ...room, nodeId: 'far' });
  const farEnd = await orders.far.call('openPipe', { ...room, nodeId: 'home' });
  await orders.home.call('connectPipe', { ...room, nodeId: 'far', end: farEnd });
  await orders.far.call('connectPipe', { ...room, nodeId: 'home', end: homeEnd });
  orders.far.notices.on('pipeWanted', ({ producerId, layer }) => {
    void orders.home.call('setPipedLayer', { ...room, nodeId: 'far', producerId, layer });
  });
  const send = async (source: 'camera' | 'microphone', clip: MediaClip, higherLayers: readonly MediaClip[]) => {
    const producerId = newProducerId();
    await home.ingest(orders.home, { ...room, seatId: newSeatId(), producerId, source }, { clip, higherLayers });
    const stream = await orders.home.call('sendPiped', { ...room, nodeId: 'far', producerId });
    await orders.far.call('receivePiped', { ...room, ...stream, nodeId: 'home', producerId, isAlwaysSent: false });
    return producerId;
  };
  const small = await loadMediaClip({ codec: 'VP8', width: 320, height: 180, kilobitsPerSecond: 150 });
  const middle = await loadMediaClip({ codec: 'VP8', width: 640, height: 360, kilobitsPerSecond: 500 });
  const streams = [
    await send('camera', small, [middle, await loadPicture('VP8')]),
    await send('microphone', await loadSound(), []),
  ];
  const receive = async (producerId: ProducerId): Promise<string> => {
    const { ip, rtpPort, rtcpPort } = stage.keep(await createRtpSink(), (opened) => opened.close());
    const names = { recordingId: newRecordingId(), trackId: newTrackId(), epoch: 1 };
    const { tapId } = await orders.far.call('openTap', { ...room, ...names, producerId, ip, rtpPort, rtcpPort });
    await orders.far.call('resumeTap', { tapId });
    return tapId;
  };
  const tapIds: string[] = [];
  const renewal = setInterval(() => void orders.far.call('renewTaps', { tapIds }).catch(() => undefined), 5_000);
  stage.keep(renewal, clearInterval);
  return {
    home,
    addReceiver: async () => tapIds.push(...(await Promise.all(streams.map(receive)))),
  };
}

/** What the line between two regions carries for one, five and twenty receivers behind it. */
export async function measurePipes(stage: BenchStage): Promise<Figure[]> {
  const plan = stage.isShort ? SHORT : FULL;
  const { home, addReceiver } = await openRegions(stage);
  const carried = (): Promise<number> => home.figure('pipe_bytes\\{direction="out"\\}');
  const kilobitsIn = async (windowMs: number): Promise<number> => {
    const [before, startedMs] = [await carried(), performance.now()];
    await sleep(windowMs);
    return (((await carried()) - before) * BITS_PER_BYTE_MS) / (performance.now() - startedMs);
  };
  const rates: number[] = [];
  let inside = 0;
  for (const receivers of plan.receivers) {
    for (; inside < receivers; inside += 1) await addReceiver();
    await sleep(plan.settleMs);
    if (rates.length === 0) {
      const givesUpAtMs = performance.now() + TRIED_OUT_WITHIN_MS;
      while ((await kilobitsIn(LOOK_MS)) < plan.topLayerKilobits && performance.now() < givesUpAtMs);
    }
    const kilobits = await kilobitsIn(plan.windowMs);
    stage.say(`${receivers} receivers in the region: ${kilobits.toFixed(0)} kbit/s on the line`);
    rates.push(kilobits);
  }
  const [one, many] = [rates[0] ?? Number.NaN, rates.at(-1) ?? Number.NaN];
  const lower = 'lower' as const;
  return [
    { name: 'pipes.kilobits-per-region', value: many, unit: 'kbit/s', better: lower, baseline: one },
    { name: 'pipes.many-on-one', value: many / one, unit: '×', better: lower, budget: BUDGET_RATIO },
  ];
}
