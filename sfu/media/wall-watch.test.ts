import { createWorker } from 'mediasoup';
import type { DirectTransport, Producer, Worker } from 'mediasoup/types';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProducerId, SeatId } from '../../signaling/protocol/ids.ts';
import { ROOM_CODECS } from './codecs.ts';
import { WallWatch } from './wall-watch.ts';

const LOOK_MS = 5_000;
/** In one look three times what a picture may have is 187 500 bytes. */
const GREEDY_PACKETS = 200;
const FAIR_PACKETS = 40;
const PACKET_BYTES = 1_000;
const pupil = SeatId.parse('pupil');

let worker: Worker;
let page: DirectTransport;
let watch: WallWatch;
let closed: ProducerId[];
let open: Map<ProducerId, Producer>;
let ssrc = 1_000;

beforeAll(async () => {
  worker = await createWorker({ logLevel: 'error' });
  page = await (await worker.createRouter({ mediaCodecs: [...ROOM_CODECS] })).createDirectTransport();
});
afterAll(() => worker.close());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  closed = [];
  open = new Map();
  watch = new WallWatch((producerId) => {
    closed.push(producerId);
    close(producerId);
  });
});
afterEach(() => {
  watch.close();
  for (const producer of open.values()) producer.close();
  vi.useRealTimers();
});

async function openPicture(seatId = pupil): Promise<ProducerId> {
  ssrc += 1;
  const producer = await page.produce({
    kind: 'video',
    rtpParameters: {
      codecs: [{ mimeType: 'video/VP8', clockRate: 90_000, payloadType: 96 }],
      encodings: [{ ssrc }],
      rtcp: { cname: `picture-${ssrc}` },
    },
    appData: { ssrc },
  });
  const producerId = ProducerId.parse(producer.id);
  open.set(producerId, producer);
  watch.add({ producerId, seatId, source: 'wall', demand: null, producer });
  return producerId;
}

function close(producerId: ProducerId, seatId = pupil): void {
  watch.remove({ producerId, seatId });
  open.get(producerId)?.close();
  open.delete(producerId);
}

const sentBy = new Map<ProducerId, number>();
function send(producerId: ProducerId, packets: number): void {
  const producer = open.get(producerId);
  if (producer === undefined) throw new Error('the picture is closed');
  const first = sentBy.get(producerId) ?? 0;
  sentBy.set(producerId, first + packets);
  for (let n = first; n < first + packets; n += 1) {
    const packet = Buffer.alloc(PACKET_BYTES);
    packet.set([0x80, 96]);
    packet.writeUInt16BE(n, 2);
    packet.writeUInt32BE(n * 3_000, 4);
    packet.writeUInt32BE(Number(producer.appData['ssrc']), 8);
    producer.send(packet);
  }
}

/** The media worker answers in the order in which it is asked. */
async function answered(): Promise<void> {
  await worker.getResourceUsage();
  await new Promise((resolve) => setImmediate(resolve));
}

async function look(): Promise<void> {
  await answered();
  vi.advanceTimersByTime(LOOK_MS);
  await answered();
}

describe('the watch of the class wall', () => {
  it('closes what sends too much in two looks in a row, and leaves a fair picture alone (V4)', async () => {
    const [greedy, fair] = [await openPicture(), await openPicture(SeatId.parse('another'))];
    for (const isLast of [false, true]) {
      send(greedy, GREEDY_PACKETS);
      send(fair, FAIR_PACKETS);
      await look();
      expect(closed).toEqual(isLast ? [greedy] : []);
    }
  });

  it('knows a seat again that has closed its picture and opened another', async () => {
    const first = await openPicture();
    send(first, GREEDY_PACKETS);
    await look();
    close(first);
    const second = await openPicture();
    send(second, GREEDY_PACKETS);
    await look();
    expect(closed).toEqual([second]);
    const third = await openPicture();
    send(third, GREEDY_PACKETS);
    await look();
    expect(closed).toEqual([second, third]);
  });

  it('counts what was sent in a picture that was closed before the look', async () => {
    for (let n = 0; n < 2; n += 1) {
      const short = await openPicture();
      send(short, GREEDY_PACKETS);
      close(short);
      if (n === 0) await look();
    }
    const next = await openPicture();
    await look();
    expect(closed).toEqual([next]);
  });

  it('finds whoever sends too much every other time', async () => {
    const picture = await openPicture();
    for (let n = 0; n < 6 && closed.length === 0; n += 1) {
      send(picture, n % 2 === 0 ? GREEDY_PACKETS : FAIR_PACKETS);
      await look();
    }
    expect(closed).toEqual([picture]);
  });

  it('forgives what a fair picture follows, and not while nothing is sent', async () => {
    const picture = await openPicture();
    send(picture, GREEDY_PACKETS);
    await look();
    for (let n = 0; n < 2; n += 1) {
      send(picture, FAIR_PACKETS);
      await look();
    }
    send(picture, GREEDY_PACKETS);
    await look();
    expect(closed).toEqual([]);
    await look();
    send(picture, GREEDY_PACKETS);
    await look();
    expect(closed).toEqual([picture]);
  });
});
