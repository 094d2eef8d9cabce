import { execFile, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as z from 'zod';
import { mediaBaseUrl } from '../../../signaling/auth/media-signature.ts';
import { PersonId, RecordingId } from '../../../signaling/protocol/ids.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { freePort } from '../../support/stands/ports.ts';
import { until } from '../../support/stands/capture-stand.ts';
import type { BenchStage } from '../bench-stage.ts';
import { median, type Figure } from '../figure.ts';

const run = promisify(execFile);
/** Beside nginx serving the same files (DESIGN §8). */
const BUDGET_RATIO = 0.5;
/** Whoever watches a running lesson asks for its playlist once for each segment; of one that is over, once in all. */
const MIX = ['playlist', 'segment-2mb'] as const;
const MIX_CONNECTIONS = 12;
const SECRET = 'secret of a bench';
const RECORDING = RecordingId.parse('rec-bench');
const MIB = 1_048_576;
const OBJECTS = [
  { name: 'playlist', key: objectKeys.play(RECORDING, 'view-board.m3u8'), bytes: 6_000, connections: 32 },
  { name: 'segment-2mb', key: objectKeys.play(RECORDING, 'seg-2.m4s'), bytes: 2 * MIB, connections: 6 },
  { name: 'segment-4mb', key: objectKeys.play(RECORDING, 'seg-4.m4s'), bytes: 4 * MIB, connections: 6 },
] as const;

interface Plan {
  readonly seconds: number;
  readonly rounds: number;
}
const FULL: Plan = { seconds: 5, rounds: 5 };
const SHORT: Plan = { seconds: 2, rounds: 1 };

/** One worker, as ours is one process; what production says of files that are only sent. */
const nginxConf = (folder: string, root: string, port: number): string => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types;
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${root};
    etag on;
  }
}
`;

/** Both servers get the first core, what asks them the second: neither is held up by what measures it. */
const SERVER_CORE = '0';
const CLIENT_CORE = '1';

async function startNginx(stage: BenchStage, root: string): Promise<string> {
  const folder = join(stage.folder, 'nginx');
  await mkdir(folder);
  const port = await freePort();
  const conf = join(folder, 'nginx.conf');
  // As root nginx would give its worker to an account that may not read the files.
  const user = process.getuid?.() === 0 ? 'user root;\n' : '';
  await writeFile(conf, user + nginxConf(folder, root, port));
  const nginx = stage.keep(
    spawn('taskset', ['-c', SERVER_CORE, 'nginx', '-c', conf, '-p', folder, '-e', join(folder, 'error.log')], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
    async (child) => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  );
  const url = `http://127.0.0.1:${port}`;
  await until('nginx', async () => {
    if (nginx.exitCode !== null) throw new Error('nginx ended');
    return fetch(url).then(
      (answer) => answer.status > 0,
      () => false,
    );
  });
  return url;
}

async function startOurs(stage: BenchStage, objects: string): Promise<string> {
  const server = stage.keep(fork(join(import.meta.dirname, '../bare/media-server.ts'), [objects, SECRET]), (child) =>
    child.kill(),
  );
  const [address] = z.tuple([z.object({ port: z.int() })]).parse((await once(server, 'message')).slice(0, 1));
  await run('taskset', ['-a', '-cp', SERVER_CORE, String(server.pid)]);
  return `http://127.0.0.1:${address.port}`;
}

/** What each connection asks for, one after the other and from the start again; wrk runs Lua. */
const takingTurns = (paths: readonly string[]): string => `
local paths = { ${paths.map((path) => JSON.stringify(path)).join(', ')} }
local turn = 0
request = function()
  turn = turn % #paths + 1
  return wrk.format('GET', paths[turn])
end
`;

/** Requests a second, all of them answered by 200. */
async function load(url: string, connections: number, seconds: number, script?: string): Promise<number> {
  const wanted = script === undefined ? [] : ['-s', script];
  const args = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '10s', ...wanted, url];
  const { stdout } = await run('taskset', ['-c', CLIENT_CORE, 'wrk', ...args]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`not everything was answered: ${stdout}`);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  if (!(rate > 0)) throw new Error(`wrk said ${stdout}`);
  return rate;
}

/** Requests a second of the signed media route and of nginx, turn by turn, for the same files of the same directory. */
export async function measureMedia(stage: BenchStage): Promise<Figure[]> {
  const plan = stage.isShort ? SHORT : FULL;
  const folder = join(stage.folder, 'objects');
  const store = await DirectoryObjectStore.create(folder);
  for (const { key, bytes } of OBJECTS) await store.put(key, randomBytes(bytes));
  const nginx = await startNginx(stage, folder);
  const ours = await startOurs(stage, folder);
  const viewer = { kind: 'person', personId: PersonId.parse('viewer-bench'), recordingId: RECORDING } as const;
  const grant = { scope: 'watch', recording: RECORDING, expiresAtMs: Date.now() + 3_600_000, viewer } as const;
  const base = mediaBaseUrl(SECRET, grant);
  const pathOf = {
    nginx: (key: string) => `/${key}`,
    ours: (key: string) => `${base}/${key.replace(`/${RECORDING}/`, '/')}`,
  };
  const figures: Figure[] = [];
  const compare = async (name: string, measure: (side: 'nginx' | 'ours') => Promise<number>) => {
    const rates = { ours: [] as number[], nginx: [] as number[] };
    for (let round = 0; round < plan.rounds; round += 1) {
      rates.nginx.push(await measure('nginx'));
      rates.ours.push(await measure('ours'));
      await sleep(200);
    }
    const [value, baseline] = [median(rates.ours), median(rates.nginx)];
    stage.say(`${name}: ${value.toFixed(0)} a second, nginx ${baseline.toFixed(0)}`);
    const of = { name: `media.${name}`, better: 'higher' } as const;
    figures.push({ ...of, value: value / baseline, unit: '× nginx', budget: BUDGET_RATIO });
    figures.push({ ...of, name: `${of.name}.rate`, value, unit: 'requests/s', baseline });
  };
  const urls = { nginx, ours };
  for (const { name, key, connections } of OBJECTS) {
    await compare(name, (side) => load(urls[side] + pathOf[side](key), connections, plan.seconds));
  }
  const mixed = OBJECTS.filter(({ name }) => MIX.some((one) => one === name)).map(({ key }) => key);
  const scripts = { nginx: join(stage.folder, 'nginx.lua'), ours: join(stage.folder, 'ours.lua') };
  for (const side of ['nginx', 'ours'] as const) await writeFile(scripts[side], takingTurns(mixed.map(pathOf[side])));
  await compare('viewer', (side) => load(urls[side], MIX_CONNECTIONS, plan.seconds, scripts[side]));
  return figures;
}
