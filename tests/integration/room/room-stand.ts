import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Redis } from 'ioredis';
import { createLog, type Log } from '../../../signaling/runtime/log.ts';
import { NodeRegistry, type Announcement } from '../../../signaling/runtime/node-registry.ts';
import { createRedis } from '../../../signaling/runtime/redis.ts';
import { RedisRoomDirectory } from '../../../signaling/nodes/redis-room-directory.ts';
import { SfuNodes } from '../../../signaling/nodes/sfu-nodes.ts';
import { systemClock } from '../../../signaling/rooms/clock.ts';
import type { JoinClaims } from '../../../signaling/rooms/join-claims.ts';
import type { Clock, RoomLesson } from '../../../signaling/rooms/ports.ts';
import type { Entered } from '../../../signaling/rooms/room-options.ts';
import { RoomState } from '../../../signaling/rooms/room-state.ts';
import { RoomRegistry } from '../../../signaling/rooms/room-registry.ts';
import { SeatTokenSigner } from '../../../signaling/rooms/seat-token.ts';
import { CapabilityCache } from '../../../signaling/socket/capability-cache.ts';
import { RoomSockets } from '../../../signaling/socket/server.ts';
import type { SeatKind } from '../../../signaling/protocol/seats.ts';
import { MemoryRecordingControl } from '../../support/rooms/memory-recording-control.ts';
import { MemoryRoomStore } from '../../support/rooms/memory-room-store.ts';
import { claimsOf, newLesson } from '../../support/rooms/lessons.ts';
import { startRedis, type UrlService } from '../../support/stands/services.ts';
import { SfuStand } from '../../support/stands/sfu-stand.ts';
import { RoomClient } from './room-client.ts';

const log = createLog('room-stand', process.env['TONGKE_TEST_LOG'] === '1' ? 'debug' : 'silent');

/** What of signaling has to do with rooms, wired as its `main.ts` does, on a port of its own. */
export class SignalingStand {
  readonly url: string;
  readonly registry: RoomRegistry;
  readonly #server: Server;
  readonly #redis: Redis;
  readonly #sfuNodes: SfuNodes;
  readonly #sockets: RoomSockets;
  readonly #directory: RedisRoomDirectory;

  static async create(options: SignalingStandOptions): Promise<SignalingStand> {
    const server = createServer((_request, response) => response.writeHead(404).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SignalingStand(server, options);
  }

  private constructor(server: Server, options: SignalingStandOptions) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#redis = createRedis({ url: options.redisUrl, name: 'signaling', log, whenAway: 'fail' });
    const nodes = new NodeRegistry(this.#redis, log);
    const tokens = new SeatTokenSigner(options.secret);
    this.#sfuNodes = new SfuNodes({ registry: nodes, secret: options.sfuSecret, log });
    this.#directory = new RedisRoomDirectory({ redis: this.#redis, log, homePath: options.homePath ?? '' });
    this.#sockets = new RoomSockets({
      httpServer: server,
      publicUrl: undefined,
      tokens,
      capabilities: new CapabilityCache(),
      log,
      nowMs: () => Date.now(),
      checksOutput: true,
    });
    this.registry = new RoomRegistry({
      directory: this.#directory,
      store: options.store,
      openMedia: this.#sfuNodes.openRoom,
      recordingControl: options.recordingControl,
      tokens,
      broadcastFor: this.#sockets.broadcastFor,
      clock: options.clock ?? systemClock,
      log,
      maxInside: options.maxInside ?? 300,
    });
    this.#sockets.serve(this.registry);
  }

  /** sfu nodes that it is connected to. */
  get sfuCount(): number {
    return this.#sfuNodes.openCount;
  }

  hasTeacher(lesson: RoomLesson): boolean {
    const { lessonId } = lesson.facts;
    return this.registry.liveRooms().some((room) => room.lessonId === lessonId && room.hasTeacher);
  }

  /** As `kill -9` looks to everybody else: sockets and links break, nothing is said, nothing is saved any more. */
  async crash(): Promise<void> {
    this.#redis.disconnect();
    this.#directory.close();
    this.#sfuNodes.close();
    await this.#sockets.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async close(): Promise<void> {
    await this.registry.close();
    await this.#sockets.close();
    this.#sfuNodes.close();
    this.#directory.close();
    this.#redis.disconnect();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export interface SignalingStandOptions {
  readonly redisUrl: string;
  readonly sfuSecret: string;
  readonly secret: string;
  readonly store: MemoryRoomStore;
  readonly recordingControl: MemoryRecordingControl;
  readonly maxInside?: number;
  readonly homePath?: string;
  readonly clock?: Clock;
}

