import { createWorker } from 'mediasoup';
import type { Consumer, Router, Worker } from 'mediasoup/types';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../tests/support/eventually.ts';
import { openSimulcastCamera, type SimulcastCamera } from '../../tests/support/rtp/simulcast-camera.ts';
import { ROOM_CODECS } from './codecs.ts';
import { flowingLayerBelow } from './flowing-layer.ts';
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
beforeEach(() => camera.send([0, 1]));
afterAll(() => {
  camera?.close();
  worker?.close();
});

async function receive() {
  const { rtpCapabilities } = router;
  const transport = await router.createDirectTransport();
  const consumer: Consumer = await transport.consume({ producerId: camera.producer.id, rtpCapabilities });
  const ceiling = new LayerCeiling(consumer, stops);
  const untilShown = (layer: number) => eventually(() => consumer.currentLayers?.spatialLayer).toBe(layer);
  await untilShown(1);
  return { consumer, ceiling, untilShown };
}

describe('LayerCeiling', () => {
  it('has a flowing layer shown instead of one that has stopped, and the upper one when it is back', async () => {
    const { ceiling, consumer, untilShown } = await receive();
    expect([ceiling.layers, ceiling.shown]).toEqual([2, 1]);
    camera.send([0]);
    await stops.tell(1, 0);
    expect(consumer.preferredLayers?.spatialLayer).toBe(0);
    await untilShown(0);
    await eventually(() => consumer.preferredLayers?.spatialLayer).toBe(1);
    camera.send([0, 1]);
    await untilShown(1);
    consumer.close();
  });

  it('goes back to a layer that had not stopped at all', async () => {
    const { consumer, untilShown } = await receive();
    await stops.tell(1, 0);
    await untilShown(0);
    await untilShown(1);
    consumer.close();
  });

  it('leaves alone who shows another layer, and who stays below the ceiling gets what is wanted meanwhile', async () => {
    const [small, large] = [await receive(), await receive()];
    await small.ceiling.want({ spatialLayer: 0 });
    await small.untilShown(0);
    await stops.tell(1, 0);
    await small.ceiling.want({ spatialLayer: 1 });
    await large.ceiling.want({ spatialLayer: 1 });
    expect(small.consumer.preferredLayers?.spatialLayer).toBe(1);
    expect(large.consumer.preferredLayers?.spatialLayer).toBe(0);
    await eventually(() => large.consumer.preferredLayers?.spatialLayer).toBe(1);
    small.consumer.close();
    large.consumer.close();
    await expect(stops.tell(1, 0)).resolves.toBeUndefined();
  });
});

describe('flowingLayerBelow', () => {
  it('finds the layer that goes on, if one does and the other has stopped', async () => {
    const { consumer } = await receive();
    expect(await flowingLayerBelow(camera.producer, 1)).toBeUndefined();
    camera.send([0]);
    await eventually(() => flowingLayerBelow(camera.producer, 1)).toBe(0);
    camera.send([]);
    await eventually(() => flowingLayerBelow(camera.producer, 1)).toBeUndefined();
    consumer.close();
  });
});
