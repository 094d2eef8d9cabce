import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../signaling/runtime/log.ts';
import { foregroundShare, parseCpuTimes, type CpuTimes } from './cpu-times.ts';
import { LiveGuard } from './live-guard.ts';

describe('the live guard', () => {
  let guard: LiveGuard | undefined;
  afterEach(() => guard?.close());

  /** A machine whose foreground share can be set, and a clock. */
  const machine = (share: number, hasLive: boolean) => {
    const state = { share, hasLive, nowMs: 0, log: [] as string[], told: [] as boolean[] };
    let foreground = 0;
    let total = 0;
    guard = new LiveGuard({
      pause: () => state.log.push('pause'),
      resume: () => state.log.push('resume'),
      hasLiveWork: async () => state.hasLive,
      onLiveWork: (hasLive) => state.told.push(hasLive),
      readCpu: async (): Promise<CpuTimes> => {
        foreground += state.share * 100;
        total += 100;
        return { foreground, total };
      },
      log: createLog('test', 'silent'),
      sampleMs: 1,
      nowMs: () => state.nowMs,
    });
    return state;
  };
  const until = async (is: () => boolean): Promise<void> => {
    while (!is()) await sleep(1);
  };

  it('freezes production while lessons are live and pressed, and lets it go on when they have air', async () => {
    const state = machine(0.95, true);
    await until(() => state.log.length === 1);
    state.share = 0.4;
    await until(() => state.log.length === 2);
    expect(state.log).toEqual(['pause', 'resume']);
  });

  it('lets it go on when no lesson is live any more, however busy the machine', async () => {
    const state = machine(0.95, true);
    await until(() => state.log.length === 1);
    state.hasLive = false;
    await until(() => state.log.length === 2);
    expect(state.log).toEqual(['pause', 'resume']);
  });

  it('leaves production alone on a busy machine without lessons, and on an idle one with them', async () => {
    const busy = machine(1, false);
    await sleep(30);
    expect(busy.log).toEqual([]);
    guard?.close();
    const idle = machine(0.2, true);
    await sleep(30);
    expect(idle.log).toEqual([]);
  });

  it('gives production its turn after ten minutes, for a minute at least', async () => {
    const state = machine(1, true);
    await until(() => state.log.length === 1);
    state.nowMs += 10 * 60_000;
    await until(() => state.log.length === 2);
    await sleep(30);
    expect(state.log).toEqual(['pause', 'resume']);
    state.nowMs += 60_000;
    await until(() => state.log.length === 3);
    expect(state.log).toEqual(['pause', 'resume', 'pause']);
  });

  it('tells once when lessons begin here and once when the last has ended, pressed or not', async () => {
    const state = machine(0.2, true);
    await until(() => state.told.length === 1);
    state.hasLive = false;
    await until(() => state.told.length === 2);
    expect(state.told).toEqual([true, false]);
    expect(state.log).toEqual([]);
  });

  it('lets everything run when it is closed', async () => {
    const state = machine(1, true);
    await until(() => state.log.length === 1);
    guard?.close();
    expect(state.log).toEqual(['pause', 'resume']);
  });
});

describe('CPU times', () => {
  it('count niced work apart', () => {
    const before = parseCpuTimes('cpu  100 50 20 1000 10 1 2 3 0 0\ncpu0 1 1 1 1 1 1 1 1\n');
    const after = parseCpuTimes('cpu  130 110 20 1010 10 1 2 3 0 0\n');
    if (before === undefined || after === undefined) throw new Error('not parsed');
    expect(foregroundShare(before, after)).toBeCloseTo(0.3);
    expect(parseCpuTimes('')).toBeUndefined();
  });
});
