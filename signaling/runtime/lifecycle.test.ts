import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';

/** Runs a small process that uses the lifecycle for real and collects what it prints and how it ends. */
async function runProcess(body: string, act: (line: string, child: ReturnType<typeof spawn>) => void) {
  const script = `
    import { createLifecycle } from ${JSON.stringify(new URL('lifecycle.ts', import.meta.url).href)};
    import { createLog } from ${JSON.stringify(new URL('log.ts', import.meta.url).href)};
    const say = (line) => process.stdout.write(line + '\\n');
    const lifecycle = createLifecycle(createLog('test', 'silent'));
    const keepAlive = setInterval(() => undefined, 1000);
    ${body}
    say('up');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    act(line, child);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { lines, code };
}

describe('createLifecycle()', () => {
  it('is not ready at once on SIGTERM and runs closers in reverse order, past one that fails and one that hangs', async () => {
    const { lines, code } = await runProcess(
      `lifecycle.onStop('first', () => say('first'));
       lifecycle.onStop('hangs', () => new Promise(() => undefined), 30);
       lifecycle.onStop('fails', () => { throw new Error('no'); });
       lifecycle.onStop('last', () => say('last ready=' + lifecycle.isReady()));
       lifecycle.setReady(true);`,
      (line, child) => line === 'up' && child.kill('SIGTERM'),
    );
    expect(lines).toEqual(['up', 'last ready=false', 'first']);
    expect(code).toBe(0);
  });

  it('ends at once on a second signal', async () => {
    const { lines, code } = await runProcess(
      `lifecycle.onStop('never', () => say('never'));
       lifecycle.onStop('hangs', () => { say('closing'); return new Promise(() => undefined); }, 60_000);`,
      (line, child) => (line === 'up' || line === 'closing') && child.kill('SIGINT'),
    );
    expect(lines).toEqual(['up', 'closing']);
    expect(code).toBe(1);
  });

  it('takes an unhandled rejection through the same path and ends with 1', async () => {
    const { lines, code } = await runProcess(
      `lifecycle.onStop('store', () => say('closed store'));
       setTimeout(() => { void Promise.reject(new Error('forgotten')); }, 10);`,
      () => undefined,
    );
    expect(lines).toEqual(['up', 'closed store']);
    expect(code).toBe(1);
  });
});
