import { join, resolve } from 'node:path';
import * as z from 'zod';
import { DEFAULT_RTC_PORT, mediaPortFields } from '../../sfu/config.ts';
import { EnvError, flag, parseEnv } from '../../signaling/runtime/env.ts';
import type { MediaPorts } from './ports.ts';

const port = z.coerce.number().int().min(1).max(65_535);
const text = z.string().min(1).optional();

/** What the supervisor itself reads; everything else in the environment goes to the processes as it is. */
const environmentSchema = z.object({
  PORT: port.default(3000),
  PUBLIC_URL: z.url().optional(),
  TLS_CERT: text,
  TLS_KEY: text,
  DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: text,
  REDIS_URL: text,

  S3_BUCKET: text,
  DEMO: flag.optional(),
  RTC_ANNOUNCED_ADDRESS: text,
  RTC_ANNOUNCED_PORT: text,
  RTC_PORT: mediaPortFields.RTC_PORT.optional(),
  SFU_WORKERS: mediaPortFields.SFU_WORKERS,
});

export interface SupervisorConfig {
  readonly port: number;
  readonly dataFolder: string;
  /** Whether phones and classrooms on the local network are served, over HTTPS with a certificate of our own. */
  readonly isOnLan: boolean;
  /** Whether a district to try things on is made at the first start. */
  readonly isDemo: boolean;
  readonly hasOwnDatabase: boolean;
  readonly redisUrl: string | undefined;
  readonly publicUrl: string | undefined;
  readonly announcedAddress: string | undefined;
  /** From port 0 on: whichever are free. */
  readonly mediaPorts: MediaPorts;
  /** Whether somebody else counts on media being at these ports: a firewall, or a router that maps them. */
  readonly areMediaPortsFixed: boolean;
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
}

/**
 * @param environment usually `process.env`
 * @param args the command line behind `npm start --`
 * @throws EnvError naming everything that is wrong at once
 */
export function readConfig(environment: NodeJS.ProcessEnv, args: readonly string[]): SupervisorConfig {
  const env = parseEnv(environmentSchema, environment);
  const problems = args.filter((arg) => arg !== '--lan').map((arg) => `unknown option ${arg} (there is only --lan)`);
  if ((env.TLS_CERT === undefined) !== (env.TLS_KEY === undefined)) {
    problems.push('TLS_CERT and TLS_KEY go together: only one of them is set');
  }
  if (problems.length > 0) throw new EnvError(problems);
  const isEmbedded = env.DATABASE_URL === undefined && env.REDIS_URL === undefined && env.S3_BUCKET === undefined;
  return Object.freeze({
    port: env.PORT,
    dataFolder: resolve(env.DATA_DIR),
    isOnLan: args.includes('--lan'),
    isDemo: env.DEMO ?? isEmbedded,
    hasOwnDatabase: env.DATABASE_URL === undefined,
    redisUrl: env.REDIS_URL,
    publicUrl: env.PUBLIC_URL,
    announcedAddress: env.RTC_ANNOUNCED_ADDRESS,
    mediaPorts: { first: env.RTC_PORT ?? DEFAULT_RTC_PORT, count: env.SFU_WORKERS },
    areMediaPortsFixed: env.RTC_PORT !== undefined || env.RTC_ANNOUNCED_PORT !== undefined,
    tls:
      env.TLS_CERT === undefined || env.TLS_KEY === undefined
        ? undefined
        : { certificate: resolve(env.TLS_CERT), key: resolve(env.TLS_KEY) },
  });
}

/** Where the supervisor keeps its own things under the data folder. */
export function dataPaths(dataFolder: string) {
  return {
    secrets: join(dataFolder, 'secrets.json'),
    lock: join(dataFolder, 'supervisor.lock'),
    logs: join(dataFolder, 'logs'),
    processes: join(dataFolder, 'processes'),
    redis: join(dataFolder, 'redis'),
    authority: join(dataFolder, 'ca'),
    demo: join(dataFolder, 'demo.json'),
    demoSites: join(dataFolder, 'demo-sites.json'),
    firstAdministrator: join(dataFolder, 'first-administrator.txt'),
  };
}
