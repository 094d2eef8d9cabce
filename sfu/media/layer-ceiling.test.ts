import { createWorker } from 'mediasoup';
import type { Consumer, Router, Worker } from 'mediasoup/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../tests/support/eventually.ts';
import { openSimulcastCamera, type SimulcastCamera } from '../../tests/support/rtp/simulcast-camera.ts';
import { ROOM_CODECS } from './codecs.ts';
import { LayerCeiling, LayerStops } from './layer-ceiling.ts';

let worker: Worker;
let router: Router;
let camera: SimulcastCamera;
const stops = new LayerStops();

beforeAll(async () => {
  worker = await createWorker({ logLevel: 'error' });
  router = await worker.createRouter({ mediaCodecs: [...ROOM_CODECS] });
  camera = await openSimulcastCamera(router);
});
afterAll(() => {
  camera?.close();
  worker?.close();
});

/** A receiver, and layers as they come to be shown, with what mediasoup says of the highest one. */
async function receive() {
  const { rtpCapabilities } = router;
  const transport = await router.createDirectTransport();
  const consumer: Consumer = await transport.consume({ producerId: camera.producer.id, rtpCapabilities });
  const ceiling = new LayerCeiling(consumer, stops);
  const told: string[] = [];
  consumer.on('layerschange', (layers) => told.push(`shows ${layers?.spatialLayer}`));
  camera.producer.on('score', (scores) => {
    if (scores.some(({ encodingIdx, score }) => encodingIdx === 1 && score === 0)) told.push('top stopped');
  });
  return { consumer, ceiling, told };
}

describe('LayerCeiling', () => {
  it('has the next layer shown before mediasoup notices that the one above has stopped, and the one above when it is back', async () => {
    const { ceiling, told, consumer } = await receive();
    expect(ceiling.layers).toBe(2);
    await eventually(() => told.at(-1)).toBe('shows 1');
    camera.send([0]);
    await stops.tell(1);
    await eventually(() => told.at(-1)).toBe('top stopped');
    expect(told.slice(-2)).toEqual(['shows 0', 'top stopped']);
    camera.send([0, 1]);
    await eventually(() => told.at(-1)).toBe('shows 1');
    consumer.close();
  });

  it('goes back to a layer that had not stopped at all', async () => {
    const { told, consumer } = await receive();
    await eventually(() => told.at(-1)).toBe('shows 1');
    await stops.tell(1);
    await eventually(() => told.slice(-2)).toEqual(['shows 0', 'shows 1']);
    consumer.close();
  });

  it('leaves alone who shows another layer, and keeps to what was asked for meanwhile', async () => {
    const [small, large] = [await receive(), await receive()];
    await small.ceiling.want({ spatialLayer: 0 });
    await eventually(() => small.consumer.currentLayers?.spatialLayer).toBe(0);
    await eventually(() => large.consumer.currentLayers?.spatialLayer).toBe(1);
    await stops.tell(0);
    expect([small.ceiling.shown, large.ceiling.shown]).toEqual([0, 1]);
    await stops.tell(1);
    await large.ceiling.want({ spatialLayer: 1 });
    expect(large.consumer.preferredLayers?.spatialLayer).toBe(0);
    await eventually(() => large.consumer.preferredLayers?.spatialLayer).toBe(1);
    expect(small.consumer.preferredLayers?.spatialLayer).toBe(0);
    small.consumer.close();
    large.consumer.close();
    await stops.tell(1);
  });
});
