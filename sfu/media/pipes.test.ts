import { setTimeout as sleep } from 'node:timers/promises';
import { createWorker } from 'mediasoup';
import type { Router, Worker } from 'mediasoup/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProducerId, SeatId } from '../../signaling/protocol/ids.ts';
import { eventually } from '../../tests/support/eventually.ts';
import { openSimulcastCamera, type SimulcastCamera } from '../../tests/support/rtp/simulcast-camera.ts';
import { ROOM_CODECS } from './codecs.ts';
import { RoomPipes } from './pipes.ts';
import { roomProducer, type RoomProducer } from './room-producer.ts';

const listening = { protocol: 'udp', ip: '127.0.0.1' } as const;
const FULL_PACKET_BYTES = 1_200;
const MEAN_OF = 20;
const workers: Worker[] = [];
let source: SimulcastCamera;
let home: Router;
let far: Router;
let camera: RoomProducer;

beforeAll(async () => {
  [home, far] = await Promise.all([newRouter(), newRouter()]);
  source = await openSimulcastCamera(home);
  const { producer } = source;
  const producerId = ProducerId.parse(producer.id);
  const seatId = SeatId.parse('seat');
  camera = roomProducer(
    { producerId, seatId, kind: 'video', source: 'camera' },
    { producer, ingest: null, demand: null },
  );
});
afterAll(() => {
  source?.close();
  for (const worker of workers) worker.close();
});

async function newRouter(): Promise<Router> {
  const worker = await createWorker({ logLevel: 'error' });
  workers.push(worker);
  return worker.createRouter({ mediaCodecs: [...ROOM_CODECS] });
}

/** A pipe between two routers, and the camera as it comes out at the other end. */
async function openPipe() {
  const ends = { home: new RoomPipes({ router: home, listening }), far: new RoomPipes({ router: far, listening }) };
  const [homeEnd, farEnd] = await Promise.all([ends.home.open('far'), ends.far.open('home')]);
  await Promise.all([ends.home.connect('far', farEnd), ends.far.connect('home', homeEnd)]);
  const rtpParameters = await ends.home.send('far', camera);
  const piped = await ends.far.receive('home', { kind: 'video', rtpParameters });
  const receiver = await far.createDirectTransport();
  const consumer = await receiver.consume({ producerId: piped.id, rtpCapabilities: far.rtpCapabilities });
  const sizes: number[] = [];
  consumer.on('rtp', (packet) => sizes.push(packet.length));
  return { ends, piped, sizes };
}

/** NaN, which is neither more nor less than anything, until enough have come. */
function meanOfLast(sizes: readonly number[]): number {
  const last = sizes.slice(-MEAN_OF);
  return last.length < MEAN_OF ? Number.NaN : last.reduce((sum, size) => sum + size, 0) / MEAN_OF;
}

describe('RoomPipes', () => {
  it('carry one layer of a simulcast stream, the one that is wanted, and nothing while none is', async () => {
    const { ends, piped, sizes } = await openPipe();
    expect(piped.type).toBe('simple');
    // A picture of the small layer fits into a packet that is not full.
    await ends.home.setLayer('far', camera.producerId, 0);
    await eventually(() => meanOfLast(sizes)).toBeLessThan(FULL_PACKET_BYTES / 2);
    await ends.home.setLayer('far', camera.producerId, 9);
    await eventually(() => meanOfLast(sizes)).toBeGreaterThan((FULL_PACKET_BYTES * 3) / 4);

    await ends.home.setLayer('far', camera.producerId, null);
    await sleep(200);
    const arrived = sizes.length;
    await sleep(500);
    expect(sizes).toHaveLength(arrived);
    await ends.home.close('far');
    expect(ends.home.size).toBe(0);
  });

  it('answer what is asked twice with what is there, and refuse what is not', async () => {
    const { ends } = await openPipe();
    expect(await ends.home.open('far')).toEqual(await ends.home.open('far'));
    expect(await ends.home.send('far', camera)).toEqual(await ends.home.send('far', camera));
    await expect(ends.home.send('elsewhere', camera)).rejects.toMatchObject({ code: 'gone' });
    await ends.home.close('far');
    await expect(ends.home.send('far', camera)).rejects.toMatchObject({ code: 'gone' });
  });
});
