import type { sfuContract } from '../../sfu/contract.ts';
import type { Fence, RoomId } from '../protocol/ids.ts';
import type { InnerParams, InnerRequestName, InnerResult } from '../runtime/inner-contract.ts';
import type { SfuLink } from './sfu-nodes.ts';

type Contract = typeof sfuContract;
export type OfRoom = 'roomId' | 'fence';

export interface RoomName {
  readonly roomId: RoomId;
  readonly fence: Fence;
}

/** Consumers of one order; whoever is moved into a group may lose more at once. */
const MOST_CONSUMERS = 64;

/** Of a size that a node takes in one order. */
function inBatches<T>(items: readonly T[]): T[][] {
  const starts = Array.from({ length: Math.ceil(items.length / MOST_CONSUMERS) }, (_unused, n) => n * MOST_CONSUMERS);
  return starts.map((start) => items.slice(start, start + MOST_CONSUMERS));
}

/** An order about a room, to one node. @throws what the node throws */
export async function orderOf<N extends InnerRequestName<Contract>>(
  link: SfuLink,
  { roomId, fence }: RoomName,
  name: N,
  params: Omit<InnerParams<Contract, N>, OfRoom>,
): Promise<InnerResult<Contract, N>> {
  // Every order of a room carries the room and its fence; the compiler cannot add them back to a generic Omit.
  return await link.client.call(name, { roomId, fence, ...params } as unknown as InnerParams<Contract, N>);
}

/** Together: nothing that is ordered afterwards comes in between, and one that fails keeps no other from being carried out. Rejects with what failed first. */
export async function orderInBatches<T>(items: readonly T[], order: (batch: T[]) => Promise<unknown>): Promise<void> {
  const results = await Promise.allSettled(inBatches(items).map(order));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
