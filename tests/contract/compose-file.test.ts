import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { commaList } from '../../signaling/runtime/env.ts';
import { PROCESSES } from '../../setup/supervisor/process-list.ts';
import {
  interpolate,
  readComposeDocument,
  readComposeJsonSchema,
  readComposeServices,
  REPOSITORY,
} from '../docker/compose-file.ts';

const SECRET_NAME = /SECRET|PASSWORD|ACCESS_KEY/;
const text = readFileSync(join(REPOSITORY, 'docker', 'compose.yaml'), 'utf8');
const dockerfile = readFileSync(join(REPOSITORY, 'docker', 'Dockerfile'), 'utf8');
const services = readComposeServices();

function validator() {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // The specification names its own dialect by an https address that Ajv does not know; it is plain draft 7.
  const { $schema: _, ...schema } = readComposeJsonSchema();
  return ajv.compile(schema);
}

test('the compose file is valid under the compose specification', () => {
  const validate = validator();
  validate(readComposeDocument());
  expect(validate.errors).toBeNull();
});

test('the schema refuses a service with a misspelt key', () => {
  expect(validator()({ services: { a: { image: 'a', enviroment: {} } } })).toBe(false);
});

test('every service has a health check', () => {
  const without = Object.entries(services).filter(([, { healthcheck }]) => healthcheck === undefined);
  expect(without).toEqual([]);
});

test('each of our processes has a service, built from its own target of the Dockerfile', () => {
  for (const { name, main } of PROCESSES) {
    expect(services[name]?.build?.target).toBe(name);
    expect(dockerfile).toContain(` AS ${name}\n`);
    expect(dockerfile).toContain(`CMD ["node", "${main}"]`);
  }
});

test('every image from elsewhere is pinned to one exact version', () => {
  const images = Object.values(services)
    .filter(({ build }) => build === undefined)
    .map(({ image }) => image);
  expect(images).toHaveLength(5);
  for (const image of images) expect(image).toMatch(/:(v?\d+\.\d+(\.\d+)?|RELEASE\.[\dTZ-]+)(-[a-z0-9]+)?$/);
  expect(dockerfile).toMatch(/^ARG BASE_IMAGE=debian:\d+\.\d+-slim$/m);
});

test('no secret has a default: without it nothing starts', () => {
  const secrets = Object.values(services).flatMap(({ environment }) =>
    Object.entries(environment).filter(([name, value]) => SECRET_NAME.test(name) || /:\/\/\w*:/.test(value)),
  );
  expect(secrets.length).toBeGreaterThan(8);
  for (const [, value] of secrets) expect(() => interpolate(value, { DOMAIN: 'x' })).toThrow('is not set');
  expect(text.match(/\$\{\w*(SECRET|PASSWORD|ACCESS_KEY)\w*:-/)).toBeNull();
});

test('every variable that compose asks for is in example.env, and has no value there', () => {
  const asked = new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name));
  const example = readFileSync(join(REPOSITORY, 'docker', 'example.env'), 'utf8');
  const offered = [...example.matchAll(/^(\w+)=(.*)$/gm)];
  expect(new Set(offered.map(([, name]) => name))).toEqual(asked);
  expect(offered.filter(([, , value]) => value !== '')).toEqual([]);
});

test('the stores listen on the loopback alone, and our processes run without privileges', () => {
  for (const { ports } of Object.values(services)) {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  }
  for (const { name } of PROCESSES) {
    expect(services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'], network_mode: 'host' });
  }
  // Each target's last word on its account is the unprivileged one.
  const targets = dockerfile.split(/^FROM /m).filter((stage) => /^CMD/m.test(stage));
  expect(targets).toHaveLength(PROCESSES.length);
  for (const stage of targets) expect(stage.match(/^USER .*$/gm)).toEqual(['USER tongke']);
});

test('what compose mounts from this folder is there', () => {
  expect(existsSync(join(REPOSITORY, 'docker', 'Caddyfile'))).toBe(true);
});

/** What `turnserver` is started with where media is announced at these addresses. */
function turnArguments(announced: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tongke-turn-'));
  try {
    writeFileSync(join(folder, 'turnserver'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    // Compose reads `$$` as a dollar of the text itself.
    const [shell = '', ...args] = (services['turn']?.entrypoint ?? []).map((part) => part.replaceAll('$$', '$'));
    const PATH = `${folder}:${process.env['PATH'] ?? ''}`;
    const printed = execFileSync(shell, args, { env: { PATH, RTC_ANNOUNCED_ADDRESS: announced }, encoding: 'utf8' });
    return printed.trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each([
  ['203.0.113.7', ['203.0.113.7']],
  ['203.0.113.7,10.0.0.5, fd00::5', ['203.0.113.7', '10.0.0.5', 'fd00::5']],
  ['media1.example.cn,10.0.0.5', ['10.0.0.5']],
])('the TURN server relays to each media address of %s, and to nothing else', (announced, allowed) => {
  expect(turnArguments(announced)).toEqual([
    '-c',
    '/etc/turnserver.conf',
    ...allowed.map((address) => `--allowed-peer-ip=${address}`),
  ]);
  expect(text).not.toContain('allowed-peer-ip=$');
  expect(text).toContain('denied-peer-ip=0.0.0.0-255.255.255.255');
});

test('browsers are offered TURN over TCP too, and further servers when there are some', () => {
  const offered = services['signaling']?.environment['TURN_URL'] ?? '';
  const at = (more: string) => commaList.parse(interpolate(offered, { DOMAIN: 'example.cn', TURN_MORE_URLS: more }));
  const own = ['turn:example.cn:3478', 'turn:example.cn:3478?transport=tcp'];
  expect(at('')).toEqual(own);
  expect(at('turns:turn.example.cn:443?transport=tcp')).toEqual([...own, 'turns:turn.example.cn:443?transport=tcp']);
});

test.each([
  ['signaling', ['MEDIA_ACCEL_PREFIX', 'UPLOAD_MAX_GB', 'UPLOAD_RESERVE_GB', 'UPLOAD_EXPIRES_HOURS']],
  ['sfu', ['RTC_ANNOUNCED_PORT', 'SFU_WORKERS', 'SFU_PIPE_ADDRESS', 'SFU_PIPE_PORTS', 'SFU_REGION']],
  ['recorder-capture', ['CAPTURE_RTP_ADDRESS', 'CAPTURE_DISK_LOW_BYTES', 'CAPTURE_DISK_FULL_BYTES']],
  ['recorder-produce', ['PRODUCE_CONCURRENCY', 'CAPTION_COMMAND', 'CAPTION_LANGUAGES', 'CAPTION_AUTOMATIC']],
])('what an operator sets in .env reaches %s, and is its default without it', (name, variables) => {
  const environment = services[name]?.environment ?? {};
  for (const variable of variables) {
    expect(interpolate(environment[variable] ?? '', { [variable]: 'mine' })).toBe('mine');
    // An empty value counts as none.
    expect(['', 'local']).toContain(interpolate(environment[variable] ?? '', {}));
  }
});

test('its header says how the first administrator gets in, and which ports are to be open', () => {
  const header = text.slice(0, text.indexOf('\nname:'));
  expect(header).toContain('exec signaling cat /data/first-administrator.txt');
  for (const port of ['80/tcp', '443/tcp', '44000/udp+tcp', '3478/udp+tcp', '49160-49999/udp']) {
    expect(header).toContain(port);
  }
  expect(text).toContain('min-port=49160\n      max-port=49999');
});
