import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { BareAnswer, BareOrder } from '../bare/bare-sfu.ts';
import { loadPicture, loadSound } from '../bench-media.ts';
import type { BenchStage } from '../bench-stage.ts';
import { median, type Figure } from '../figure.ts';
import { addViewers, ingest, openOurs, type Forwarder } from '../forwarders.ts';
import { cpuSecondsOfAll, familyOf } from '../process-usage.ts';

const BUDGET_RATIO = 1.05;
const Address = z.object({ rtpPort: z.int(), rtcpPort: z.int() });

interface Plan {
  /** How many copies of the one camera and microphone go out: viewers of a lesson. */
  readonly viewers: readonly number[];
  readonly settleMs: number;
  readonly windows: number;
  readonly windowMs: number;
}

const FULL: Plan = { viewers: [30, 120], settleMs: 5_000, windows: 7, windowMs: 8_000 };
const SHORT: Plan = { viewers: [2, 4], settleMs: 500, windows: 1, windowMs: 2_000 };

function openBare(stage: BenchStage): Forwarder {
  const child: ChildProcess = fork(join(import.meta.dirname, '../bare/bare-sfu.ts'));
  stage.keep(child, async (opened) => {
    const ended = once(opened, 'exit');
    opened.disconnect();
    await ended;
  });
  // One order at a time: the next answer is the answer to it.
  let answered = Promise.withResolvers<BareAnswer>();
  child.on('message', (answer) => answered.resolve(Address.parse(answer)));
  child.on('exit', () => answered.reject(new Error('the bare sfu is gone')));
  const ask = async (order: BareOrder): Promise<BareAnswer> => {
    answered = Promise.withResolvers();
    child.send(order);
    return answered.promise;
  };
  return {
    pid: child.pid ?? 0,
    ingest: async (kind, rtpParameters) => ask({ do: 'ingest', kind, rtpParameters }),
    copy: async (producer, to) => void (await ask({ do: 'copy', producer, ...to })),
  };
}

interface Usage {
  readonly ours: number;
  readonly bare: number;
  /** Of ours, what is not the workers'. */
  readonly node: number;
}

/** Both sides in the same windows of time; CPU in percent of a core, median over the windows. */
async function compare(plan: Plan, read: () => Promise<Usage>): Promise<Usage & { readonly ratio: number }> {
  const windows: Usage[] = [];
  while (windows.length < plan.windows) {
    const [before, startedMs] = [await read(), performance.now()];
    await sleep(plan.windowMs);
    const after = await read();
    const percent = 100_000 / (performance.now() - startedMs);
    windows.push({
      ours: (after.ours - before.ours) * percent,
      bare: (after.bare - before.bare) * percent,
      node: (after.node - before.node) * percent,
    });
  }
  return {
    ours: median(windows.map(({ ours }) => ours)),
    bare: median(windows.map(({ bare }) => bare)),
    node: median(windows.map(({ node }) => node)),
    ratio: median(windows.map(({ ours, bare }) => ours / bare)),
  };
}

function figuresOf(viewers: number, used: Usage & { readonly ratio: number }, isLargest: boolean): Figure[] {
  const lower = 'lower' as const;
  // What the process costs for being there is the same for one viewer and for thousands; beside a few of them it looks large.
  const budget = isLargest ? { budget: BUDGET_RATIO } : {};
  return [
    { name: `sfu.${viewers}-viewers.on-bare`, value: used.ratio, unit: '×', better: lower, ...budget },
    { name: `sfu.${viewers}-viewers.cpu`, value: used.ours, unit: '% of a core', better: lower, baseline: used.bare },
    { name: `sfu.${viewers}-viewers.own-process`, value: used.node, unit: '% of a core', better: lower },
  ];
}

/** CPU of the sfu process and its workers beside that of a bare mediasoup which forwards the same streams at the same time. */
export async function measureSfu(stage: BenchStage): Promise<Figure[]> {
  const plan = stage.isShort ? SHORT : FULL;
  const clips = [await loadPicture('VP8'), await loadSound()];
  const sides = { ours: await openOurs(stage), bare: openBare(stage) };
  await ingest(stage, sides.ours, clips);
  await ingest(stage, sides.bare, clips);
  const families = { ours: await familyOf(sides.ours.pid), bare: await familyOf(sides.bare.pid) };
  const read = async (): Promise<Usage> => ({
    ours: await cpuSecondsOfAll(families.ours),
    bare: await cpuSecondsOfAll(families.bare),
    node: await cpuSecondsOfAll([sides.ours.pid]),
  });
  const figures: Figure[] = [];
  let inside = 0;
  for (const viewers of plan.viewers) {
    for (const side of [sides.ours, sides.bare]) await addViewers(stage, side, clips.length, viewers - inside);
    inside = viewers;
    await sleep(plan.settleMs);
    const used = await compare(plan, read);
    stage.say(`${viewers} viewers: ${used.ours.toFixed(2)} % of a core, bare ${used.bare.toFixed(2)} %`);
    figures.push(...figuresOf(viewers, used, viewers === plan.viewers.at(-1)));
  }
  return figures;
}
