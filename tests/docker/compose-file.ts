import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { parse } from 'yaml';

export const REPOSITORY = join(import.meta.dirname, '..', '..');
const DOCKER_FOLDER = join(REPOSITORY, 'docker');

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const serviceSchema = z.looseObject({
  image: z.string(),
  build: z.looseObject({ target: z.string() }).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: z.record(z.string(), text).default({}),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
  ports: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  volumes: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  read_only: z.boolean().default(false),
});

const composeSchema = z.looseObject({ services: z.record(z.string(), serviceSchema) });

export type ComposeService = z.infer<typeof serviceSchema>;

/** The compose file as YAML has it, with merge keys resolved and variables not yet filled in. */
export function readComposeDocument(): unknown {
  const document: unknown = parse(readFileSync(join(DOCKER_FOLDER, 'compose.yaml'), 'utf8'), { merge: true });
  return document;
}

export function readComposeServices(): Readonly<Record<string, ComposeService>> {
  return composeSchema.parse(readComposeDocument()).services;
}

export function readComposeJsonSchema(): Record<string, unknown> {
  const file = readFileSync(join(DOCKER_FOLDER, 'compose-spec.json'), 'utf8');
  return z.record(z.string(), z.unknown()).parse(JSON.parse(file));
}

/**
 * Fills in `${NAME}`, `${NAME:-default}` and `${NAME:?message}` as compose does.
 * @throws Error where a needed variable is not set
 */
export function interpolate(value: string, variables: Readonly<Record<string, string>>): string {
  return value.replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, kind: string | undefined, rest: string) => {
      const given = variables[name];
      if (given !== undefined && given !== '') return given;
      if (kind === '-') return rest;
      throw new Error(`${name} is not set${kind === '?' ? `: ${rest}` : ''}`);
    },
  );
}
