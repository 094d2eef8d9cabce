import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CaptureConfig } from '../../recorder/capture/config.ts';
import { ProduceConfig } from '../../recorder/produce/config.ts';
import { SfuConfig } from '../../sfu/config.ts';
import { SignalingConfig } from '../../signaling/config.ts';
import { parseEnv } from '../../signaling/runtime/env.ts';

/** What people have no reason to set: given by the set-up or the supervisor, or shortened in tests. */
const INTERNAL = new Set([
  'CAPTION_LOCK_MS',
  'INNER_TARGET_FILE',
  'LAN_CA_CERT',
  'LAN_HTTP_PORT',
  'MEDIASOUP_WORKER_BIN',
  'MUX_LOCK_MS',
  'NODE_ENV',
  'PRODUCE_LOCK_MS',
]);
const NEEDED = {
  REDIS_URL: 'redis://127.0.0.1',
  TONGKE_INNER_SECRET: 'sixteen letters!',
  TONGKE_SESSION_SECRET: 'sixteen letters!',
  TONGKE_MEDIA_SECRET: 'sixteen letters!',
};
const PROCESSES = {
  signaling: SignalingConfig,
  sfu: SfuConfig,
  'recorder-capture': CaptureConfig,
  'recorder-produce': ProduceConfig,
};

const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
const section = readme.slice(readme.indexOf('\n## Configuration'), readme.indexOf('\n## More'));
const rows = [...section.matchAll(/^\| (`[A-Z].*?) \|(.*?)\|/gm)].map(([, names = '', standard = '']) => ({
  names: [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  standard: standard.trim(),
}));
const listed = new Set(rows.flatMap(({ names }) => names));

const textOf = (value: unknown): string => (value === true ? '1' : value === false ? '0' : String(value));

describe('the configuration table of README', () => {
  it.each(Object.entries(PROCESSES))('has every variable of %s that people may set', (_name, { shape }) => {
    const variables = Object.keys(shape);
    expect(variables.length).toBeGreaterThan(5);
    expect(variables.filter((variable) => !listed.has(variable) && !INTERNAL.has(variable))).toEqual([]);
  });

  it('names each variable once, and none that no process reads or that is internal', () => {
    const known = new Set(Object.values(PROCESSES).flatMap(({ shape }) => Object.keys(shape)));
    expect([...listed].filter((variable) => !known.has(variable) || INTERNAL.has(variable))).toEqual([]);
    expect([...INTERNAL].filter((variable) => !known.has(variable))).toEqual([]);
    expect(rows.flatMap(({ names }) => names)).toHaveLength(listed.size);
  });

  it.each(Object.entries(PROCESSES))('gives the defaults of %s as they are', (_name, schema) => {
    const parsed: Readonly<Record<string, unknown>> = parseEnv(schema, NEEDED);
    const stated = rows.flatMap(({ names: [name = '', ...others], standard }) => {
      const literal = /^`([a-z0-9./-]+)`$/.exec(standard)?.[1];
      return others.length > 0 || literal === undefined || !(name in parsed) ? [] : [{ name, literal }];
    });
    expect(stated.length).toBeGreaterThan(1);
    expect(stated).toEqual(stated.map(({ name }) => ({ name, literal: textOf(parsed[name]) })));
  });
});
