import { serveInner, type InnerServer } from '../signaling/runtime/inner-server.ts';
import type { Log } from '../signaling/runtime/log.ts';
import { ProcessServer } from '../signaling/runtime/process-server.ts';
import { sfuContract } from './contract.ts';
import { createHandlers } from './handlers.ts';
import { planListening, planPipes } from './media/listen-plan.ts';
import { Taps } from './media/taps.ts';
import { WorkerPool } from './media/worker-pool.ts';
import { createMetrics } from './metrics.ts';
import { Rooms, type RoomOwner } from './rooms.ts';

/** Time for "room closed" to leave before connections are cut. */
const FAREWELL_MS = 50;

export interface SfuNodeOptions {
  readonly host: string;
  /** Of the HTTP server; 0 takes a free one. */
  readonly port: number;
  /** As in `ProcessServerOptions`. */
  readonly targetFile?: string | undefined;
  readonly secret: string;
  readonly log: Log;
  readonly workers: number;
  /** Worker n listens on `rtcPort + n`; 0 takes free ports. */
  readonly rtcPort: number;
  readonly announced: readonly string[];
  /** Where browsers reach worker 0, when a router maps ports. */
  readonly announcedPort?: number | undefined;
  /** Where other nodes reach this one's pipes; by default the first address that browsers are told. */
  readonly pipeAddress?: string | undefined;
  /** `[first, last]`; any free ones without it. */
  readonly pipePorts?: readonly [number, number] | undefined;
  readonly workerBin?: string | undefined;
  readonly checksOutput?: boolean;
  readonly isReady?: () => boolean;
  /** Shortened in tests. */
  readonly times?: {
    readonly ownerlessGraceMs?: number;
    readonly unclaimedTimeoutMs?: number;
    readonly tapLeaseMs?: number;
  };
}

/** A whole sfu node: workers, rooms, taps, and the server that takes orders. */
export class SfuNode {
  readonly #server: ProcessServer;
  readonly #inner: InnerServer<typeof sfuContract>;
  readonly #pool: WorkerPool;
  readonly #rooms: Rooms;
  readonly #taps: Taps<RoomOwner>;
  #closing: Promise<void> | null = null;

  static async create(options: SfuNodeOptions): Promise<SfuNode> {
    const { log, times } = options;
    const { rtcPort: port, announced, announcedPort } = options;
    const listenPlan = planListening({ port, announced, announcedPort });
    const pipeListening = planPipes({ announced, address: options.pipeAddress, ports: options.pipePorts });
    const pool = await WorkerPool.create({ count: options.workers, listenPlan, log, workerBin: options.workerBin });
    const rooms = new Rooms({ pool, listenPlan, pipeListening, log, ...times });
    const taps = new Taps<RoomOwner>({
      log,
      listening: pipeListening,
      onClosed: ({ tapId, recordingId, trackId, owner }, cause) =>
        owner.notify('tapClosed', { tapId, recordingId, trackId, cause }),
      ...(times?.tapLeaseMs === undefined ? {} : { leaseMs: times.tapLeaseMs }),
    });
    const parts = { rooms, taps, pool };
    try {
      const server = await ProcessServer.create({
        host: options.host,
        port: options.port,
        targetFile: options.targetFile,
        log,
        metrics: createMetrics(() => parts),
        isReady: options.isReady ?? (() => true),
        checks: {
          workers: async () => {
            pool.pickLightest(() => 0);
          },
        },
      });
      const inner = serveInner<typeof sfuContract, RoomOwner>({
        server,
        contract: sfuContract,
        handlers: createHandlers(parts),
        secret: options.secret,
        log,
        onConnect: (connection) => connection,
        onClose: (connection) => rooms.handleOwnerGone(connection),
        checksOutput: options.checksOutput ?? false,
      });
      return new SfuNode(server, inner, parts);
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  private constructor(
    server: ProcessServer,
    inner: InnerServer<typeof sfuContract>,
    parts: { readonly rooms: Rooms; readonly taps: Taps<RoomOwner>; readonly pool: WorkerPool },
  ) {
    this.#server = server;
    this.#inner = inner;
    this.#rooms = parts.rooms;
    this.#taps = parts.taps;
    this.#pool = parts.pool;
  }

  /** Of health, metrics and the inner wire. */
  get url(): string {
    return this.#server.url;
  }

  get port(): number {
    return this.#server.port;
  }

  /** 0 idle … 1 full: mean share of a core over the workers. */
  get load(): number {
    return this.#pool.cpuFraction;
  }

  get workerPids(): readonly number[] {
    return this.#pool.slots.map(({ worker }) => worker.pid);
  }

  /** Tells owners that their rooms are gone and ends everything. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      const hadRooms = this.#rooms.all.length > 0;
      this.#taps.closeAll();
      this.#rooms.closeAll();
      if (hadRooms) {
        await new Promise((resolve) => {
          setTimeout(resolve, FAREWELL_MS);
        });
      }
      await this.#inner.close();
      await this.#server.close();
      await this.#pool.close();
    })();
    return this.#closing;
  }
}
