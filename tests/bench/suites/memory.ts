import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchStage } from '../bench-stage.ts';
import { slope, type Figure } from '../figure.ts';
import { InspectedProcess, type MemoryUse } from '../inspected-process.ts';
import { RoomOfPeers } from '../room-of-peers.ts';

const BYTES_PER_KB = 1_024;
const HELD_BUDGET_KB = 50;
const RESIDENT_BUDGET_KB = 100;
const AT_ONCE = 10;
const SETTLE_MS = 5_000;

/** What one more peer who only listens costs the signaling process. */
export async function measureMemory(stage: BenchStage): Promise<Figure[]> {
  const counts = stage.isShort ? [10, 30] : [200, 600, 1_000];
  const room = await RoomOfPeers.open(stage, { NODE_OPTIONS: '--inspect-port=0' });
  const [pid] = await room.stack.pidsOf('signaling');
  if (pid === undefined) throw new Error('signaling is gone');
  const signaling = stage.keep(await InspectedProcess.attach(pid), (opened) => opened.close());
  const samples: (MemoryUse & { readonly peers: number })[] = [];
  let inside = 0;
  for (const peers of counts) {
    for (; inside < peers; inside += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, async () => room.arrive(room.issueToken())));
    }
    await sleep(SETTLE_MS);
    const use = await signaling.memory();
    stage.say(
      `${peers} peers: ${Math.round(use.heldBytes / BYTES_PER_KB)} KB held, ${Math.round(use.residentBytes / BYTES_PER_KB)} KB resident`,
    );
    samples.push({ peers, ...use });
  }
  const held = slope(samples.map(({ peers: x, heldBytes: y }) => ({ x, y }))) / BYTES_PER_KB;
  const resident = slope(samples.map(({ peers: x, residentBytes: y }) => ({ x, y }))) / BYTES_PER_KB;
  return [
    { name: 'memory.held-per-peer', value: held, unit: 'KB', better: 'lower', budget: HELD_BUDGET_KB },
    { name: 'memory.resident-per-peer', value: resident, unit: 'KB', better: 'lower', budget: RESIDENT_BUDGET_KB },
  ];
}
