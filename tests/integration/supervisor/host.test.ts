import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RestClient } from '../../support/clients/rest-client.ts';
import { freePort } from '../../support/stands/ports.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const READY_TIMEOUT_MS = 60_000;
const BACK_TIMEOUT_MS = 20_000;
const GONE_TIMEOUT_MS = 20_000;

interface Host {
  readonly supervisor: ChildProcess;
  readonly output: () => string;
}

let folder = '';
let port = 0;
let host: Host;

/** Starts the supervisor as `npm start` does, on its own data and ports. */
function startHost(env: Readonly<Record<string, string>> = {}): Host {
  const supervisor = spawn(process.execPath, ['setup/supervisor.ts'], {
    cwd: REPOSITORY,
    env: { ...process.env, NODE_ENV: '', PORT: String(port), DATA_DIR: folder, RTC_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [supervisor.stdout, supervisor.stderr]) {
    stream?.on('data', (part: Buffer) => {
      text += part.toString('utf8');
    });
  }
  return { supervisor, output: () => text };
}

async function untilReady({ output }: Host): Promise<void> {
  await vi.waitFor(() => expect(output()).toContain(`ready http://localhost:${port}\n`), {
    timeout: READY_TIMEOUT_MS,
    interval: 50,
  });
}

interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function runningProcesses(): Running[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z') return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), parent: Number(parent), command }];
      } catch {
        return [];
      }
    });
}

/** Everything that a process started, and what that started. */
function descendantsOf(pid: number, all = runningProcesses()): Running[] {
  const children = all.filter(({ parent }) => parent === pid);
  return [...children, ...children.flatMap((child) => descendantsOf(child.pid, all))];
}

function childRunning(word: string): number | undefined {
  return descendantsOf(host.supervisor.pid ?? 0).find(({ command }) => command.includes(word))?.pid;
}

async function untilGone(processes: readonly Running[]): Promise<void> {
  await vi.waitFor(
    () => {
      const left = runningProcesses().filter(({ pid, command }) =>
        processes.some((one) => one.pid === pid && one.command === command),
      );
      expect(left).toEqual([]);
    },
    { timeout: GONE_TIMEOUT_MS, interval: 50 },
  );
}

async function isReady(): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  return answer?.status === 200;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tongke-host-'));
  port = await freePort();
  host = startHost();
  await untilReady(host);
});

