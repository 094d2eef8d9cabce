import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SupervisedProcess, type ProcessOptions } from './supervised-process.ts';

const PROMPT_MS = 3_000;

let folder = '';
const started: SupervisedProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tongke-supervised-'));
});

afterEach(async () => {
  for (const one of started.splice(0)) {
    one.kill();
    await one.stop();
  }
  rmSync(folder, { recursive: true, force: true });
});

/** A supervised shell script, with what it wrote and how it died. */
function supervise(script: string, options: Partial<ProcessOptions> = {}) {
  const lines: string[] = [];
  const deaths: { cause: string; restartInMs: number }[] = [];
  const one = new SupervisedProcess({
    name: 'script',
    command: 'sh',
    args: ['-c', script],
    env: { PATH: process.env['PATH'], FOLDER: folder },
    onLine: (line) => lines.push(line),
    onDeath: (how) => deaths.push(how),
    ...options,
  });
  started.push(one);
  one.start();
  return { one, lines, deaths };
}

/** The second word of a line. */
const pidOf = (line: string | undefined): number => Number(line?.split(' ')[1]);

function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  // A zombie is dead; its parent has not looked yet.
  return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'));
}

async function until(condition: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(condition()).toBe(true), { timeout: PROMPT_MS, interval: 5 });
}

describe('a supervised process', () => {
  test('that is killed is started again at once', async () => {
    const { one, lines, deaths } = supervise('echo up; exec sleep 60');
    await until(() => lines.length === 1);
    const pid = one.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    await until(() => lines.length === 2);
    expect(one.pid).not.toBe(pid);
    expect(deaths).toEqual([{ cause: 'SIGKILL', restartInMs: 0 }]);
  });

  test('that keeps dying young is given more and more time', async () => {
    const { deaths } = supervise('exit 7');
    await until(() => deaths.length >= 4);
    expect(deaths.slice(0, 4).map(({ restartInMs }) => restartInMs)).toEqual([0, 0, 250, 500]);
    expect(deaths[0]?.cause).toBe('code 7');
  });

  test('that refuses its configuration is not started again', async () => {
    const onRefusal = vi.fn<() => void>();
    const { one, lines, deaths } = supervise('echo no such port; exit 78', { onRefusal });
    await until(() => onRefusal.mock.calls.length === 1);
    expect(lines).toEqual(['no such port']);
    expect(deaths).toEqual([]);
    expect(one.pid).toBeUndefined();
  });

  test('is asked to stop, ends in its own time and stays down', async () => {
    const { one, lines, deaths } = supervise('trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done');
    await until(() => lines.includes('up'));
    await one.stop();
    await one.stop();
    expect(lines).toContain('bye');
    expect(deaths).toEqual([]);
  });

  test('that ignores the request is killed with what it started', async () => {
    const script = 'trap "" TERM; sleep 61 & echo $!; while :; do sleep 0.05; done';
    const { one, lines } = supervise(script, { stopTimeoutMs: 100 });
    await until(() => lines.length === 1);
    const grandchild = Number(lines[0]);
    expect(isAlive(grandchild)).toBe(true);
    await one.stop();
    await until(() => !isAlive(grandchild));
  });

  test('runs with the niceness it was given', async () => {
    const { lines } = supervise('nice; exec sleep 60', { nice: 7 });
    await until(() => lines.length === 1);
    expect(lines).toEqual(['7']);
  });

  test('is replaced by a spare that was ready, and that by the next one', async () => {
    const script = '[ -n "$TONGKE_SPARE" ] && { echo spare $$; read -r word || exit; }; echo up $$; exec sleep 60';
    const { one, lines } = supervise(script, { hasSpare: true, spareAfterMs: 50 });
    const pids = (word: string) => lines.filter((line) => line.startsWith(word)).map((line) => pidOf(line));
    await until(() => lines.length === 2);
    const [spare] = pids('spare');
    expect(one.pid).toBe(pids('up')[0]);
    process.kill(one.pid ?? 0, 'SIGKILL');
    await until(() => lines.length === 4);
    expect(one.pid).toBe(spare);
    expect(pids('up')[1]).toBe(spare);
    const next = pids('spare')[1] ?? 0;
    expect(isAlive(next)).toBe(true);
    await one.stop();
    await until(() => !isAlive(next) && !isAlive(spare ?? 0));
  });

  test('gets another spare for one that died', async () => {
    const { one, lines } = supervise('[ -n "$TONGKE_SPARE" ] && echo spare $$; exec sleep 60', {
      hasSpare: true,
      spareAfterMs: 50,
    });
    await until(() => lines.length === 1);
    process.kill(pidOf(lines[0]), 'SIGKILL');
    await until(() => lines.length === 2);
    expect(one.pid).toBeDefined();
    expect(isAlive(pidOf(lines[1]))).toBe(true);
  });

  test('dies with its supervisor, even when that is killed', async () => {
    const supervisor = spawn(
      process.execPath,
      [
        '--input-type=module-typescript',
        '-e',
        `import { SupervisedProcess } from '${join(import.meta.dirname, 'supervised-process.ts')}';
         const one = new SupervisedProcess({ name: 'x', command: 'sleep', args: ['62'], env: process.env, onLine: () => {} });
         one.start(); console.log(one.pid); setInterval(() => {}, 1000);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(createInterface(supervisor.stdout), 'line')) as [string];
    const pid = Number(line);
    await until(() => isAlive(pid));
    supervisor.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });
});
