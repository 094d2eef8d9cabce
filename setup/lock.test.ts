import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tryLock, withSetupLock } from './lock.mjs';

let folder = '';
let lockFile = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tongke-lock-'));
  lockFile = join(folder, 'setup.lock');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a lock held by a living process is not given twice', () => {
  expect(tryLock(lockFile)).toBe(true);
  expect(tryLock(lockFile)).toBe(false);
  expect(existsSync(lockFile)).toBe(true);
});

test('a lock whose holder was killed is taken over', async () => {
  const script = `import { tryLock } from '${join(import.meta.dirname, 'lock.mjs')}';
    tryLock(process.argv[1]); process.kill(process.pid, 'SIGKILL');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, lockFile], { stdio: 'ignore' });
  await once(child, 'exit');
  expect(readFileSync(lockFile, 'utf8')).toMatch(new RegExp(`^${child.pid} `));
  expect(await withSetupLock(new PassThrough(), async () => 'mine', lockFile)).toBe('mine');
});

test('a lock of another process that got the same id is taken over', async () => {
  writeFileSync(lockFile, `${process.pid} 1`);
  expect(await withSetupLock(new PassThrough(), async () => 'mine', lockFile)).toBe('mine');
  expect(existsSync(lockFile)).toBe(false);
});
