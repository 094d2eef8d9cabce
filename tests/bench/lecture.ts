import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { MediaKind, RtpCapabilities, RtpParameters } from 'mediasoup/types';
import { sfuContract } from '../../sfu/contract.ts';
import type { Fence, ProducerId, RoomId } from '../../signaling/protocol/ids.ts';
import { InnerClient } from '../../signaling/runtime/inner-client.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { freePort } from '../support/stands/ports.ts';
import { ServiceProcess } from '../support/stands/service-process.ts';
import { startRedis } from '../support/stands/services.ts';
import { fenceOf, newProducerId, newRoomId, newSeatId, type SfuClient } from '../support/stands/sfu-stand.ts';
import type { BareAnswer } from './bare/bare-sfu.ts';
import type { BenchStage } from './bench-stage.ts';

const SECRET = randomUUID();

/** A room of the real sfu process, and what its one lecturer sends. */
export interface Lecture {
  readonly pid: number;
  readonly client: SfuClient;
  readonly place: { readonly roomId: RoomId; readonly fence: Fence };
  readonly rtpCapabilities: RtpCapabilities;
  /** In the order in which they came in. */
  readonly producerIds: readonly ProducerId[];
  ingest(kind: MediaKind, rtpParameters: RtpParameters): Promise<BareAnswer>;
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
      RTC_ANNOUNCED_ADDRESS: '127.0.0.1',
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

/** The real process, ordered about as signaling does it. */
export async function openLecture(stage: BenchStage): Promise<Lecture> {
  const { service, client } = await startSfu(stage);
  const place = { roomId: newRoomId(), fence: fenceOf(1) };
  const seatId = newSeatId();
  const { routerRtpCapabilities } = await client.call('openRoom', place);
  const producerIds: ProducerId[] = [];
  return {
    pid: service.pid ?? 0,
    client,
    place,
    rtpCapabilities: routerRtpCapabilities,
    producerIds,
    ingest: async (kind, rtpParameters) => {
      const producerId = newProducerId();
      producerIds.push(producerId);
      const source = kind === 'audio' ? 'microphone' : 'camera';
      return client.call('openIngest', { ...place, seatId, producerId, kind, source, rtpParameters });
    },
  };
}
