import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { placeMigratedDatabase } from './migrated-database.ts';
import { freeMediaPorts, freePort, freePortPair } from './ports.ts';

const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;

const DemoSignIns = z.array(
  z.object({ account: z.string(), password: z.string(), role: z.string(), name: z.string(), school: z.string() }),
);
const DemoSites = z.array(z.object({ classroom: z.string(), school: z.string(), code: z.string() }));
export type DemoSignIns = z.infer<typeof DemoSignIns>;

export type StackProcess = 'signaling' | 'sfu' | 'recorder-capture' | 'recorder-produce' | 'mediasoup-worker';
const COMMAND_LINES: Readonly<Record<StackProcess, string>> = {
  signaling: 'signaling/main.ts',
  sfu: 'sfu/main.ts',
  'recorder-capture': 'recorder/capture/main.ts',
  'recorder-produce': 'recorder/produce/main.ts',
  'mediasoup-worker': 'mediasoup-worker',
};

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  return lists.flatMap((list) =>
    list
      .split(' ')
      .filter((text) => text !== '')
      .map(Number),
  );
}

async function descendantsOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid);
  const deeper = await Promise.all(children.map(descendantsOf));
  return [...children, ...deeper.flat()];
}

async function newDataFolder(isEmbedded: boolean): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tongke-stack-'));
  if (isEmbedded) await placeMigratedDatabase(folder);
  return folder;
}

/** The whole of Tongke as `npm start` runs it: supervisor, private Redis, PGlite, a directory as object store, all processes. */
export class Stack {
  readonly dataFolder: string;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #output: string[];

  private constructor(port: number, dataFolder: string, child: ChildProcess, output: string[]) {
    this.port = port;
    this.dataFolder = dataFolder;
    this.#child = child;
    this.#output = output;
  }

  /**
   * @param env on top of the process's own; ports and the data folder are chosen here unless it names `PORT` and `DATA_DIR` (to start again).
   * @param args what stands behind `npm start --`
   */
  static async start(env: Readonly<Record<string, string>> = {}, args: readonly string[] = []): Promise<Stack> {
    const dataFolder = env['DATA_DIR'] ?? (await newDataFolder(env['DATABASE_URL'] === undefined));
    const isOnLan = args.includes('--lan');
    const port = Number(env['PORT'] ?? (isOnLan ? await freePortPair() : await freePort()));
    const rtcPort = await freeMediaPorts();
    const child = spawn(process.execPath, [resolve('setup/supervisor.ts'), ...args], {
      env: {
        ...process.env,
        PORT: String(port),
        RTC_PORT: String(rtcPort),
        ...(isOnLan ? {} : { RTC_ANNOUNCED_ADDRESS: '127.0.0.1' }),
        LOG_LEVEL: 'info',
        ...env,
        DATA_DIR: dataFolder,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    const stack = new Stack(port, dataFolder, child, output);
    child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => output.push(text));
    try {
      await stack.#untilReady();
    } catch (error) {
      await stack.stop();
      throw error;
    }
    return stack;
  }

  get output(): string {
    return this.#output.join('');
  }

  /** By which this machine reaches it without TLS. */
  get url(): string {
    return this.urlAt('localhost');
  }

  /** The same server under another address of this machine. */
  urlAt(address: string, scheme: 'http' | 'https' = 'http'): string {
    return `${scheme}://${address}:${this.port}`;
  }

  async demoSignIns(): Promise<DemoSignIns> {
    return DemoSignIns.parse(JSON.parse(await readFile(join(this.dataFolder, 'demo.json'), 'utf8')));
  }

  /** @throws Error when the demo district has no such account */
  async demoSignIn(account: string): Promise<DemoSignIns[number]> {
    const signIn = (await this.demoSignIns()).find((candidate) => candidate.account === account);
    if (signIn === undefined) throw new Error(`no demo sign-in ${account}`);
    return signIn;
  }

  /** The demo district's classrooms, each with the code for its screen. */
  async demoSites(): Promise<z.infer<typeof DemoSites>> {
    return DemoSites.parse(JSON.parse(await readFile(join(this.dataFolder, 'demo-sites.json'), 'utf8')));
  }

  /** Process ids of one kind, oldest first; empty while it is being restarted. */
  async pidsOf(name: StackProcess): Promise<number[]> {
    const pids: number[] = [];
    for (const pid of await descendantsOf(this.#child.pid ?? 0)) {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (line.includes(COMMAND_LINES[name]) && !line.startsWith('setpriv')) pids.push(pid);
    }
    return pids.toSorted((a, b) => a - b);
  }

  /** `kill -9` of all processes of this kind at once, as a fault: the supervisor or their parent has to heal it. */
  async kill(name: StackProcess): Promise<void> {
    const pids = await this.pidsOf(name);
    if (pids.length === 0) throw new Error(`no ${name} is running`);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  }

  /** Ends everything and removes the data folder. */
  async stop(options: { readonly keepData?: boolean } = {}): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((done) => this.#child.once('exit', done));
      this.#child.kill('SIGTERM');
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    }
    if (options.keepData !== true) await rm(this.dataFolder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #untilReady(): Promise<void> {
    await new Promise<void>((done, fail) => {
      const giveUp = (why: string): void => fail(new Error(`${why}:\n${this.output}`));
      const timer = setTimeout(() => giveUp('not ready in time'), READY_TIMEOUT_MS);
      const look = (): void => {
        if (!/^ready /m.test(this.output)) return;
        clearTimeout(timer);
        done();
      };
      this.#child.stdout?.on('data', look);
      this.#child.once('exit', (code) => {
        clearTimeout(timer);
        giveUp(`the supervisor ended with ${code}`);
      });
      look();
    });
  }
}
