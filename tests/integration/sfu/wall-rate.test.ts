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

async function send(source: Source, clip: MediaClip): Promise<ProducerId> {
  const producerId = newProducerId();
  await stand.ingest(client, { roomId, fence, seatId: newSeatId(), producerId, source }, { clip });
  return producerId;
}

describe('a picture on the class wall', () => {
  it('is closed when much more arrives than it may have, and nothing else is (V4)', async () => {
    const closed: ProducerId[] = [];
    client.notices.on('producerClosed', ({ producerId }) => closed.push(producerId));
    const fair = await send('wall', small);
    const stage = await send('camera', large);
    const greedy = await send('wall', large);
    await eventually(() => closed).toEqual([greedy]);
    const { producers } = await client.call('describeRoom', { roomId, fence });
    expect(producers.map(({ producerId }) => producerId).toSorted()).toEqual([fair, stage].toSorted());
  });
});
