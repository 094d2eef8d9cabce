import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../signaling/runtime/log.ts';
import type { FfmpegJob } from './job.ts';
import { probeMedia } from './probe.ts';
import { ProgressReader, type FfmpegProgress } from './progress.ts';
import { FfmpegRunner } from './run.ts';

const log = createLog('test', 'silent');

describe('the ffmpeg runner', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tongke-ffmpeg-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** `realTime` makes it last as long as its media. */
  const job = (seconds: number, target: string, realTime = false): FfmpegJob => ({
    inputs: [{ options: [...(realTime ? ['-re'] : []), '-f', 'lavfi'], source: `testsrc=s=64x64:r=25:d=${seconds}` }],
    outputs: [{ options: ['-c:v', 'libx264', '-preset', 'ultrafast'], target }],
  });
  const isAlive = async (pid: number): Promise<boolean> => {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    return text !== '' && !/\) Z /.test(text);
  };
  const until = async (is: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await is())) await sleep(5);
  };

  it('makes a file whose name has spaces and quotes, behind others, and tells how far it is', async () => {
    const target = join(folder, "it's a [file], really.mp4");
    const seen: FfmpegProgress[] = [];
    const runner = new FfmpegRunner({ log, niceness: 10 });
    const niceness: number[] = [];
    const running = runner.run(job(2, target), { label: 'test', onProgress: (progress) => seen.push(progress) });
    await until(async () => {
      const [pid] = runner.runningPids;
      if (pid === undefined) return niceness.length > 0 || (await stat(target).catch(() => undefined)) !== undefined;
      const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // Field 19 is the niceness; the name in field 2 may be that of a program that leads in.
      const nice = Number(text.slice(text.lastIndexOf(')')).split(' ')[17]);
      if (text.includes('(ffmpeg)')) niceness.push(nice);
      return niceness.length > 0;
    });
    await running;
    expect((await probeMedia(target)).durationUs).toBe(2_000_000);
    expect(seen.at(-1)?.frame).toBe(50);
    expect(new Set(niceness)).toEqual(new Set([10]));
    expect(runner.runningPids).toEqual([]);
  });

  it('fails with what ffmpeg said', async () => {
    const runner = new FfmpegRunner({ log, niceness: 0 });
    const failing = runner.run(
      {
        inputs: [{ options: [], source: join(folder, 'none.mp4') }],
        outputs: [{ options: [], target: join(folder, 'x.mp4') }],
      },
      { label: 'a cut' },
    );
    await expect(failing).rejects.toMatchObject({ code: 'internal', message: 'ffmpeg failed: a cut' });
    await expect(failing).rejects.toHaveProperty('cause.message', expect.stringContaining('No such file or directory'));
  });

  it('stops at once and for good when it is aborted, also while it is frozen', async () => {
    for (const isFrozen of [false, true]) {
      const runner = new FfmpegRunner({ log, niceness: 0 });
      const abort = new AbortController();
      let frames = 0;
      const running = runner.run(job(60, join(folder, 'long.mp4'), true), {
        label: 'long',
        signal: abort.signal,
        onProgress: (progress) => {
          frames = progress.frame;
        },
      });
      const ended = expect(running).rejects.toBe('no more');
      await until(() => frames > 0);
      const [pid] = runner.runningPids;
      if (pid === undefined) throw new Error('it does not run');
      if (isFrozen) runner.pause();
      abort.abort('no more');
      await ended;
      await until(async () => !(await isAlive(pid)));
      expect(runner.runningPids).toEqual([]);
    }
  });

  it('kills what makes no progress', async () => {
    const runner = new FfmpegRunner({ log, niceness: 0, watchdogMs: 500 });
    // A source that never gives a frame.
    const stuck: FfmpegJob = {
      inputs: [{ options: ['-f', 'lavfi'], source: 'testsrc=s=64x64,select=0' }],
      outputs: [{ options: ['-f', 'null'], target: join(folder, 'none') }],
    };
    await expect(runner.run(stuck, { label: 'stuck' })).rejects.toThrow('ffmpeg stalled: stuck');
  });

  it('is not taken for stuck while it is frozen, and goes on afterwards', async () => {
    const runner = new FfmpegRunner({ log, niceness: 0, watchdogMs: 700 });
    const target = join(folder, 'frozen.mp4');
    let frames = 0;
    const running = runner.run(job(3, target, true), {
      label: 'frozen',
      onProgress: (progress) => {
        frames = progress.frame;
      },
    });
    await until(() => frames > 0);
    const [pid] = runner.runningPids;
    runner.pause();
    await until(async () => /\) T /.test(await readFile(`/proc/${pid}/stat`, 'utf8')));
    await sleep(1_500);
    runner.resume();
    await running;
    expect((await probeMedia(target)).durationUs).toBe(3_000_000);
  });
});

describe('progress', () => {
  it('is read in whatever pieces it comes', () => {
    const reports: FfmpegProgress[] = [];
    const reader = new ProgressReader((progress) => reports.push(progress));
    const text =
      'frame=10\ntotal_size=N/A\nout_time_us=N/A\nspeed=N/A\nprogress=continue\nframe=20\nout_time_us=800000\ntotal_size=99\nspeed=1.5x\nprogress=end\n';
    for (const character of text) reader.push(character);
    expect(reports).toEqual([
      { frame: 10, totalBytes: 0, outTimeUs: 0, speed: undefined },
      { frame: 20, totalBytes: 99, outTimeUs: 800_000, speed: 1.5 },
    ]);
  });
});
