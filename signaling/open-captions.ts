import { CaptionOrders } from '../recorder/jobs/caption-orders.ts';
import type { RecordingQueue } from '../recorder/jobs/recording-queue.ts';
import type { ObjectStore, Stores } from '../storage/ports.ts';
import { CaptionFollower } from './recordings/caption-follower.ts';
import type { RecordingCaptions } from './recordings/recording-captions.ts';
import type { Lifecycle } from './runtime/lifecycle.ts';
import type { Log } from './runtime/log.ts';

interface CaptionParts {
  readonly config: { readonly REDIS_URL: string };
  readonly stores: Stores;
  readonly objects: ObjectStore;
  readonly captions: RecordingCaptions;
  readonly queue: RecordingQueue;
  readonly log: Log;
  readonly lifecycle: Lifecycle;
}

/** Speech recognition: what it makes is taken from now on, and what came while nobody was here. */
export function openCaptionOrders({ config, lifecycle, queue, stores, ...rest }: CaptionParts): CaptionOrders {
  const orders = new CaptionOrders({ redisUrl: config.REDIS_URL, log: rest.log });
  lifecycle.onStop('caption orders', () => orders.close());
  const follower = new CaptionFollower({ ...rest, orders, recordings: stores.recordings, nowMs: Date.now });
  lifecycle.onStop('caption follower', () => follower.close());
  queue.on('produced', ({ recordingId }) => follower.produced(recordingId));
  follower.catchUp();
  return orders;
}
