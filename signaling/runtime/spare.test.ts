import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SPARE_ENVIRONMENT } from './spare.ts';

/** In which a Node starts, also on a busy machine. */
const START_MS = 15_000;

const started: { kill: () => void }[] = [];
afterEach(() => started.splice(0).forEach((process_) => process_.kill()));

/** A process that says `loaded` as a spare, `up` once it goes on, and what it is called then. */
function start(env: Readonly<Record<string, string>>, loadMs = 0) {
  const script = `
    import { untilWanted } from '${join(import.meta.dirname, 'spare.ts')}';
    const load = () => new Promise((done) => setTimeout(done, ${loadMs})).then(() => console.log('loaded'));
    await untilWanted(load);
    console.log('up', process.env.TONGKE_SPARE ?? 'no spare');
    setInterval(() => {}, 1_000);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  started.push(child);
  const said: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(...text.trim().split('\n')));
  return { child, said, exited: once(child, 'exit') };
}

const titleOf = (pid: number | undefined): string =>
  readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();

describe('a spare', () => {
  it('is loaded, says what it is, and goes on when it is wanted', async () => {
    const { child, said } = start(SPARE_ENVIRONMENT);
    await expect.poll(() => said, { timeout: START_MS }).toEqual(['loaded']);
    expect(titleOf(child.pid)).toBe('tongke spare');
    child.stdin.end('wanted\n');
    await expect.poll(() => said, { timeout: START_MS }).toEqual(['loaded', 'up no spare']);
    expect(titleOf(child.pid)).toContain(process.execPath);
  });

  it('goes on at once when it is wanted before everything is loaded', async () => {
    const { child, said } = start(SPARE_ENVIRONMENT, 60_000);
    child.stdin.end('wanted\n');
    await expect.poll(() => said, { timeout: START_MS }).toEqual(['up no spare']);
  });

  it('ends when it will never be wanted', async () => {
    const { child, said, exited } = start(SPARE_ENVIRONMENT, 60_000);
    child.stdin.end();
    expect(await exited).toEqual([0, null]);
    expect(said).toEqual([]);
  });

  it('is none without being told so', async () => {
    const { said } = start({ TONGKE_SPARE: '' });
    await expect.poll(() => said, { timeout: START_MS }).toEqual(['up no spare']);
  });
});
