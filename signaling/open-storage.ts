import type { Redis } from 'ioredis';
import { EditionQueue } from '../recorder/jobs/edition-queue.ts';
import { DeriveQueue } from '../recorder/jobs/derive-queue.ts';
import type { CaptionOrders } from '../recorder/jobs/caption-orders.ts';
import { RecordingQueue } from '../recorder/jobs/recording-queue.ts';
import { openDatabase } from '../storage/db/open.ts';
import { createStores } from '../storage/db/stores.ts';
import { openObjectStore } from '../storage/objects/open.ts';
import type { ObjectStore, Stores } from '../storage/ports.ts';
import type { SignalingConfig } from './config.ts';
import { CoursewareSweep } from './courseware/courseware-sweep.ts';
import { chapterKeeper } from './recordings/chapter-texts.ts';
import { EditionFollower } from './recordings/edition-follower.ts';
import { LinkGate } from './recordings/link-gate.ts';
import { RecordingCaptions } from './recordings/recording-captions.ts';
import { RecordingFollower } from './recordings/recording-follower.ts';
import { RecordingTimes } from './recordings/recording-times.ts';
import { RecordingKeeper } from './recordings/recording-keeper.ts';
import { WatchGate } from './recordings/watch-gate.ts';
import { TimetableKeeper } from './directory/timetable-keeper.ts';
import { openCaptionOrders } from './open-captions.ts';
import { DurableWrites } from './room-storage/durable-writes.ts';
import { createRoomWriters, type RoomWriters } from './room-storage/room-writers.ts';
import type { Lifecycle } from './runtime/lifecycle.ts';
import type { Log } from './runtime/log.ts';
import { createRedis } from './runtime/redis.ts';

export interface Storage {
  readonly stores: Stores;
  readonly objects: ObjectStore;
  readonly redis: Redis;
  readonly queue: RecordingQueue;
  readonly packages: DeriveQueue;
  readonly follower: RecordingFollower;
  readonly keeper: RecordingKeeper;
  readonly timetableKeeper: TimetableKeeper;
  readonly linkGate: LinkGate;
  readonly editions: EditionFollower;
  readonly gate: WatchGate;
  readonly times: RecordingTimes;
  readonly captions: RecordingCaptions;
  readonly captionOrders: CaptionOrders;
  readonly writes: DurableWrites<RoomWriters>;
}

type StorageConfig = Parameters<typeof openDatabase>[0] &
  Parameters<typeof openObjectStore>[0] &
  Pick<SignalingConfig, 'REDIS_URL'>;

/** Database, object store, Redis and what stands directly on them; closed by the lifecycle in reverse order. */
export async function openStorage(config: StorageConfig, log: Log, lifecycle: Lifecycle): Promise<Storage> {
  const database = await openDatabase(config, { onIdleError: (err) => log.warn({ err }, 'database connection lost') });
  lifecycle.onStop('database', () => database.close());
  const stores = createStores(database.db);
  const objects = await openObjectStore(config);
  lifecycle.onStop('object store', () => objects.close());
  const redis = createRedis({ url: config.REDIS_URL, name: 'signaling', log, whenAway: 'fail' });
  lifecycle.onStop('redis', () => redis.disconnect());
  const queue = await RecordingQueue.create({ redisUrl: config.REDIS_URL, log });
  lifecycle.onStop('recording queue', () => queue.close());
  const derived = new DeriveQueue({ redisUrl: config.REDIS_URL, log });
  lifecycle.onStop('derive queue', () => derived.close());
  const keepChapters = chapterKeeper(objects, stores.recordingTexts);
  const follower = new RecordingFollower({ recordings: stores.recordings, queue, keepChapters, log });
  lifecycle.onStop('recording follower', () => follower.close());
  const courseware = new CoursewareSweep({ stores, objects, log, nowMs: Date.now });
  const keeper = new RecordingKeeper({ stores, objects, queue, derived, courseware, log, nowMs: Date.now });
  lifecycle.onStop('recording keeper', () => keeper.close());
  const timetableKeeper = new TimetableKeeper({ timetable: stores.timetable, log, nowMs: Date.now });
  lifecycle.onStop('timetable keeper', () => timetableKeeper.close());
  const linkGate = new LinkGate(stores.recordingLinks, Date.now);
  const times = new RecordingTimes(stores.editions, objects);
  const captions = new RecordingCaptions(stores, times);
  const captionOrders = openCaptionOrders({ config, stores, objects, captions, queue, log, lifecycle });
  const writes = new DurableWrites({ redis, log, writers: createRoomWriters(stores) });
  lifecycle.onStop('durable writes', () => writes.close());
  const editionQueue = await EditionQueue.create({ redisUrl: config.REDIS_URL, log });
  lifecycle.onStop('edition queue', () => editionQueue.close());
  const gate = new WatchGate({ recordings: stores.recordings, objects, nowMs: Date.now });
  const editions = new EditionFollower({
    ...{ recordings: stores.recordings, editions: stores.editions, jobs: editionQueue, production: queue, gate, log },
    keepChapters,
  });
  lifecycle.onStop('edition follower', () => editions.close());
  return {
    stores,
    objects,
    redis,
    queue,
    packages: derived,
    follower,
    keeper,
    timetableKeeper,
    linkGate,
    editions,
    gate,
    times,
    captions,
    captionOrders,
    writes,
  };
}
