import { networkInterfaces } from 'node:os';
import type { NodeRegistry } from '../../../signaling/runtime/node-registry.ts';

/**
 * Which processes do live work, and the load above which they have some: an idle sfu still shows the housekeeping of its workers as a
 * share of a core, capture counts what it records.
 */
const LIVE_KINDS = [
  { kind: 'sfu', idleLoad: 0.02 },
  { kind: 'capture', idleLoad: 0 },
] as const;

/** Whether an sfu or capture process of this machine has anything to do, by what they announce of themselves. */
export async function hasLiveWorkHere(
  registry: Pick<NodeRegistry, 'list'>,
  addresses: readonly string[] = ownAddresses(),
): Promise<boolean> {
  const here = new Set(['localhost', ...addresses]);
  const answers = await Promise.all(
    LIVE_KINDS.map(async ({ kind, idleLoad }) =>
      (await registry.list(kind)).some((node) => node.load > idleLoad && here.has(hostOf(node.url))),
    ),
  );
  return answers.includes(true);
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map((one) => one.address));
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname.replaceAll(/[[\]]/g, '') ?? '';
}