afterAll(async () => {
  if (host.supervisor.exitCode === null && host.supervisor.signalCode === null) {
    const exited = once(host.supervisor, 'exit');
    host.supervisor.kill('SIGKILL');
    await exited;
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

describe('a host that was started with nothing configured', () => {
  test('serves the page and prints the demo sign-ins that it keeps to its owner', async () => {
    expect((await fetch(`http://127.0.0.1:${port}/`)).headers.get('content-type')).toContain('text/html');
    const file = join(folder, 'demo.json');
    const signIns: unknown = JSON.parse(readFileSync(file, 'utf8'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(Array.isArray(signIns) && signIns.length).toBeGreaterThan(3);
    const [{ account, password }] = signIns as [{ account: string; password: string }];
    await vi.waitFor(() => expect(host.output()).toMatch(new RegExp(`${account} +${password}`)));
  });

  test('lets in everybody whom it lists', async () => {
    const signIns = JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8')) as Record<string, string>[];
    const client = () => new RestClient(`http://127.0.0.1:${port}`);
    const outcomes = await Promise.all(
      signIns.map(async ({ account = '', password = '', name }) => {
        const me = await client().call('signIn', { body: { account, password } });
        return me.displayName === name;
      }),
    );
    expect(outcomes).toEqual(signIns.map(() => true));
  });

  test('takes the code of a classroom from whoever comes: the last screen is its screen', async () => {
    const first = new RestClient(`http://127.0.0.1:${port}`);
    const second = new RestClient(`http://127.0.0.1:${port}`);
    const { demoSites } = await first.call('systemInfo', {});
    expect(demoSites).toHaveLength(2);
    expect(statSync(join(folder, 'demo-sites.json')).mode & 0o777).toBe(0o600);
    for (const { code, classroom } of demoSites) {
      for (const screen of [first, second]) {
        expect(await screen.call('enrolSite', { body: { code } })).toMatchObject({ classroomName: classroom });
        expect((await screen.call('siteAgenda', {})).site.classroomName).toBe(classroom);
      }
      expect((await first.raw('siteAgenda')).code).toBe('signedOut');
    }
    expect((await first.raw('enrolSite', { body: { code: 'AAAA-AAAA' } })).code).toBe('enrolmentCodeInvalid');
  });

  test('says in its data folder where each process shows its health and figures, and on the public port to nobody', async () => {
    const names = ['recorder-capture', 'recorder-produce', 'sfu', 'signaling'];
    await vi.waitFor(
      () => expect(readdirSync(join(folder, 'processes')).toSorted()).toEqual(names.map((name) => `${name}.json`)),
      { timeout: BACK_TIMEOUT_MS },
    );
    for (const name of names) {
      const text = readFileSync(join(folder, 'processes', `${name}.json`), 'utf8');
      const [target] = JSON.parse(text) as { targets: [string]; labels: object }[];
      expect(target).toEqual({ targets: [expect.stringMatching(/^127\.0\.0\.1:\d+$/)], labels: { process: name } });
      const ask = (path: string) => fetch(`http://${target?.targets[0]}${path}`);
      expect((await ask('/healthz')).status).toBe(200);
      await vi.waitFor(async () => expect((await ask('/readyz')).status).toBe(200), { timeout: BACK_TIMEOUT_MS });
      expect(await (await ask('/metrics')).text()).toContain('# TYPE');
    }
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(404);
  });

  test('refuses a second start on the same data and names the way out', async () => {
    const second = startHost();
    const [code] = await once(second.supervisor, 'exit');
    expect(code).toBe(1);
    expect(second.output()).toContain('already runs');
    expect(second.output()).toContain('DATA_DIR');
  });

  test('refuses a port that is in use and names the way out', async () => {
    const other = mkdtempSync(join(tmpdir(), 'tongke-host-other-'));
    const second = startHost({ DATA_DIR: other });
    const [code] = await once(second.supervisor, 'exit');
    rmSync(other, { recursive: true, force: true });
    expect(code).toBe(1);
    expect(second.output()).toContain(`Port ${port} is in use`);
    expect(second.output()).toContain('PORT=');
  });

  test('refuses media ports that are in use before it starts anything, and names the way out', async () => {
    const other = mkdtempSync(join(tmpdir(), 'tongke-host-other-'));
    const socket = createSocket('udp4');
    socket.bind(0);
    await once(socket, 'listening');
    const rtcPort = String(socket.address().port);
    const second = startHost({ DATA_DIR: other, PORT: String(await freePort()), RTC_PORT: rtcPort });
    const [code] = await once(second.supervisor, 'exit');
    socket.close();
    expect(code).toBe(1);
    expect(second.output()).toContain(`${rtcPort}/udp is in use`);
    expect(second.output()).toMatch(/RTC_PORT=\d+ npm start/);
    expect(existsSync(join(other, 'redis'))).toBe(false);
    rmSync(other, { recursive: true, force: true });
  });

  test('takes the next media ports where nobody has chosen any, and says so', async () => {
    const other = mkdtempSync(join(tmpdir(), 'tongke-host-other-'));
    const socket = createSocket('udp4');
    // Whoever has the usual port already does as well.
    socket.on('error', () => undefined);
    socket.bind(44_000);
    const second = startHost({ DATA_DIR: other, PORT: String(await freePort()), RTC_PORT: '' });
    const exited = once(second.supervisor, 'exit');
    await vi.waitFor(() => expect(second.output()).toMatch(/44000\/udp is in use\. It goes over 44[1-9]00–/), {
      timeout: READY_TIMEOUT_MS,
    });
    second.supervisor.kill('SIGTERM');
    await exited;
    socket.close();
    rmSync(other, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  test.each(['sfu/main.ts', 'recorder/capture/main.ts'])('is not ready while no %s is there', async (word) => {
    process.kill(childRunning(word) ?? 0, 'SIGKILL');
    const isSoon = (expected: boolean) =>
      vi.waitFor(async () => expect(await isReady()).toBe(expected), { timeout: BACK_TIMEOUT_MS, interval: 20 });
    await isSoon(false);
    await isSoon(true);
  });

  test.each([
    'redis-server',
    'sfu/main.ts',
    'recorder/capture/main.ts',
    'recorder/produce/main.ts',
    'signaling/main.ts',
  ])('starts %s again at once when it is killed', async (word) => {
    const pid = childRunning(word) ?? 0;
    expect(pid).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(
      async () => {
        expect(childRunning(word)).toBeGreaterThan(0);
        expect(childRunning(word)).not.toBe(pid);
        expect(await isReady()).toBe(true);
      },
      { timeout: BACK_TIMEOUT_MS, interval: 50 },
    );
  });

  test('starts again on its data after its supervisor was killed, which leaves nothing behind', async () => {
    const processes = descendantsOf(host.supervisor.pid ?? 0);
    expect(processes.length).toBeGreaterThan(5);
    const exited = once(host.supervisor, 'exit');
    host.supervisor.kill('SIGKILL');
    await exited;
    await untilGone(processes);
    host = startHost();
    await untilReady(host);
  });

  test('ends in order when it is asked to, with nothing left', async () => {
    const processes = descendantsOf(host.supervisor.pid ?? 0);
    const exited = once(host.supervisor, 'exit');
    host.supervisor.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    await untilGone(processes);
    expect(host.output()).not.toContain('died');
    expect(existsSync(join(folder, 'logs', 'signaling.log'))).toBe(true);
  });
});
