import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { sfuContract } from '../../sfu/contract.ts';
import { InnerClient } from '../../signaling/runtime/inner-client.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import type { MediaClip } from '../support/rtp/media-clip.ts';
import { createRtpSource } from '../support/rtp/rtp-source.ts';
import { freePort } from '../support/stands/ports.ts';
import { ServiceProcess } from '../support/stands/service-process.ts';
import { startRedis } from '../support/stands/services.ts';
import {
  newProducerId,
  newRecordingId,
  newRoomId,
  newSeatId,
  newTrackId,
  type SfuClient,
} from '../support/stands/sfu-stand.ts';
import type { BareAnswer, BareOrder } from './bare/bare-sfu.ts';
import type { BenchStage } from './bench-stage.ts';

const LEASE_RENEWAL_MS = 5_000;
/** As many as one order takes. */
const TAPS_PER_RENEWAL = 256;
const SECRET = randomUUID();
const Ports = z.array(z.int());

/** One of the two sides: takes one stream in, sends copies of it out. */
export interface Forwarder {
  readonly pid: number;
  ingest(clip: MediaClip, rtpParameters: BareIngest['rtpParameters']): Promise<BareAnswer>;
  /** A copy of the stream that came in as the n-th. */
  copy(stream: number, to: BareAnswer): Promise<void>;
}
type BareIngest = Extract<BareOrder, { do: 'ingest' }>;

async function deafPorts(stage: BenchStage, count: number): Promise<number[]> {
  const child = fork(join(import.meta.dirname, './bare/deaf-sink.ts'), [String(count)]);
  stage.keep(child, (opened) => opened.kill('SIGKILL'));
  const [ports] = (await once(child, 'message')) as [unknown];
  child.kill('SIGSTOP');
  return Ports.parse(ports);
}

async function startSfu(stage: BenchStage): Promise<{ readonly service: ServiceProcess; readonly client: SfuClient }> {
  const redis = stage.keep(await startRedis(), (opened) => opened.stop());
  const port = await freePort();
  const service = await ServiceProcess.start({
    program: process.execPath,
    args: [resolve('sfu/main.ts')],
    env: {
      NODE_ENV: 'production',
      LOG_LEVEL: 'warn',
      TONGKE_INNER_SECRET: SECRET,
      REDIS_URL: redis.url,
      INNER_PORT: String(port),
      RTC_PORT: '0',
    },
    logPath: join(stage.folder, 'sfu.log'),
    stopSignal: 'SIGTERM',
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok ?? false,
  });
  stage.keep(service, (opened) => opened.down());
  const client: SfuClient = new InnerClient({
    contract: sfuContract,
    url: `http://127.0.0.1:${port}`,
    secret: SECRET,
    log: createLog('bench', 'silent'),
    clientName: 'bench',
  });
  stage.keep(client, (opened) => opened.close());
  await client.opened();
  return { service, client };
}

/** The real process, ordered about as signaling and capture do it. */
export async function openOurs(stage: BenchStage): Promise<Forwarder> {
  const { service, client } = await startSfu(stage);
  const roomId = newRoomId();
  const seatId = newSeatId();
  await client.call('openRoom', { roomId, fence: 1 });
  const producerIds: ReturnType<typeof newProducerId>[] = [];
  const tapIds: string[] = [];
  const renewing = setInterval(() => {
    for (let from = 0; from < tapIds.length; from += TAPS_PER_RENEWAL) {
      const some = tapIds.slice(from, from + TAPS_PER_RENEWAL);
      client.call('renewTaps', { tapIds: some }).catch(() => undefined);
    }
  }, LEASE_RENEWAL_MS);
  stage.keep(renewing, clearInterval);
  return {
    pid: service.pid ?? 0,
    ingest: async ({ kind }, rtpParameters) => {
      const producerId = newProducerId();
      producerIds.push(producerId);
      const source = kind === 'audio' ? 'microphone' : 'camera';
      return client.call('openIngest', { roomId, fence: 1, seatId, producerId, kind, source, rtpParameters });
    },
    copy: async (stream, to) => {
      const producerId = producerIds[stream];
      if (producerId === undefined) throw new Error('no such stream');
      const place = { roomId, recordingId: newRecordingId(), trackId: newTrackId(), epoch: 1, fence: 1 };
      const { tapId } = await client.call('openTap', { ...place, producerId, ip: '127.0.0.1', ...to });
      await client.call('resumeTap', { tapId });
      tapIds.push(tapId);
    },
  };
}

export async function ingest(stage: BenchStage, side: Forwarder, clips: readonly MediaClip[]): Promise<void> {
  for (const clip of clips) {
    const source = stage.keep(createRtpSource({ clip }), (opened) => opened.stop());
    const target = await side.ingest(clip, source.rtpParameters);
    await source.start({ ip: '127.0.0.1', ...target });
  }
}

export async function addViewers(stage: BenchStage, side: Forwarder, streams: number, count: number): Promise<void> {
  const ports = await deafPorts(stage, count * streams * 2);
  for (let stream = 0; stream < streams; stream += 1) {
    for (let n = 0; n < count; n += 1) {
      const [rtpPort, rtcpPort] = ports.splice(0, 2);
      if (rtpPort === undefined || rtcpPort === undefined) throw new Error('too few ports');
      await side.copy(stream, { rtpPort, rtcpPort });
    }
  }
}
