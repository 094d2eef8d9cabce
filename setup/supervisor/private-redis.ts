import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './ports.ts';
import { SupervisedProcess } from './supervised-process.ts';

const POLL_MS = 20;
const ANSWER_TIMEOUT_MS = 2_000;
const READY_TIMEOUT_MS = 30_000;

export interface PrivateRedisOptions {
  /** Folder of the append-only file. */
  readonly folder: string;
  readonly password: string;
  /** Whether each write is on disk before it is acknowledged; else within a second. */
  readonly isSynchronous: boolean;
  readonly onLine: (line: string) => void;
  readonly onDeath?: (how: { readonly cause: string; readonly restartInMs: number }) => void;
}

/** A redis-server of our own on a free port of the loopback, for as long as we live. */
export interface PrivateRedis {
  readonly process: SupervisedProcess;
  /** With the password: for the processes' environment, never for a log. */
  readonly url: string;
}

/** Starts Redis and waits until it answers. */
export async function startPrivateRedis(options: PrivateRedisOptions): Promise<PrivateRedis> {
  const { folder, password } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const port = await freePort();
  const configFile = join(folder, 'redis.conf');
  writeFileSync(configFile, redisConfig({ ...options, port }), { mode: 0o600 });
  const server = new SupervisedProcess({
    name: 'redis',
    command: 'redis-server',
    args: [configFile],
    env: process.env,
    onLine: options.onLine,
    ...(options.onDeath === undefined ? {} : { onDeath: options.onDeath }),
  });
  server.start();
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await answers(port, password))) {
    if (Date.now() > deadline) {
      await server.stop();
      throw new Error('redis-server did not answer in time');
    }
    await sleep(POLL_MS);
  }
  return { process: server, url: `redis://:${password}@127.0.0.1:${port}` };
}

/** In a file, because a command line is there for every user of the host to read. */
function redisConfig({ folder, password, port, isSynchronous }: PrivateRedisOptions & { port: number }): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `requirepass ${password}`,
    `dir ${JSON.stringify(folder)}`,
    'appendonly yes',
    `appendfsync ${isSynchronous ? 'always' : 'everysec'}`,
    'save ""',
    // Queues must never lose a job to make room for another.
    'maxmemory-policy noeviction',
    'daemonize no',
    'loglevel warning',
    '',
  ].join('\n');
}

/** Whether Redis answers a PING, which it does only once the append-only file is loaded. */
async function answers(port: number, password: string): Promise<boolean> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
  socket.setEncoding('utf8');
  socket.write(`AUTH ${password}\r\nPING\r\n`);
  let reply = '';
  try {
    for await (const part of socket) {
      reply += String(part);
      if (reply.includes('+PONG')) return true;
      if (reply.includes('-')) return false;
    }
  } catch {
    // Nobody listens there yet.
  } finally {
    socket.destroy();
  }
  return false;
}
