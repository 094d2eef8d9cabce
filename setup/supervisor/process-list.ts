import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SupervisorConfig } from './config.ts';
import type { Secrets } from './secrets.ts';

/** Niceness of production, so that a lesson that is live always gets the processor first. */
const PRODUCE_NICENESS = 10;

export interface ProcessEntry {
  readonly name: string;
  readonly main: string;
  readonly nice?: number;
  /** Another one waits, loaded, to take its place: what arrives while it is away is lost for good. */
  readonly hasSpare?: boolean;
}

/** Our processes in the order in which they start; they stop in the opposite one. */
export const PROCESSES: readonly ProcessEntry[] = [
  { name: 'sfu', main: 'sfu/main.ts' },
  { name: 'recorder-capture', main: 'recorder/capture/main.ts', hasSpare: true },
  { name: 'recorder-produce', main: 'recorder/produce/main.ts', nice: PRODUCE_NICENESS },
  { name: 'signaling', main: 'signaling/main.ts' },
];

export interface LanEnvironment {
  /** The address that people type. */
  readonly address: string;
  /** Every address of this host on the local network; media may come by any of them. */
  readonly addresses: readonly string[];
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

export interface ProcessEnvironmentOptions {
  readonly config: SupervisorConfig;
  readonly secrets: Secrets;
  readonly redisUrl: string;
  /** The first of the ports of media, or 0. */
  readonly rtcPort: number;
  readonly publicUrl: string;
  readonly lan: LanEnvironment | undefined;
}

/** The environment that every process gets on top of the one that was given: secrets, addresses, defaults made explicit. */
export function processEnvironment(options: ProcessEnvironmentOptions): NodeJS.ProcessEnv {
  const { config, secrets, redisUrl, rtcPort, publicUrl, lan } = options;
  const announced = config.announcedAddress ?? lan?.addresses.join(',');
  return {
    ...process.env,
    NODE_ENV: 'production',
    // Compiled code is kept between starts; it is the larger part of the start-up time.
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(homedir(), '.cache', 'tongke', 'compile-cache'),
    PORT: String(config.port),
    PUBLIC_URL: publicUrl,
    DATA_DIR: config.dataFolder,
    DEMO: config.isDemo ? '1' : '0',
    // One host is one region: the media server, the recorder and the rooms must mean the same one.
    SFU_REGION: process.env['SFU_REGION'] || 'local',
    REDIS_URL: redisUrl,
    RTC_PORT: String(rtcPort),
    INNER_HOST: '127.0.0.1',
    INNER_PORT: '0',
    TONGKE_INNER_SECRET: secrets.inner,
    TONGKE_SESSION_SECRET: secrets.session,
    TONGKE_MEDIA_SECRET: secrets.media,
    ...(announced === undefined ? {} : { RTC_ANNOUNCED_ADDRESS: announced }),
    ...(lan === undefined
      ? {}
      : {
          TLS_CERT: lan.certificate,
          TLS_KEY: lan.key,
          LAN_CA_CERT: lan.authority,
          LAN_HTTP_PORT: String(config.port + 1),
        }),
  };
}
