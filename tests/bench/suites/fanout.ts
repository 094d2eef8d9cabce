import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Audience } from '../audience.ts';
import { loadPicture, loadSound } from '../bench-media.ts';
import type { BenchStage } from '../bench-stage.ts';
import { slope, type Figure } from '../figure.ts';
import { ingest } from '../forwarders.ts';
import { openLecture } from '../lecture.ts';
import { cpuSecondsOf, familyOf } from '../process-usage.ts';
import type { Received } from '../receivers-program.ts';

/** A room lives on one worker, and a worker on one core. */
const WORKER_FULL_PERCENT = 90;
/** Of all cores: beyond it receivers and sfu take CPU from each other, and neither is measured any more. */
const MACHINE_FULL_PERCENT = 95;
const MAX_LOST_SHARE = 0.001;

interface Plan {
  readonly step: number;
  readonly most: number;
  readonly settleMs: number;
  /** How often a number of receivers is tried. */
  readonly windows: number;
  readonly windowMs: number;
}

const FULL: Plan = { step: 20, most: 600, settleMs: 2_000, windows: 3, windowMs: 4_000 };
const SHORT: Plan = { step: 2, most: 4, settleMs: 500, windows: 1, windowMs: 1_000 };

/** What one window of time took, in percent of a core but for the machine. */
interface Usage {
  readonly sfu: number;
  /** The busiest of its workers: that of the room. */
  readonly worker: number;
  readonly receivers: number;
  readonly machine: number;
  /** All else that runs here, the lecturer with it. */
  readonly others: number;
  readonly lostShare: number;
  /** What one receiver gets, on average. */
  readonly kilobitsPerSecond: number;
}

interface Reading {
  readonly atMs: number;
  readonly sfuSeconds: readonly number[];
  readonly receiversSeconds: number;
  /** What was idle, or went to those who give way (nice). */
  readonly freeMs: number;
  readonly received: readonly Received[];
}

async function read(sfuPids: readonly number[], audience: Audience): Promise<Reading> {
  return {
    received: await audience.count(),
    sfuSeconds: await Promise.all(sfuPids.map(cpuSecondsOf)),
    receiversSeconds: await cpuSecondsOf(audience.pid),
    freeMs: cpus().reduce((sum, { times }) => sum + times.idle + times.nice, 0),
    atMs: performance.now(),
  };
}

/** How much more of it the receivers have had, all together. */
function gain(what: 'packets' | 'bytes' | 'lost', before: Reading, after: Reading): number {
  const sumOf = ({ received }: Reading) => received.reduce((sum, one) => sum + one[what], 0);
  return sumOf(after) - sumOf(before);
}

function lostShareOf(before: Reading, after: Reading): number {
  const lost = gain('lost', before, after);
  const expected = gain('packets', before, after) + lost;
  return expected === 0 ? 1 : lost / expected;
}

function usageOf(before: Reading, after: Reading): Usage {
  const windowMs = after.atMs - before.atMs;
  const percentOf = (seconds: number): number => (seconds * 100_000) / windowMs;
  // The process itself comes first in its family.
  const each = after.sfuSeconds.map((seconds, n) => percentOf(seconds - (before.sfuSeconds[n] ?? 0)));
  const sfu = each.reduce((sum, percent) => sum + percent, 0);
  const receivers = percentOf(after.receiversSeconds - before.receiversSeconds);
  const busy = percentOf((cpus().length * windowMs - (after.freeMs - before.freeMs)) / 1_000);
  return {
    sfu,
    worker: Math.max(...each.slice(1)),
    receivers,
    machine: busy / cpus().length,
    others: busy - sfu - receivers,
    lostShare: lostShareOf(before, after),
    kilobitsPerSecond: (gain('bytes', before, after) * 8) / windowMs / after.received.length,
  };
}

/** What speaks against so many receivers; undefined when nothing does. */
function limitOf({ worker, machine, others, lostShare }: Usage): string | undefined {
  if (lostShare > MAX_LOST_SHARE) return `they lose ${(lostShare * 100).toFixed(2)} %`;
  if (worker >= WORKER_FULL_PERCENT) return `the worker of the room is full (${worker.toFixed(0)} % of a core)`;
  if (machine < MACHINE_FULL_PERCENT) return undefined;
  return `this machine is full (${machine.toFixed(0)} %: sfu and receivers beside ${others.toFixed(0)} % of a core of others)`;
}

function textOf({ sfu, worker, receivers, others, lostShare, kilobitsPerSecond }: Usage): string {
  const [ofSfu, ofWorker, ofReceivers] = [sfu, worker, receivers].map((percent) => percent.toFixed(1));
  return [
    `sfu ${ofSfu} % of a core (worker of the room ${ofWorker})`,
    `process of the receivers ${ofReceivers} %`,
    `others ${others.toFixed(0)} %`,
    `${kilobitsPerSecond.toFixed(0)} kbit/s each`,
    `${(lostShare * 100).toFixed(2)} % lost`,
  ].join(', ');
}

/** The first window that nothing speaks against, else the last: what else runs here may have taken the machine for a moment. */
async function measure(stage: BenchStage, plan: Plan, audience: Audience, sfuPids: readonly number[]): Promise<Usage> {
  for (let window = 1; ; window += 1) {
    const before = await read(sfuPids, audience);
    await sleep(plan.windowMs);
    const after = await read(sfuPids, audience);
    const usage = usageOf(before, after);
    stage.say(`${after.received.length} receivers: ${textOf(usage)}`);
    if (limitOf(usage) === undefined || window === plan.windows) return usage;
  }
}

/** @returns for each number of receivers that nothing spoke against, what they took */
async function fill(stage: BenchStage, plan: Plan, audience: Audience, sfuPids: readonly number[]) {
  const points: { x: number; y: number }[] = [];
  for (let viewers = plan.step; viewers <= plan.most; viewers += plan.step) {
    let limit: string | undefined;
    try {
      await audience.grow(plan.step);
      await sleep(plan.settleMs);
      const usage = await measure(stage, plan, audience, sfuPids);
      // What a short run measures means nothing.
      limit = stage.isShort ? undefined : limitOf(usage);
      if (limit === undefined) points.push({ x: viewers, y: usage.sfu });
    } catch (error) {
      // Not even a few: that is a fault and no limit.
      if (points.length === 0) throw error;
      limit = String(error);
    }
    if (limit !== undefined) {
      stage.say(`${viewers} are too many: ${limit}`);
      break;
    }
  }
  return points;
}

/**
 * One lecturer's 720p camera and microphone, received over WebRTC by more and more seats of the room, until its worker or the machine is
 * full or they miss something. The receivers are one process on the same machine: real lines, keys and reports, and no decoding.
 */
export async function measureFanout(stage: BenchStage): Promise<Figure[]> {
  const clips = [await loadPicture('VP8'), await loadSound()];
  const lecture = await openLecture(stage);
  await ingest(stage, lecture, clips);
  const audience = new Audience(stage, lecture);
  const points = await fill(stage, stage.isShort ? SHORT : FULL, audience, await familyOf(lecture.pid));
  return [
    { name: 'fanout.receivers', value: points.at(-1)?.x ?? 0, unit: 'receivers', better: 'higher' },
    ...(points.length < 2
      ? []
      : [{ name: 'fanout.cpu-per-receiver', value: slope(points), unit: '% of a core', better: 'lower' as const }]),
  ];
}
