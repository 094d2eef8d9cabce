import { Gauge, type Registry } from 'prom-client';
import { createProcessMetrics } from '../signaling/runtime/process-metrics.ts';
import type { Taps } from './media/taps.ts';
import type { WorkerPool } from './media/worker-pool.ts';
import type { RoomOwner, Rooms } from './rooms.ts';

export interface MetricParts {
  readonly rooms: Rooms;
  readonly taps: Taps<RoomOwner>;
  readonly pool: WorkerPool;
}

/** What `/metrics` of this node shows; everything is counted when it is asked. */
export function createMetrics(parts: () => MetricParts): Registry {
  const registry = createProcessMetrics('tongke_sfu_');
  const count = (name: string, help: string, read: (current: MetricParts) => number): void => {
    const gauge: Gauge = new Gauge({
      name: `tongke_sfu_${name}`,
      help,
      registers: [registry],
      collect: () => gauge.set(read(parts())),
    });
  };
  count('rooms', 'Rooms on this node', ({ rooms }) => rooms.all.length);
  count('seats', 'Seats with media on this node', ({ rooms }) => sum(rooms, (room) => room.members.length));
  count('transports', 'WebRTC transports', ({ rooms }) => sum(rooms, (room) => room.transports.length));
  count('producers', 'Streams sent by seats', ({ rooms }) => sum(rooms, (room) => room.producers.length));
  count('consumers', 'Streams received by seats', ({ rooms }) => sum(rooms, (room) => room.consumerCount));
  count('pipes', 'Pipes to other nodes', ({ rooms }) => sum(rooms, (room) => room.pipes.size));
  count('taps', 'Plain RTP copies towards the recorder', ({ taps }) => taps.size);
  count('worker_deaths', 'Media workers that died since the start', ({ pool }) => pool.deaths);
  addWorkerGauge(registry, parts);
  addTrafficGauges(registry, parts);
  addPipeGauge(registry, parts);
  return registry;
}

function addWorkerGauge(registry: Registry, parts: () => MetricParts): void {
  const gauge: Gauge<'worker'> = new Gauge({
    name: 'tongke_sfu_worker_cpu_fraction',
    help: 'Share of one core that a media worker takes',
    labelNames: ['worker'],
    registers: [registry],
    collect: () => {
      gauge.reset();
      for (const slot of parts().pool.slots) {
        gauge.set({ worker: String(slot.index) }, slot.cpuFraction);
      }
    },
  });
}

function addTrafficGauges(registry: Registry, parts: () => MetricParts): void {
  const loss: Gauge = new Gauge({
    name: 'tongke_sfu_worst_loss_fraction',
    help: 'Highest share of RTP packets lost on the way from one seat',
    registers: [registry],
  });
  const bits: Gauge<'direction'> = new Gauge({
    name: 'tongke_sfu_bits_per_second',
    help: 'Traffic of all WebRTC transports',
    labelNames: ['direction'],
    registers: [registry],
    collect: async () => {
      const transports = parts().rooms.all.flatMap((room) => room.transports);
      const answers = await Promise.allSettled(transports.map((transport) => transport.getStats()));
      const stats = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      bits.set(
        { direction: 'in' },
        stats.reduce((total, { recvBitrate }) => total + recvBitrate, 0),
      );
      bits.set(
        { direction: 'out' },
        stats.reduce((total, { sendBitrate }) => total + sendBitrate, 0),
      );
      loss.set(Math.max(0, ...stats.map(({ rtpPacketLossReceived }) => rtpPacketLossReceived ?? 0)));
    },
  });
}

function addPipeGauge(registry: Registry, parts: () => MetricParts): void {
  const gauge: Gauge<'direction'> = new Gauge({
    name: 'tongke_sfu_pipe_bytes',
    help: 'What the open pipes to other nodes have carried',
    labelNames: ['direction'],
    registers: [registry],
    collect: async () => {
      const carried = await Promise.all(parts().rooms.all.map((room) => room.pipes.carriedBytes()));
      for (const direction of ['in', 'out'] as const) {
        gauge.set(
          { direction },
          carried.reduce((total, each) => total + each[direction], 0),
        );
      }
    },
  });
}

function sum(rooms: Rooms, read: (room: Rooms['all'][number]) => number): number {
  return rooms.all.reduce((total, room) => total + read(room), 0);
}
