import type { InnerContract } from '../runtime/inner-contract.ts';
import { InnerClient } from '../runtime/inner-client.ts';
import type { Log } from '../runtime/log.ts';
import type { NodeKind, NodeRecord, NodeRegistry } from '../runtime/node-registry.ts';

export interface NodeLink<C extends InnerContract> {
  readonly client: InnerClient<C>;
  /** As announced last. */
  record: NodeRecord;
}

export interface NodeLinksOptions<C extends InnerContract> {
  readonly kind: NodeKind;
  readonly contract: C;
  readonly registry: NodeRegistry;
  readonly secret: string;
  readonly log: Log;
  /** For listening to the link's notices. */
  readonly onAdded: (link: NodeLink<C>) => void;
  readonly onOpen: (link: NodeLink<C>) => void;
  readonly onLost: (link: NodeLink<C>) => void;
  readonly onRemoved: (link: NodeLink<C>) => void;
}

/** One inner client for each announced node of a kind. A node that is no longer announced is kept while its connection is. */
export class NodeLinks<C extends InnerContract> {
  readonly #options: NodeLinksOptions<C>;
  readonly #links = new Map<string, NodeLink<C>>();
  readonly #stopWatching: () => void;
  #announced = new Set<string>();

  constructor(options: NodeLinksOptions<C>) {
    this.#options = options;
    this.#stopWatching = options.registry.watch(options.kind, (nodes) => this.#onNodes(nodes));
  }

  get(nodeId: string): NodeLink<C> | null {
    return this.#links.get(nodeId) ?? null;
  }

  open(): NodeLink<C>[] {
    return [...this.#links.values()].filter((link) => link.client.state === 'open');
  }

  close(): void {
    this.#stopWatching();
    for (const link of this.#links.values()) link.client.close();
    this.#links.clear();
  }

  #onNodes(nodes: readonly NodeRecord[]): void {
    this.#announced = new Set(nodes.map((node) => node.id));
    for (const record of nodes) {
      const known = this.#links.get(record.id);
      if (known === undefined) this.#add(record);
      else known.record = record;
    }
    for (const link of this.#links.values()) this.#removeIfGone(link);
  }

  #add(record: NodeRecord): void {
    const { contract, secret, log } = this.#options;
    const client = new InnerClient({ contract, url: record.url, secret, clientName: 'signaling', log });
    const link: NodeLink<C> = { client, record };
    this.#links.set(record.id, link);
    this.#options.onAdded(link);
    client.events.on('open', () => this.#options.onOpen(link));
    client.events.on('closed', () => {
      this.#options.onLost(link);
      this.#removeIfGone(link);
    });
  }

  #removeIfGone(link: NodeLink<C>): void {
    const { id } = link.record;
    if (this.#announced.has(id) || link.client.state === 'open' || this.#links.get(id) !== link) return;
    this.#links.delete(id);
    link.client.close();
    this.#options.onRemoved(link);
  }
}
