import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
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
