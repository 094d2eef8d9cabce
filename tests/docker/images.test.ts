import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cacheRoot, distribution } from '../../setup/paths.mjs';
import { PROCESSES } from '../../setup/supervisor/process-list.ts';
import { freePort } from '../support/stands/ports.ts';
import {
  type MinioService,
  type PostgresService,
  startMinio,
  startPostgres,
  startRedis,
  type UrlService,
} from '../support/stands/services.ts';
import { interpolate, readComposeServices, REPOSITORY } from './compose-file.ts';
import { DockerDaemon } from './docker-daemon.ts';
import { WorkerMirror } from './worker-mirror.ts';

const BASE_IMAGE = 'tongke-base:bookworm';
const READY_TIMEOUT_MS = 60_000;
const STOP_SECONDS = 20;

/** Names of this run's containers, so that an earlier run's leftovers are never taken for them. */
const prefix = `tongke-test-${randomBytes(4).toString('hex')}`;
const imageOf = (name: string): string => `tongke/${name}:test`;
const containerOf = (name: string): string => `${prefix}-${name}`;

let docker: DockerDaemon;
let minio: MinioService;
let postgres: PostgresService;
let redis: UrlService;
let page = '';

beforeAll(async () => {
  docker = await DockerDaemon.create({ dataRoot: join(cacheRoot(), 'docker') });
  await docker.importBase(BASE_IMAGE, 'bookworm');
  // A worker that this host has for the same distribution is offered as a mirror would; else the image builds its own.
  const mirror = distribution() === 'debian12' ? await WorkerMirror.create() : undefined;
  const file = join(REPOSITORY, 'docker', 'Dockerfile');
  const args = [`BASE_IMAGE=${BASE_IMAGE}`];
  if (mirror !== undefined) args.push(`MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL=${mirror.url}`);
  const options = ['--network', 'host', ...args.flatMap((arg) => ['--build-arg', arg])];
  try {
    for (const { name } of PROCESSES) {
      const target = ['--target', name, '-t', imageOf(name)];
      await docker.run(['build', '-f', file, ...target, ...options, REPOSITORY], { isShown: true });
    }
  } finally {
    mirror?.close();
  }
  [minio, postgres, redis] = await Promise.all([startMinio(), startPostgres(), startRedis()]);
  const port = await freePort();
  page = `http://127.0.0.1:${port}`;
  const environments = await composeEnvironments(port);
  for (const [name, environment] of Object.entries(environments)) await startContainer(name, environment);
});

afterAll(async () => {
  const containers = await docker?.run(['ps', '-aq', '--filter', `name=${prefix}`]);
  if (containers) await docker.run(['rm', '-f', '-v', ...containers.split('\n')]);
  await docker?.close();
  await Promise.all([minio?.stop(), postgres?.stop(), redis?.stop()]);
});

/** What the compose file gives each of our processes, with the addresses of this test's stores. */
async function composeEnvironments(port: number): Promise<Record<string, Record<string, string>>> {
  const secret = (): string => randomBytes(32).toString('hex');
  const variables = {
    DOMAIN: 'school.example',
    RTC_ANNOUNCED_ADDRESS: '127.0.0.1',
    RTC_PORT: '0',
    TONGKE_INNER_SECRET: secret(),
    TONGKE_SESSION_SECRET: secret(),
    TONGKE_MEDIA_SECRET: secret(),
    TURN_SECRET: secret(),
    POSTGRES_PASSWORD: secret(),
    REDIS_PASSWORD: secret(),
    S3_ACCESS_KEY_ID: minio.accessKeyId,
    S3_SECRET_ACCESS_KEY: minio.secretAccessKey,
  };
  const services = readComposeServices();
  const addresses: Record<string, string> = {
    PORT: String(port),
    DATABASE_URL: await postgres.createDatabase(),
    REDIS_URL: redis.url,
    S3_ENDPOINT: minio.endpoint,
  };
  const environments: Record<string, Record<string, string>> = {};
  for (const { name } of PROCESSES) {
    const given = Object.entries(services[name]?.environment ?? {});
    const filled = given.map(([key, value]) => [key, addresses[key] ?? interpolate(value, variables)] as const);
    environments[name] = { ...Object.fromEntries(filled), INNER_PORT: String(await freePort()) };
  }
  return environments;
}

async function startContainer(name: string, environment: Readonly<Record<string, string>>): Promise<void> {
  const service = readComposeServices()[name];
  if (service === undefined) throw new Error(`${name} is not in the compose file`);
  const test_ = service.healthcheck?.test.slice(1).join(' ') ?? '';
  await docker.run([
    ...['run', '-d', '--init', '--network', 'host', '--name', containerOf(name)],
    ...(service.read_only ? ['--read-only'] : []),
    ...service.cap_drop.flatMap((capability) => ['--cap-drop', capability]),
    ...service.security_opt.flatMap((option) => ['--security-opt', option]),
    ...service.tmpfs.flatMap((path) => ['--tmpfs', path]),
    ...['--health-cmd', test_, '--health-interval', '1s', '--health-timeout', '4s', '--health-start-period', '30s'],
    ...Object.entries(environment).flatMap(([key, value]) => ['-e', `${key}=${value}`]),
    imageOf(name),
  ]);
}

function inspect(name: string, format: string): Promise<string> {
  return docker.run(['inspect', '-f', format, containerOf(name)]);
}

describe('our images', () => {
  test.each(PROCESSES.map(({ name }) => name))('%s becomes healthy, without root', async (name) => {
    await vi.waitFor(
      async () => {
        const logs = await docker.run(['logs', '--tail', '20', containerOf(name)]);
        expect(await inspect(name, '{{.State.Health.Status}}'), logs).toBe('healthy');
      },
      { timeout: READY_TIMEOUT_MS, interval: 500 },
    );
    expect(await docker.run(['exec', containerOf(name), 'id', '-u'])).toBe('10001');
  });

  test('signaling serves the sign-in page with its scripts, and the API of this version', async () => {
    const answer = await fetch(`${page}/`);
    const html = await answer.text();
    expect(answer.status).toBe(200);
    const script = /<script[^>]+src="([^"]+)"/.exec(html)?.[1] ?? '';
    expect((await fetch(new URL(script, page))).headers.get('content-type')).toContain('javascript');
    expect(await (await fetch(`${page}/api/v1/openapi.json`)).json()).toMatchObject({ openapi: '3.1.0' });
    expect((await fetch(`${page}/readyz`)).status).toBe(200);
  });

  test('an image that has no secret refuses to start and names what is missing', async () => {
    const run = docker.run(['run', '--rm', '--network', 'host', '--name', containerOf('bare'), imageOf('signaling')]);
    await expect(run).rejects.toThrow(/TONGKE_INNER_SECRET is not set[\s\S]*REDIS_URL is not set/);
  });

  test.each(PROCESSES.map(({ name }) => name).toReversed())('%s ends in order when it is asked to', async (name) => {
    await docker.run(['stop', '-t', String(STOP_SECONDS), containerOf(name)]);
    expect(await inspect(name, '{{.State.ExitCode}}')).toBe('0');
  });
});
