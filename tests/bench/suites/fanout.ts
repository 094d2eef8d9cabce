import { setTimeout as sleep } from 'node:timers/promises';
import { createRtpSink, type RtpSink } from '../../support/rtp/rtp-sink.ts';
import { loadPicture, loadSound } from '../bench-media.ts';
import type { BenchStage } from '../bench-stage.ts';
import { slope, type Figure } from '../figure.ts';
import { addViewers, ingest, openOurs } from '../forwarders.ts';
import { cpuSecondsOfAll, familyOf } from '../process-usage.ts';

/** A room lives on one worker, and a worker on one core. */
const FULL_PERCENT = 90;
const MAX_LOST_SHARE = 0.001;

const FULL = { step: 60, most: 900, settleMs: 2_000, windowMs: 4_000 } as const;
const SHORT = { step: 2, most: 4, settleMs: 2_500, windowMs: 1_000 } as const;

/** Share of the sequence numbers that should have come since the packet `from` and did not. */
function lostShare({ packets }: RtpSink, from: number): number {
  const sequences = packets.slice(from).map(({ sequence }) => sequence);
  const steps = sequences.slice(1).map((sequence, n) => (sequence - (sequences[n] ?? 0)) & 0xffff);
  const expected = steps.reduce((sum, step) => sum + step, 0);
  return expected === 0 ? 1 : 1 - steps.length / expected;
}

/**
 * One lecturer's 720p camera and microphone, copied as plain RTP to more and more receivers until the worker of the room is full or the
 * one receiver that is listened to misses something. What WebRTC adds for each (SRTP, RTCP, congestion control) is not in it.
 */
export async function measureFanout(stage: BenchStage): Promise<Figure[]> {
  const plan = stage.isShort ? SHORT : FULL;
  const clips = [await loadPicture('VP8'), await loadSound()];
  const ours = await openOurs(stage);
  await ingest(stage, ours, clips);
  const sink = stage.keep(await createRtpSink(), (opened) => opened.close());
  await ours.copy(0, sink);
  const family = await familyOf(ours.pid);
  const points: { x: number; y: number }[] = [];
  for (let viewers = plan.step; viewers <= plan.most; viewers += plan.step) {
    try {
      await addViewers(stage, ours, clips.length, plan.step);
    } catch (error) {
      stage.say(`no more than ${viewers - plan.step} are let in: ${String(error)}`);
      break;
    }
    await sleep(plan.settleMs);
    const [cpuBefore, heardBefore, startedMs] = [await cpuSecondsOfAll(family), sink.packets.length, performance.now()];
    await sleep(plan.windowMs);
    const percent = (((await cpuSecondsOfAll(family)) - cpuBefore) * 100_000) / (performance.now() - startedMs);
    const lost = lostShare(sink, heardBefore);
    stage.say(`${viewers} receivers: ${percent.toFixed(1)} % of a core, ${(lost * 100).toFixed(2)} % lost`);
    if (percent > FULL_PERCENT || lost > MAX_LOST_SHARE) break;
    points.push({ x: viewers, y: percent });
  }
  return [
    { name: 'fanout.receivers', value: points.at(-1)?.x ?? 0, unit: 'receivers', better: 'higher' },
    ...(points.length < 2
      ? []
      : [{ name: 'fanout.cpu-per-receiver', value: slope(points), unit: '% of a core', better: 'lower' as const }]),
  ];
}
