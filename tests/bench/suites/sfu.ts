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
import { startRedis } from '../../support/stands/services.ts';
import { freePort } from '../../support/stands/ports.ts';
import { ServiceProcess } from '../../support/stands/service-process.ts';
import {
  newProducerId,
  newRecordingId,
  newRoomId,
  newSeatId,
  newTrackId,
  type SfuClient,
} from '../../support/stands/sfu-stand.ts';
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
  /** How many copies of the one camera and microphone go out: viewers of a lesson. */
  readonly viewers: readonly number[];
  readonly settleMs: number;
  readonly windows: number;
  readonly windowMs: number;
}

const FULL: Plan = { viewers: [30, 120], settleMs: 5_000, windows: 7, windowMs: 8_000 };
const SHORT: Plan = { viewers: [2, 4], settleMs: 500, windows: 1, windowMs: 2_000 };

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

async function ingest(stage: BenchStage, side: Forwarder, clips: readonly MediaClip[]): Promise<void> {
  for (const clip of clips) {
    const source = stage.keep(createRtpSource({ clip }), (opened) => opened.stop());
    const target = await side.ingest(clip, source.rtpParameters);
    await source.start({ ip: '127.0.0.1', ...target });
  }
}

async function addViewers(stage: BenchStage, side: Forwarder, streams: number, count: number): Promise<void> {
  const ports = await deafPorts(stage, count * streams * 2);
  for (let stream = 0; stream < streams; stream += 1) {
    for (let n = 0; n < count; n += 1) {
      const [rtpPort, rtcpPort] = ports.splice(0, 2);
      if (rtpPort === undefined || rtcpPort === undefined) throw new Error('too few ports');
      await side.copy(stream, { rtpPort, rtcpPort });
    }
  }
}

interface Usage {
  readonly ours: number;
  readonly bare: number;
  /** Of ours, what is not the workers'. */
  readonly node: number;
}

/** Both sides in the same windows of time; CPU in percent of a core, median over the windows. */
async function compare(plan: Plan, read: () => Promise<Usage>): Promise<Usage & { readonly ratio: number }> {
  const windows: Usage[] = [];
  while (windows.length < plan.windows) {
    const [before, startedMs] = [await read(), performance.now()];
    await sleep(plan.windowMs);
    const after = await read();
    const percent = 100_000 / (performance.now() - startedMs);
    windows.push({
      ours: (after.ours - before.ours) * percent,
      bare: (after.bare - before.bare) * percent,
      node: (after.node - before.node) * percent,
    });
  }
  return {
    ours: median(windows.map(({ ours }) => ours)),
    bare: median(windows.map(({ bare }) => bare)),
    node: median(windows.map(({ node }) => node)),
    ratio: median(windows.map(({ ours, bare }) => ours / bare)),
  };
}

function figuresOf(viewers: number, used: Usage & { readonly ratio: number }, isLargest: boolean): Figure[] {
  const lower = 'lower' as const;
  // What the process costs for being there is the same for one viewer and for thousands; beside a few of them it looks large.
  const budget = isLargest ? { budget: BUDGET_RATIO } : {};
  return [
    { name: `sfu.${viewers}-viewers.on-bare`, value: used.ratio, unit: '×', better: lower, ...budget },
    { name: `sfu.${viewers}-viewers.cpu`, value: used.ours, unit: '% of a core', better: lower, baseline: used.bare },
    { name: `sfu.${viewers}-viewers.own-process`, value: used.node, unit: '% of a core', better: lower },
  ];
}

/** CPU of the sfu process and its workers beside that of a bare mediasoup which forwards the same streams at the same time. */
export async function measureSfu(stage: BenchStage): Promise<Figure[]> {
  const plan = stage.isShort ? SHORT : FULL;
  const clips = [await loadPicture('VP8'), await loadSound()];
  const sides = { ours: await openOurs(stage), bare: openBare(stage) };
  await ingest(stage, sides.ours, clips);
  await ingest(stage, sides.bare, clips);
  const families = { ours: await familyOf(sides.ours.pid), bare: await familyOf(sides.bare.pid) };
  const read = async (): Promise<Usage> => ({
    ours: await cpuSecondsOfAll(families.ours),
    bare: await cpuSecondsOfAll(families.bare),
    node: await cpuSecondsOfAll([sides.ours.pid]),
  });
  const figures: Figure[] = [];
  let inside = 0;
  for (const viewers of plan.viewers) {
    for (const side of [sides.ours, sides.bare]) await addViewers(stage, side, clips.length, viewers - inside);
    inside = viewers;
    await sleep(plan.settleMs);
    const used = await compare(plan, read);
    stage.say(`${viewers} viewers: ${used.ours.toFixed(2)} % of a core, bare ${used.bare.toFixed(2)} %`);
    figures.push(...figuresOf(viewers, used, viewers === plan.viewers.at(-1)));
  }
  return figures;
}
