import { Counter, Gauge, type Registry } from 'prom-client';
import { createProcessMetrics } from '../../signaling/runtime/process-metrics.ts';
import type { Capture } from './capture.ts';
import type { DiskGuard } from './disk-guard.ts';
import type { CaptureTotals } from './tap.ts';
import type { Uploader } from './uploader.ts';

const US_PER_SECOND = 1_000_000;

export interface CaptureMetricsParts {
  readonly capture: Capture;
  readonly uploader: Uploader;
  readonly disk: DiskGuard;
  readonly totals: CaptureTotals;
  readonly nowUnixUs: () => number;
}

export function createMetrics(parts: () => CaptureMetricsParts): Registry {
  const registry = createProcessMetrics();
  addGauges(registry, parts);
  addCounter(registry, 'capture_packets_total', 'RTP packets stored', () => parts().totals.packets);
  addCounter(registry, 'capture_bytes_total', 'RTP bytes stored', () => parts().totals.bytes);
  addCounter(registry, 'capture_lost_packets_total', 'Packets that stayed missing', () => parts().totals.lost);
  return registry;
}

function addGauges(registry: Registry, parts: () => CaptureMetricsParts): void {
  const gauge = (name: string, help: string, read: (now: CaptureMetricsParts) => number): void => {
    const made: Gauge = new Gauge({ name, help, registers: [registry], collect: () => made.set(read(parts())) });
  };
  gauge('capture_recordings', 'Recordings in this process', ({ capture }) => capture.sessions.length);
  gauge('capture_taps', 'Tracks being captured', ({ capture }) =>
    capture.sessions.reduce((sum, { taps }) => sum + taps.length, 0),
  );
  gauge('capture_oldest_unstored_seconds', 'Age of the oldest byte not yet in the object store', (now) => {
    const oldestUs = now.capture.oldestUnixUs;
    return oldestUs === undefined ? 0 : Math.max(0, (now.nowUnixUs() - oldestUs) / US_PER_SECOND);
  });
  gauge('capture_uploads_waiting', 'Files waiting for the object store', ({ uploader }) => uploader.waiting);
  gauge('capture_store_away', '1 while the object store does not take files', ({ uploader }) =>
    uploader.isAway ? 1 : 0,
  );
  gauge('capture_disk_free_bytes', 'Room on the local disk', ({ disk }) => disk.state.freeBytes);
}

/** A counter that shows a sum kept elsewhere. */
function addCounter(registry: Registry, name: string, help: string, read: () => number): void {
  let shown = 0;
  const counter: Counter = new Counter({
    name,
    help,
    registers: [registry],
    collect: () => {
      const sum = read();
      counter.inc(sum - shown);
      shown = sum;
    },
  });
}
