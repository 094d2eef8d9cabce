import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { sfuContract } from '../../../sfu/contract.ts';
import { InnerClient } from '../../../signaling/runtime/inner-client.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import type { MediaClip } from '../../support/rtp/media-clip.ts';
import { createRtpSource } from '../../support/rtp/rtp-source.ts';
import { startRedis } from '../../support/services.ts';
import { freePort, ServiceProcess } from '../../support/service-process.ts';
import {
  newProducerId,
  newRecordingId,
  newRoomId,
  newSeatId,
  newTrackId,
  type SfuClient,
} from '../../support/sfu-stand.ts';
import { loadPicture, loadSound } from '../bench-media.ts';
import type { BareAnswer, BareOrder } from '../bare/bare-sfu.ts';
import type { BenchStage } from '../bench-stage.ts';
import { median, type Figure } from '../figure.ts';
import { cpuSecondsOfAll, familyOf } from '../process-usage.ts';

const BUDGET_RATIO = 1.05;
const LEASE_RENEWAL_MS = 5_000;
const SECRET = randomUUID();
const Ports = z.array(z.int());
const Address = z.object({ rtpPort: z.int(), rtcpPort: z.int() });

interface Plan {
  /** Copies of the one camera and microphone. */
  readonly copies: number;
  readonly settleMs: number;
  readonly windows: number;
  readonly windowMs: number;
}

const FULL: Plan = { copies: 30, settleMs: 5_000, windows: 7, windowMs: 10_000 };
const SHORT: Plan = { copies: 4, settleMs: 500, windows: 1, windowMs: 2_000 };

/** One of the two sides: takes one stream in, sends copies of it out. */
interface Forwarder {
  readonly pid: number;
  ingest(clip: MediaClip, rtpParameters: BareIngest['rtpParameters']): Promise<BareAnswer>;
  /** A copy of the stream that came in as the n-th. */
  copy(stream: number, to: BareAnswer): Promise<void>;
}
type BareIngest = Extract<BareOrder, { do: 'ingest' }>;

async function deafPorts(stage: BenchStage, count: number): Promise<number[]> {
  const child = fork(join(import.meta.dirname, '../bare/deaf-sink.ts'), [String(count)]);
  stage.keep(child, (opened) => opened.kill('SIGKILL'));
  const [ports] = (await once(child, 'message')) as [unknown];
  child.kill('SIGSTOP');
  return Ports.parse(ports);
}

function openBare(stage: BenchStage): Forwarder {
  const child: ChildProcess = fork(join(import.meta.dirname, '../bare/bare-sfu.ts'));
  stage.keep(child, async (opened) => {
    const ended = once(opened, 'exit');
    opened.disconnect();
    await ended;
  });
  // One order at a time: the next answer is the answer to it.
  let answered = Promise.withResolvers<BareAnswer>();
  child.on('message', (answer) => answered.resolve(Address.parse(answer)));
  child.on('exit', () => answered.reject(new Error('the bare sfu is gone')));
  const ask = async (order: BareOrder): Promise<BareAnswer> => {
    answered = Promise.withResolvers();
    child.send(order);
    return answered.promise;
  };
  return {
    pid: child.pid ?? 0,
    ingest: async (clip, rtpParameters) => ask({ do: 'ingest', kind: clip.kind, rtpParameters }),
    copy: async (producer, to) => void (await ask({ do: 'copy', producer, ...to })),
  };
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
async function openOurs(stage: BenchStage): Promise<Forwarder> {
  const { service, client } = await startSfu(stage);
  const roomId = newRoomId();
  const seatId = newSeatId();
  await client.call('openRoom', { roomId, fence: 1 });
  const producerIds: ReturnType<typeof newProducerId>[] = [];
  const tapIds: string[] = [];
  const renewing = setInterval(
    () => void client.call('renewTaps', { tapIds }).catch(() => undefined),
    LEASE_RENEWAL_MS,
  );
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

async function load(stage: BenchStage, side: Forwarder, clips: readonly MediaClip[], copies: number): Promise<void> {
  const ports = await deafPorts(stage, copies * clips.length * 2);
  for (const [stream, clip] of clips.entries()) {
    const source = stage.keep(createRtpSource({ clip }), (opened) => opened.stop());
    const target = await side.ingest(clip, source.rtpParameters);
    await source.start({ ip: '127.0.0.1', ...target });
    for (let n = 0; n < copies; n += 1) {
      const [rtpPort, rtcpPort] = ports.splice(0, 2);
      if (rtpPort === undefined || rtcpPort === undefined) throw new Error('too few ports');
      await side.copy(stream, { rtpPort, rtcpPort });
    }
  }
}

/** CPU of the sfu process and its workers beside that of a bare mediasoup which forwards the same streams at the same time. */
export async function measureSfu(stage: BenchStage): Promise<Figure[]> {
  const plan = stage.isShort ? SHORT : FULL;
  const clips = [await loadPicture('VP8'), await loadSound()];
  const sides = { ours: await openOurs(stage), bare: openBare(stage) };
  await load(stage, sides.ours, clips, plan.copies);
  await load(stage, sides.bare, clips, plan.copies);
  await sleep(plan.settleMs);
  const families = { ours: await familyOf(sides.ours.pid), bare: await familyOf(sides.bare.pid) };
  const read = async () => ({
    ours: await cpuSecondsOfAll(families.ours),
    bare: await cpuSecondsOfAll(families.bare),
    node: await cpuSecondsOfAll([sides.ours.pid]),
  });
  const first = await read();
  const startedMs = performance.now();
  const ratios: number[] = [];
  for (let before = first; ratios.length < plan.windows;) {
    await sleep(plan.windowMs);
    const after = await read();
    ratios.push((after.ours - before.ours) / (after.bare - before.bare));
    before = after;
  }
  const last = await read();
  const percentOf = (seconds: number): number => (seconds * 100_000) / (performance.now() - startedMs);
  const percent = percentOf(last.ours - first.ours);
  const baseline = percentOf(last.bare - first.bare);
  stage.say(
    `ratios ${ratios.map((ratio) => ratio.toFixed(3)).join(' ')}; of ours Node ${percentOf(last.node - first.node).toFixed(2)} %`,
  );
  const lower = 'lower' as const;
  return [
    { name: 'sfu.cpu-on-top-of-bare', value: median(ratios), unit: '×', better: lower, budget: BUDGET_RATIO },
    { name: `sfu.cpu-of-${plan.copies}-copies`, value: percent, unit: '% of a core', better: lower, baseline },
  ];
}
