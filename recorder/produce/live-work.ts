import { networkInterfaces } from 'node:os';
import type { NodeRegistry } from '../../signaling/runtime/node-registry.ts';

const LIVE_KINDS = ['sfu', 'capture'] as const;

/** Whether an sfu or capture process of this machine has anything to do, by what they announce of themselves. */
export async function hasLiveWorkHere(registry: NodeRegistry): Promise<boolean> {
  const here = new Set([
    'localhost',
    ...Object.values(networkInterfaces())
      .flatMap((one) => one ?? [])
      .map((one) => one.address),
  ]);
  const nodes = (await Promise.all(LIVE_KINDS.map((kind) => registry.list(kind)))).flat();
  return nodes.some((node) => node.load > 0 && here.has(hostOf(node.url)));
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname.replaceAll(/[[\]]/g, '') ?? '';
}
