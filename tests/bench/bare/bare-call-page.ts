/**
 * Runs in the page of the bare call: `bareSend()` sends camera and microphone, the button receives what is sent. Encodings are the room's, so that both
 * sides forward the same.
 */
import { Device } from 'mediasoup-client';
import type { ConsumerOptions, RtpCapabilities, Transport, TransportOptions } from 'mediasoup-client/types';
import { producerOptions } from '../../../web-client/src/call/encodings.ts';
import type { BareRequest } from './bare-wire.ts';

declare global {
  var bareSend: () => Promise<void>;
}

type Ask = <T>(request: BareRequest) => Promise<T>;

async function openWire(): Promise<Ask> {
  const socket = new WebSocket(location.origin.replace('http', 'ws'));
  const waiting = new Map<number, (answer: never) => void>();
  let count = 0;
  socket.addEventListener('message', ({ data }) => {
    const { n, answer } = JSON.parse(String(data)) as { n: number; answer: never };
    waiting.get(n)?.(answer);
  });
  await new Promise((resolve) => {
    socket.addEventListener('open', resolve);
  });
  return async (request) => {
    count += 1;
    const n = count;
    socket.send(JSON.stringify({ n, request }));
    return new Promise((resolve) => {
      waiting.set(n, resolve);
    });
  };
}

async function openDevice(ask: Ask): Promise<Device> {
  const device = await Device.factory();
  await device.load({ routerRtpCapabilities: await ask<RtpCapabilities>({ do: 'capabilities' }) });
  return device;
}

async function settle<T>(work: Promise<T>, done: (result: T) => void, failed: (error: Error) => void): Promise<void> {
  try {
    done(await work);
  } catch (error) {
    failed(error as Error);
  }
}

function answerConnect(ask: Ask, transport: Transport): void {
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    void settle(ask({ do: 'connect', transportId: transport.id, dtlsParameters }), () => done(), failed);
  });
}

async function send(): Promise<void> {
  const ask = await openWire();
  const device = await openDevice(ask);
  const transport = device.createSendTransport(await ask<TransportOptions>({ do: 'transport' }));
  answerConnect(ask, transport);
  transport.on('produce', ({ kind, rtpParameters }, done, failed) => {
    const request = { do: 'produce', transportId: transport.id, kind, rtpParameters } as const;
    void settle(ask<{ id: string }>(request), done, failed);
  });
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  for (const track of stream.getTracks()) {
    const kind = track.kind === 'audio' ? 'audio' : 'video';
    await transport.produce({
      track,
      ...producerOptions(device, kind === 'audio' ? 'microphone' : 'camera', track, 'h264'),
    });
  }
}

async function receive(): Promise<void> {
  const ask = await openWire();
  const device = await openDevice(ask);
  const transport = device.createRecvTransport(await ask<TransportOptions>({ do: 'transport' }));
  answerConnect(ask, transport);
  const { recvRtpCapabilities: rtpCapabilities } = device;
  const offers = await ask<ConsumerOptions[]>({
    do: 'consume',
    transportId: transport.id,
    rtpCapabilities,
  });
  const consumers = await Promise.all(offers.map((offer) => transport.consume(offer)));
  const video = document.createElement('video');
  Object.assign(video, { autoplay: true, muted: true, playsInline: true });
  video.srcObject = new MediaStream(consumers.map(({ track }) => track));
  document.body.append(video);
  await ask({ do: 'resume', consumerIds: consumers.map(({ id }) => id) });
}

globalThis.bareSend = send;
document.querySelector('#join')?.addEventListener('click', () => void receive());
