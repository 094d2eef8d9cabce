import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { minioPath, postgresBinFolder } from '../../../setup/paths.mjs';
import { newDatabase } from './new-database.ts';
import { freePort } from './ports.ts';
import { isRoot, ServiceProcess, unprivilegedUser } from './service-process.ts';

const run = promisify(execFile);
const GONE_WITHIN_MS = 10_000;
const POLL_MS = 10;

/** A real server with its own data; `kill` and `up` keep the data and the port. */
export interface Service {
  readonly port: number;
  readonly pid: number | undefined;
  /** As a crash. */
  kill(): Promise<void>;
  /** Orderly. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Ends it for good and removes its data. */
  stop(): Promise<void>;
}

interface MinioAccess {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface MinioService extends Service, MinioAccess {
  /** Where it keeps its objects. */
  readonly folder: string;
  /** By what our processes find a bucket of it. */
  environment(bucket: string): ReturnType<typeof bucketEnvironment>;
}

function bucketEnvironment({ endpoint, accessKeyId, secretAccessKey }: MinioAccess, bucket: string) {
  return {
    S3_ENDPOINT: endpoint,
    S3_REGION: 'us-east-1',
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  };
}

export interface UrlService extends Service {
  readonly url: string;
}

export async function startMinio(): Promise<MinioService> {
  const program = minioPath();
  if (!existsSync(program)) throw new Error('MinIO is not there: run `npm test` once, or set TONGKE_MINIO_BIN');
  const folder = await mkdtemp(join(tmpdir(), 'tongke-minio-'));
  const port = await freePort();
  const consolePort = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const accessKeyId = `user${randomBytes(8).toString('hex')}`;
  const secretAccessKey = randomBytes(24).toString('hex');
  const serve = ['--address', `127.0.0.1:${port}`, '--console-address', `127.0.0.1:${consolePort}`];
  const server = await ServiceProcess.start({
    program,
    args: ['server', '--quiet', ...serve, join(folder, 'data')],
    env: {
      MINIO_ROOT_USER: accessKeyId,
      MINIO_ROOT_PASSWORD: secretAccessKey,
      MINIO_BROWSER: 'off',
      HOME: folder,
    },
    logPath: join(folder, 'log'),
    stopSignal: 'SIGTERM',
    isReady: async () => {
      const answer = await fetch(`${endpoint}/minio/health/ready`).catch(() => undefined);
      await answer?.body?.cancel();
      return answer?.ok ?? false;
    },
  });
  const access = { endpoint, accessKeyId, secretAccessKey };
  const environment = (bucket: string) => bucketEnvironment(access, bucket);
  return { folder: join(folder, 'data'), ...access, environment, ...asService(server, port, folder) };
}

/** @param alsoAt further addresses of this machine to listen on. */
export async function startRedis(...alsoAt: readonly string[]): Promise<UrlService> {
  const folder = await mkdtemp(join(tmpdir(), 'tongke-redis-'));
  const port = await freePort();
  const persistence = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];
  const server = await ServiceProcess.start({
    program: 'redis-server',
    args: [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      ...alsoAt,
      '--protected-mode',
      'no',
      '--dir',
      folder,
      ...persistence,
    ],
    logPath: join(folder, 'log'),
    stopSignal: 'SIGTERM',
    isReady: () => answersPing(port),
  });
  return { url: `redis://127.0.0.1:${port}/0`, ...asService(server, port, folder) };
}

/** One cluster; tests make a database each with `createDatabase`. */
export interface PostgresService extends UrlService {
  /** URL of a new, empty database. */
  createDatabase(): Promise<string>;
}

export async function startPostgres(): Promise<PostgresService> {
  const programs = postgresBinFolder();
  if (programs === undefined)
    throw new Error('PostgreSQL is not there: run `npm test` once, or apt-get install postgresql');
  const folder = await mkdtemp(join(tmpdir(), 'tongke-postgres-'));
  const data = join(folder, 'data');
  const port = await freePort();
  // The server refuses to run as root.
  const user = isRoot() ? unprivilegedUser('postgres', 'nobody') : undefined;
  if (user !== undefined) await run('chown', [user, folder]);
  const asUser = user === undefined ? [] : ['--reuid', user, '--regid', user, '--init-groups'];
  const initdb = ['-D', data, '-U', 'tongke', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
  await run('setpriv', [...asUser, '--', join(programs, 'initdb'), ...initdb], { cwd: folder });
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off'];
  const login = ['-h', '127.0.0.1', '-p', String(port), '-U', 'tongke', '-d', 'postgres'];
  const asksOne = [...login, '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-c', 'select 1'];
  const server = await ServiceProcess.start({
    program: join(programs, 'postgres'),
    args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    ...(user === undefined ? {} : { user }),
    logPath: join(folder, 'log'),
    stopSignal: 'SIGINT',
    isReady: () => run(join(programs, 'psql'), asksOne).then(...asBoolean),
  });
  const url = `postgres://tongke@127.0.0.1:${port}/postgres`;
  return {
    url,
    ...asService(server, port, folder),
    kill: async () => {
      await server.kill();
      // Its backends outlive it by a moment, in which no successor may use their memory.
      await untilNobodyWorksIn(data);
    },
    createDatabase: () => newDatabase(url),
  };
}

async function untilNobodyWorksIn(folder: string): Promise<void> {
  for (const deadlineMs = Date.now() + GONE_WITHIN_MS; ; await sleep(POLL_MS)) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
    if (!folders.includes(folder)) return;
    if (Date.now() > deadlineMs) throw new Error(`somebody still works in ${folder}`);
  }
}

const asBoolean = [() => true, () => false] as const;

function asService(server: ServiceProcess, port: number, folder: string): Service {
  return {
    port,
    get pid() {
      return server.pid;
    },
    kill: () => server.kill(),
    down: () => server.down(),
    up: () => server.up(),
    stop: async () => {
      await server.down();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
  });
}
