import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { downloadWorker, mediasoupWorkerStep } from './mediasoup-worker.mjs';
import { mediasoupVersion, workerFolder, workerPath } from './paths.mjs';

let folder = '';
let archive: Buffer | undefined;
let asked: string[] = [];
const realWorker = workerPath();

const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  response.statusCode = archive === undefined ? 404 : 200;
  response.end(archive);
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tongke-worker-'));
  asked = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('TONGKE_CACHE_DIR', join(folder, 'cache'));
  vi.stubEnv('MEDIASOUP_WORKER_BIN', '');
  vi.stubEnv('MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL', `http://127.0.0.1:${port}`);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.close();
  await once(server, 'close');
  rmSync(folder, { recursive: true, force: true });
});

/** An archive as mediasoup publishes it: the worker alone, without a folder. */
function archiveOf(fill: (file: string) => void): Buffer {
  fill(join(folder, 'mediasoup-worker'));
  execFileSync('tar', ['-czf', 'worker.tgz', 'mediasoup-worker'], { cwd: folder });
  return readFileSync(join(folder, 'worker.tgz'));
}

test('an official worker that starts here is put in place, from the address that mediasoup itself uses', async () => {
  archive = archiveOf((file) => copyFileSync(realWorker, file));
  expect(await downloadWorker(() => {})).toBe(true);
  expect(asked[0]).toMatch(
    new RegExp(`^/${mediasoupVersion()}/mediasoup-worker-${mediasoupVersion()}-linux-(x64|arm64)-kernel\\d+\\.tgz$`),
  );
  expect(statSync(workerPath()).size).toBe(statSync(realWorker).size);
});

test('an official worker that does not start here is left alone, so that one is built', async () => {
  archive = archiveOf((file) => writeFileSync(file, '#!/bin/sh\necho no such library\nexit 127\n', { mode: 0o755 }));
  const lines: string[] = [];
  expect(await downloadWorker((line) => lines.push(line))).toBe(false);
  expect(lines.join('\n')).toContain('does not start on this host');
  expect(existsSync(workerFolder())).toBe(false);
});

test('no official worker is no failure', async () => {
  archive = undefined;
  expect(await downloadWorker(() => {})).toBe(false);
});

test('a cached worker whose libraries are not on this machine is not taken for one that is there', () => {
  mkdirSync(workerFolder(), { recursive: true });
  writeFileSync(workerPath(), '#!/bin/sh\necho no such library\nexit 127\n', { mode: 0o755 });
  expect(mediasoupWorkerStep().isDone()).toBe(false);
  copyFileSync(realWorker, workerPath());
  expect(mediasoupWorkerStep().isDone()).toBe(true);
});
