import { expect, it } from 'vitest';
import type { NodeKind, NodeRecord } from '../../../signaling/runtime/node-registry.ts';
import { hasLiveWorkHere } from './live-work.ts';

const registryOf = (...nodes: readonly Omit<NodeRecord, 'id' | 'region'>[]) => ({
  list: async (kind: NodeKind) =>
    nodes.filter((node) => node.kind === kind).map((node, index) => ({ ...node, id: `n${index}`, region: 'local' })),
});
const isLive = (...nodes: readonly Omit<NodeRecord, 'id' | 'region'>[]): Promise<boolean> =>
  hasLiveWorkHere(registryOf(...nodes), ['127.0.0.1', '10.0.0.5', 'fe80::1']);

it('live work is what an sfu or capture process of this very machine has to do', async () => {
  expect(await isLive({ kind: 'sfu', url: 'ws://10.0.0.5:4000', load: 0.3 })).toBe(true);
  expect(await isLive({ kind: 'capture', url: 'ws://[fe80::1]:4000', load: 0.005 })).toBe(true);
  expect(await isLive({ kind: 'sfu', url: 'ws://127.0.0.1:4000', load: 0.01 })).toBe(false);
  expect(await isLive({ kind: 'sfu', url: 'ws://10.0.0.6:4000', load: 0.9 })).toBe(false);
  expect(await isLive({ kind: 'signaling', url: 'ws://10.0.0.5:4000', load: 0.9 })).toBe(false);
  expect(await isLive()).toBe(false);
});