/** A real Redis, a real sfu node with its workers, and signaling processes as many as a test starts. */
export class RoomStand {
  readonly store = new MemoryRoomStore();
  readonly recordingControl = new MemoryRecordingControl();
  readonly redis: UrlService;
  readonly sfu: SfuStand;
  readonly #secret = randomUUID();
  readonly #log: Log = log;
  readonly #signalings: SignalingStand[] = [];
  readonly #clients: RoomClient[] = [];
  readonly #announcements: Announcement[] = [];
  readonly #registryRedis: Redis;

  static async create(): Promise<RoomStand> {
    const redis = await startRedis();
    const stand = new RoomStand(redis, await SfuStand.create());
    await stand.announce(stand.sfu, 'sfu-1');
    return stand;
  }

  private constructor(redis: UrlService, sfu: SfuStand) {
    this.redis = redis;
    this.sfu = sfu;
    this.#registryRedis = createRedis({ url: redis.url, name: 'stand', log, whenAway: 'fail' });
  }

  async announce(sfu: SfuStand, id: string, region = 'local'): Promise<void> {
    const url = sfu.node.url.replace(/^http/, 'ws');
    const registry = new NodeRegistry(this.#registryRedis, this.#log);
    this.#announcements.push(await registry.announce(() => ({ kind: 'sfu', id, url, region, load: sfu.node.load })));
  }

  async signaling(change: Partial<SignalingStandOptions> = {}): Promise<SignalingStand> {
    const signaling = await SignalingStand.create({
      redisUrl: this.redis.url,
      sfuSecret: this.sfu.secret,
      secret: this.#secret,
      store: this.store,
      recordingControl: this.recordingControl,
      ...change,
    });
    this.#signalings.push(signaling);
    return signaling;
  }

  lesson(...args: Parameters<typeof newLesson>): RoomLesson {
    const lesson = newLesson(...args);
    this.store.lessons.set(lesson.facts.lessonId, lesson);
    return lesson;
  }

  /** Enters and connects. */
  async join(signaling: SignalingStand, lesson: RoomLesson, seat: SeatKind, name: string): Promise<RoomClient> {
    return await this.joinWith(signaling, claimsOf(lesson, seat, name));
  }

  async joinWith(signaling: SignalingStand, claims: JoinClaims): Promise<RoomClient> {
    const entered = await signaling.registry.enter(claims);
    return await this.connect(signaling.url, claims, entered);
  }

  async connect(url: string, claims: JoinClaims, entered: Entered): Promise<RoomClient> {
    const client = new RoomClient(url, claims, entered);
    this.#clients.push(client);
    await client.connect();
    return client;
  }

  /** A client that is not connected yet. */
  client(url: string, claims: JoinClaims, entered: Entered): RoomClient {
    const client = new RoomClient(url, claims, entered);
    this.#clients.push(client);
    return client;
  }

  /** What Redis holds of the room at this moment. */
  async savedRoom(lesson: RoomLesson): Promise<RoomState | null> {
    const text = await this.#registryRedis.hget(`tongke:room:${lesson.facts.roomId}`, 'state');
    return text === null ? null : RoomState.parse(JSON.parse(text));
  }

  /** As a Redis that came back without its data. */
  async forgetEverything(): Promise<void> {
    await this.#registryRedis.flushall();
  }

  disconnectAll(): void {
    for (const client of this.#clients.splice(0)) client.close();
  }

  async close(): Promise<void> {
    this.disconnectAll();
    for (const signaling of this.#signalings) await signaling.close();
    for (const announcement of this.#announcements) await announcement.withdraw();
    await this.sfu.close();
    this.#registryRedis.disconnect();
    await this.redis.stop();
  }
}
