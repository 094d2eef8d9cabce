import type { Server } from 'node:http';
import type { Redis } from 'ioredis';
import type { RoomsDesk } from './http/dependencies.ts';
import { CaptureNodes } from './nodes/capture-nodes.ts';
import { RoomConnectionChecks } from './nodes/connection-checks.ts';
import { RedisRoomDirectory } from './nodes/redis-room-directory.ts';
import { SfuNodes } from './nodes/sfu-nodes.ts';
import { systemClock } from './rooms/clock.ts';
import type { RoomStore } from './rooms/ports.ts';
import { RoomRegistry } from './rooms/room-registry.ts';
import { SeatTokenSigner } from './rooms/seat-token.ts';
import type { Log } from './runtime/log.ts';
import { NodeRegistry } from './runtime/node-registry.ts';
import { CapabilityCache } from './socket/capability-cache.ts';
import { RoomSockets } from './socket/server.ts';

export interface LiveRoomsOptions {
  readonly httpServer: Server;
  readonly redis: Redis;
  readonly store: RoomStore;
  readonly log: Log;
  readonly innerSecret: string;
  readonly sessionSecret: string;
  readonly publicUrl: string | undefined;
  readonly maxInside: number;
  readonly checksOutput: boolean;
  /** Path prefix under which browsers reach this very process; its successor has the same. */
  readonly homePath: string;
}

/** Everything of this process that is live: rooms, their sockets, the media and capture nodes. */
export class LiveRooms implements RoomsDesk {
  readonly registry: RoomRegistry;
  readonly connectionChecks: RoomConnectionChecks;
  readonly sockets: RoomSockets;
  readonly #sfuNodes: SfuNodes;
  readonly #captureNodes: CaptureNodes;
  readonly #directory: RedisRoomDirectory;

  constructor(options: LiveRoomsOptions) {
    const { redis, log, innerSecret: secret } = options;
    const nodes = new NodeRegistry(redis, log);
    const tokens = new SeatTokenSigner(options.sessionSecret);
    this.#sfuNodes = new SfuNodes({ registry: nodes, secret, log });
    const regionOf = (sfuUrl: string): string | null => this.#sfuNodes.regionOf(sfuUrl);
    this.#captureNodes = new CaptureNodes({ registry: nodes, secret, log, regionOf });
    this.#directory = new RedisRoomDirectory({ redis, log, homePath: options.homePath });
    this.connectionChecks = new RoomConnectionChecks(this.#sfuNodes.openRoom);
    this.sockets = new RoomSockets({
      httpServer: options.httpServer,
      publicUrl: options.publicUrl,
      tokens,
      capabilities: new CapabilityCache(),
      log,
      nowMs: Date.now,
      checksOutput: options.checksOutput,
    });
    this.registry = new RoomRegistry({
      directory: this.#directory,
      store: options.store,
      openMedia: this.#sfuNodes.openRoom,
      recordingControl: this.#captureNodes,
      tokens,
      broadcastFor: this.sockets.broadcastFor,
      clock: systemClock,
      log,
      maxInside: options.maxInside,
    });
  }

  /** Takes over what the process before held, then lets sockets in. */
  async open(): Promise<void> {
    await this.registry.restore();
    this.sockets.serve(this.registry);
  }

  /** Whether a lesson that begins now has picture and sound. */
  get hasMediaNode(): boolean {
    return this.#sfuNodes.openCount > 0;
  }

  /** Whether it can be recorded. */
  get hasCaptureNode(): boolean {
    return this.#captureNodes.hasNode;
  }

  get roomCapabilities(): RoomsDesk['roomCapabilities'] {
    return this.#sfuNodes.roomCapabilities;
  }

  readonly enter: RoomsDesk['enter'] = (claims) => this.registry.enter(claims);

  readonly presentCount: RoomsDesk['presentCount'] = (lessonId) => this.registry.presentCount(lessonId);

  readonly endLesson: RoomsDesk['endLesson'] = (lessonId) => this.registry.endLesson(lessonId);

  readonly dropStraySeats: RoomsDesk['dropStraySeats'] = () => this.registry.dropStraySeats();

  /** Lets go of everything as it is, for the next process. */
  async close(): Promise<void> {
    await this.sockets.close();
    await this.registry.close();
    await this.connectionChecks.close();
    this.#directory.close();
    this.#captureNodes.close();
    this.#sfuNodes.close();
  }
}
