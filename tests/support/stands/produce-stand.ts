import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './ports.ts';
import { ServiceProcess } from './service-process.ts';

const POLL_MS = 25;

/** Real recorder-produce processes that share one data folder and one Redis. */
export class ProduceStand {
  readonly dataDir: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #processes: ServiceProcess[] = [];

  static async create(redisUrl: string, env: Readonly<Record<string, string>> = {}): Promise<ProduceStand> {
    return new ProduceStand(await mkdtemp(join(tmpdir(), 'tongke-produce-')), { REDIS_URL: redisUrl, ...env });
  }

  private constructor(dataDir: string, env: Readonly<Record<string, string>>) {
    this.dataDir = dataDir;
    this.#env = env;
  }

  get workFolder(): string {
    return join(this.dataDir, 'produce');
  }

  /** Folders of attempts at speech recognition. */
  captionAttempts(): Promise<readonly string[]> {
    return readdir(join(this.dataDir, 'captions'));
  }

  async startProcess(env: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
    const port = await freePort();
    const service = await ServiceProcess.start({
      program: process.execPath,
      args: [resolve('recorder/produce/main.ts')],
      env: {
        INNER_PORT: String(port),
        TONGKE_INNER_SECRET: 'a secret of a test',
        DATA_DIR: this.dataDir,
        NODE_ENV: 'test',
        PRODUCE_YIELDS: '0',
        PRODUCE_NICENESS: '10',
        ...this.#env,
        ...env,
      },
      logPath: join(this.dataDir, `log-${port}`),
      stopSignal: 'SIGTERM',
      isReady: async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
        await answer?.body?.cancel();
        return answer?.ok ?? false;
      },
    });
    this.#processes.push(service);
    return service;
  }

  /** Ids of all encoders that work in this stand's folder, whoever started them or, if named, of one process. */
  async encoderPids(parentPid?: number): Promise<readonly number[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const found = await Promise.all(
      pids.map(async (pid) => {
        const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
        if (!commandLine.includes('ffmpeg') || !commandLine.includes(this.workFolder)) return [];
        const status = parentPid === undefined ? '' : await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
        return parentPid === undefined || status.includes(`\nPPid:\t${parentPid}\n`) ? [Number(pid)] : [];
      }),
    );
    return found.flat();
  }

  /** Ends in order what still runs; more can be started afterwards. */
  async down(): Promise<void> {
    await Promise.all(this.#processes.splice(0).map((service) => service.down()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((service) => service.kill()));
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** Waits until a question has an answer. */
export async function waitFor<T>(ask: () => Promise<T | undefined> | T | undefined, limitMs: number): Promise<T> {
  const deadlineMs = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadlineMs) throw new Error('what was waited for did not happen');
    await sleep(POLL_MS);
  }
}
