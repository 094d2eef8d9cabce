import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from './command.mjs';
import { SetupFailure, optional, reportFailure, runSteps } from './step.mjs';

let folder = '';
const cacheBefore = process.env['TONGKE_CACHE_DIR'];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tongke-steps-'));
  process.env['TONGKE_CACHE_DIR'] = folder;
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  if (cacheBefore === undefined) delete process.env['TONGKE_CACHE_DIR'];
  else process.env['TONGKE_CACHE_DIR'] = cacheBefore;
  process.exitCode = 0;
});

/** A step over a switch: done once it ran. */
function switchStep(name: string, done = false, run: (log: (line: string) => void) => Promise<void> = async () => {}) {
  const state = { done };
  return {
    name,
    does: `does ${name}`,
    usually: '1 s',
    isDone: () => state.done,
    run: async (log: (line: string) => void) => {
      await run(log);
      state.done = true;
    },
  };
}

function textOf(stream: PassThrough): string {
  const bytes: unknown = stream.read();
  return bytes instanceof Buffer ? bytes.toString('utf8') : '';
}

describe('the step runner', () => {
  test('runs what is not done, in order, and skips the rest without a word', async () => {
    const output = new PassThrough();
    const ran = await runSteps([switchStep('one', true), switchStep('two'), switchStep('three', true)], output);
    expect(ran).toEqual(['two']);
    const text = textOf(output);
    expect(text).toContain('does two: 0 s of about 1 s');
    expect(text).toContain('✓ does two');
    expect(text).not.toContain('one');
  });

  test('says nothing at all when everything is done', async () => {
    const output = new PassThrough();
    expect(await runSteps([switchStep('one', true)], output)).toEqual([]);
    expect(textOf(output)).toBe('');
  });

  test('stops at a step that fails, and runs it again the next time', async () => {
    const output = new PassThrough();
    let attempts = 0;
    const step = switchStep('flaky', false, async () => {
      attempts += 1;
      if (attempts === 1) throw new SetupFailure('no network', 'plug the cable in');
    });
    const after = switchStep('after');
    await expect(runSteps([step, after], output)).rejects.toThrow('no network');
    expect(after.isDone()).toBe(false);
    expect(await runSteps([step, after], output)).toEqual(['flaky', 'after']);
  });

  test('refuses a step that ends without its result', async () => {
    const hollow = { ...switchStep('hollow'), run: async () => {} };
    await expect(runSteps([hollow], new PassThrough())).rejects.toThrow('left nothing behind');
  });

  test('lets two runs of the same step do it once', async () => {
    let runs = 0;
    const step = switchStep('shared', false, async () => {
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
    await Promise.all([runSteps([step], new PassThrough()), runSteps([step], new PassThrough())]);
    expect(runs).toBe(1);
  });
});

describe('an optional step', () => {
  test('that fails keeps nobody from going on, and is not tried again the same day', async () => {
    let tries = 0;
    const fails = optional(
      switchStep('browser', false, async () => {
        tries += 1;
        throw new SetupFailure('apt failed', 'none', ['Reading …', 'E: Unable to locate package', '']);
      }),
    );
    const after = switchStep('after');
    const output = new PassThrough();
    expect(await runSteps([fails, after], output)).toEqual(['browser', 'after']);
    expect(textOf(output)).toContain('does browser: left out today, and what needs it (E: Unable to locate package)');
    expect(await runSteps([fails, after], new PassThrough())).toEqual([]);
    expect(tries).toBe(1);
  });

  test('that brings nothing of what it is for says so', async () => {
    const hollow = optional({ ...switchStep('speech'), run: async () => {} });
    const output = new PassThrough();
    await runSteps([hollow], output);
    expect(textOf(output)).toContain('does speech: left out today, and what needs it (what it is for is not in');
  });

  test('is done like any other when it works', async () => {
    const works = optional(switchStep('browser'));
    expect(await runSteps([works], new PassThrough())).toEqual(['browser']);
    expect(await runSteps([works], new PassThrough())).toEqual([]);
  });
});

describe('a failed command', () => {
  test('is reported with the end of its output and the one thing to do', async () => {
    const step = switchStep('broken', false, (log) =>
      runCommand('sh', ['-c', 'echo first; echo last >&2; exit 3'], { log, remedy: 'sudo apt-get install -y thing' }),
    );
    const output = new PassThrough();
    const report = new PassThrough();
    await runSteps([step], output).catch((error: unknown) => reportFailure(error, report));
    const text = textOf(report);
    expect(text).toContain('| last');
    expect(text).toContain('ended with code 3');
    expect(text).toContain('→ sudo apt-get install -y thing');
    expect(process.exitCode).toBe(1);
  });

  test('that does not exist is a failure with a remedy too', async () => {
    const running = runCommand('/nowhere/at-all', [], { log: () => {}, remedy: 'install it' });
    await expect(running).rejects.toMatchObject({ name: 'SetupFailure', remedy: 'install it' });
  });
});
