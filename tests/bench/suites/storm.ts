import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchStage } from '../bench-stage.ts';
import { percentile, type Figure } from '../figure.ts';
import { RoomOfPeers, type Arrival } from '../room-of-peers.ts';

const STORM_MS = 10_000;
const BUDGET_ACK_MS = 2_000;
const SHARE = 0.99;

/** A thousand peers come within ten seconds, with tokens they already hold; each one's answers are timed. */
export async function measureStorm(stage: BenchStage): Promise<Figure[]> {
  const peers = stage.isShort ? 50 : 1_000;
  const room = await RoomOfPeers.open(stage);
  const tokens = Array.from({ length: peers }, () => room.issueToken());
  const failures: unknown[] = [];
  const startedMs = performance.now();
  const arriving = tokens.map(async (token, index): Promise<Arrival[]> => {
    await sleep((index * STORM_MS) / peers);
    try {
      return [await room.arrive(token)];
    } catch (error) {
      failures.push(error);
      return [];
    }
  });
  const arrivals = (await Promise.all(arriving)).flat();
  stage.say(`${arrivals.length} inside after ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
  for (const failure of failures.slice(0, 3)) stage.say(String(failure));
  const at = (pick: (arrival: Arrival) => number, share = SHARE): number => percentile(arrivals.map(pick), share);
  const acks = arrivals.flatMap(({ enterMs, handshakeMs, transportMs }) => [enterMs, handshakeMs, transportMs]);
  const common = { unit: 'ms', better: 'lower' } as const;
  return [
    { name: 'storm.failures', value: failures.length, unit: 'peers', better: 'lower', budget: 0 },
    { name: 'storm.ack-p99', value: percentile(acks, SHARE), ...common, budget: BUDGET_ACK_MS },
    { name: 'storm.enter-p99', value: at(({ enterMs }) => enterMs), ...common },
    { name: 'storm.handshake-p99', value: at(({ handshakeMs }) => handshakeMs), ...common },
    { name: 'storm.transport-p99', value: at(({ transportMs }) => transportMs), ...common },
    {
      name: 'storm.whole-arrival-p50',
      value: at((arrival) => arrival.enterMs + arrival.handshakeMs + arrival.transportMs, 0.5),
      ...common,
    },
  ];
}
