/**
 * Runs Tongke on one host: a private Redis where none is configured, and one of each of our processes, each started
 * again at once when it dies. Ends them in order; and the kernel ends them when this process is killed.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvError } from '../signaling/runtime/env.ts';
import { tryLock } from './lock.mjs';
import { ensureLanCertificate } from './lan/local-authority.ts';
import { lanAddresses } from './lan/lan-addresses.ts';
import { announcement } from './supervisor/announcement.ts';
import { dataPaths, readConfig, type SupervisorConfig } from './supervisor/config.ts';
import { startPrivateRedis } from './supervisor/private-redis.ts';
import { type LanEnvironment, PROCESSES, processEnvironment } from './supervisor/process-list.ts';
import { Housekeeping } from './supervisor/housekeeping.ts';
import { freeMediaPorts, isPortFree, takenMediaPort } from './supervisor/ports.ts';
import { waitUntilReady } from './supervisor/readiness.ts';
import { loadSecrets } from './supervisor/secrets.ts';

/** One Ctrl-C arrives from the terminal, from npm and from `npm start`'s script: within this time they are one. */
const SAME_SIGNAL_MS = 1_000;

/** A first start lays down the database and the demo district; what takes longer than this deserves a word. */
const PATIENCE_MS = 15_000;

/** What the kernel ends with its parent is gone by then. */
const LEFTOVER_MS = 1_000;

/** Something about this host that keeps Tongke from starting; the message says what to do. */
class StartRefusal extends Error {}

async function main(): Promise<void> {
  const config = readConfig(process.env, process.argv.slice(2));
  const paths = dataPaths(config.dataFolder);
  await claimHost(config, paths.lock);
  const rtcPort = await claimMediaPorts(config);
  const housekeeping = new Housekeeping(paths.logs, () => shutdown.begin(1));
  const shutdown = new Shutdown(housekeeping);
  const stopping = shutdown.signal;
  const secrets = loadSecrets(paths.secrets);
  const lan = config.isOnLan ? await prepareLan(paths.authority) : undefined;
  const isSecure = lan !== undefined || config.tls !== undefined;
  const publicUrl = config.publicUrl ?? publicUrlOf(config, lan);
  const redisUrl = config.redisUrl ?? (await startRedis(housekeeping, paths.redis, secrets.redis, config));
  if (stopping.aborted) return;
  const env = processEnvironment({ config, secrets, redisUrl, rtcPort, publicUrl, lan });
  rmSync(paths.processes, { recursive: true, force: true });
  mkdirSync(paths.processes, { recursive: true });
  for (const entry of PROCESSES) {
    housekeeping.startProcess(entry, { ...env, INNER_TARGET_FILE: join(paths.processes, `${entry.name}.json`) });
  }
  const patience = setTimeout(() => {
    process.stdout.write(`still starting; what each process says is in ${paths.logs}\n`);
  }, PATIENCE_MS);
  const isReady = await waitUntilReady(config.port, isSecure, stopping);
  clearTimeout(patience);
  if (!isReady) return;
  const text = announcement({
    url: publicUrl,
    trustUrl: lan === undefined ? undefined : `http://${lan.address}:${config.port + 1}/trust`,
    demoFile: paths.demo,
    demoSitesFile: paths.demoSites,
    firstAdministratorFile: paths.firstAdministrator,
    isDemo: config.isDemo,
  });
  process.stdout.write(`${text}\n`);
}

/** Refuses a second Tongke on the same data, and ports that others use, before anything is started. */
async function claimHost(config: SupervisorConfig, lockFile: string): Promise<void> {
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 });
  if (!tryLock(lockFile)) {
    throw new StartRefusal(`Tongke already runs on ${config.dataFolder}: stop it, or set DATA_DIR to another folder.`);
  }
  const ports = config.isOnLan ? [config.port, config.port + 1] : [config.port];
  for (const port of ports) {
    if (await isPortFree(port)) continue;
    throw new StartRefusal(`Port ${port} is in use. Choose another one: PORT=${config.port + 10} npm start`);
  }
}

/**
 * The ports of media: without them the media server could never start, and no lesson would have picture or sound. Where nobody counts on
 * the usual ones others do as well.
 */
async function claimMediaPorts({ mediaPorts, areMediaPortsFixed }: SupervisorConfig): Promise<number> {
  const { first, count } = mediaPorts;
  if (first === 0) return 0;
  let taken = await takenMediaPort(mediaPorts);
  if (taken !== undefined) {
    // It may be what is left of a Tongke that was killed a moment ago.
    await sleep(LEFTOVER_MS);
    taken = await takenMediaPort(mediaPorts);
  }
  if (taken === undefined) return first;
  const free = await freeMediaPorts(mediaPorts);
  const wanted = `Media needs the ports ${first}–${first + count - 1} (UDP and TCP), and ${taken} is in use.`;
  if (areMediaPortsFixed || free === undefined) {
    throw new StartRefusal(`${wanted} Choose others: RTC_PORT=${free ?? first + 1_000} npm start`);
  }
  process.stdout.write(
    `${wanted} It goes over ${free}–${free + count - 1} this time; RTC_PORT chooses them for good.\n`,
  );
  return free;
}

function publicUrlOf(config: SupervisorConfig, lan: LanEnvironment | undefined): string {
  if (lan !== undefined) return `https://${lan.address}:${config.port}`;
  return `${config.tls === undefined ? 'http' : 'https'}://localhost:${config.port}`;
}

async function startRedis(housekeeping: Housekeeping, folder: string, password: string, config: SupervisorConfig) {
  const observer = housekeeping.observe('redis', { isQuiet: true });
  // With a database elsewhere, Redis keeps what was acknowledged while that is away: it must be on disk by then.
  const redis = await startPrivateRedis({ folder, password, isSynchronous: !config.hasOwnDatabase, ...observer });
  housekeeping.adopt(redis.process);
  return redis.url;
}

async function prepareLan(folder: string): Promise<LanEnvironment> {
  const addresses = lanAddresses();
  const [address] = addresses;
  if (address === undefined)
    throw new StartRefusal('This host has no address on a local network: connect it, or leave out --lan.');
  const names = [...addresses, '127.0.0.1', 'localhost', hostname(), `${hostname()}.local`];
  return { address, addresses, ...(await ensureLanCertificate(folder, names)) };
}

/** The end of everything: in order at the first signal, at once at the second. */
class Shutdown {
  readonly #housekeeping: Housekeeping;
  readonly #begun = new AbortController();
  #firstSignalAt = 0;

  constructor(housekeeping: Housekeeping) {
    this.#housekeeping = housekeeping;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#handleSignal());
  }

  get signal(): AbortSignal {
    return this.#begun.signal;
  }

  begin(exitCode: number): void {
    if (this.#begun.signal.aborted) return;
    this.#begun.abort();
    process.stdout.write('stopping …\n');
    this.#housekeeping.close().then(
      () => process.exit(exitCode),
      () => process.exit(1),
    );
  }

  #handleSignal(): void {
    const now = performance.now();
    if (!this.#begun.signal.aborted) {
      this.#firstSignalAt = now;
      this.begin(0);
    } else if (now - this.#firstSignalAt > SAME_SIGNAL_MS) {
      this.#housekeeping.killAll();
      process.exit(1);
    }
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof StartRefusal) && !(error instanceof EnvError)) throw error;
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = 1;
}
