import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProducerId } from '../../../signaling/protocol/ids.ts';
import type { Source } from '../../../signaling/protocol/media.ts';
import { eventually } from '../../support/eventually.ts';
import { loadMediaClip, type MediaClip } from '../../support/rtp/media-clip.ts';
import {
  fenceOf,
  newProducerId,
  newRoomId,
  newSeatId,
  SfuStand,
  type SfuClient,
} from '../../support/stands/sfu-stand.ts';

const fence = fenceOf(1);
const roomId = newRoomId();
const ONE_LOOK_MS = 5_000;
/** Two looks would take it beyond that. */
const SPARE_MS = 4_000;
let stand: SfuStand;
let client: SfuClient;
let small: MediaClip;
let large: MediaClip;

beforeAll(async () => {
  small = await loadMediaClip({ codec: 'H264', width: 320, height: 180, fps: 5, kilobitsPerSecond: 90 });
  large = await loadMediaClip({ codec: 'H264', width: 1280, height: 720, fps: 30, kilobitsPerSecond: 2_500 });
  stand = await SfuStand.create();
  client = await stand.connect('signaling');
  await client.call('openRoom', { roomId, fence });
});
afterAll(() => stand.close());

async function send(source: Source, clip: MediaClip, seatId = newSeatId()): Promise<ProducerId> {
  const producerId = newProducerId();
  await stand.ingest(client, { roomId, fence, seatId, producerId, source }, { clip });
  return producerId;
}

describe('a picture on the class wall', () => {
  it('is closed when much more arrives than it may have, and nothing else is (V4)', async () => {
    const closed: ProducerId[] = [];
    client.notices.on('producerClosed', ({ producerId }) => closed.push(producerId));
    const fair = await send('wall', small);
    const stage = await send('camera', large);
    const seatId = newSeatId();
    const greedy = await send('wall', large, seatId);
    await eventually(() => closed).toEqual([greedy]);
    // Another picture of the same seat does not begin anew.
    const again = await send('wall', large, seatId);
    const openedAtMs = performance.now();
    await eventually(() => closed).toEqual([greedy, again]);
    expect(performance.now() - openedAtMs).toBeLessThan(ONE_LOOK_MS + SPARE_MS);
    const { producers } = await client.call('describeRoom', { roomId, fence });
    expect(producers.map(({ producerId }) => producerId).toSorted()).toEqual([fair, stage].toSorted());
  });
});
