import { Device } from 'mediasoup-client';
import type { ConsumerOptions, RtpCapabilities, Transport, TransportOptions } from 'mediasoup-client/types';

/**
 * Runs inside a browser page: one seat sends a drawn camera picture and a tone, another seat of the same page receives both. Every
 * request to the sfu goes through `sfuCall`, which the test exposes.
 */
interface Offer {
  readonly transportId: string;
  readonly iceParameters: TransportOptions['iceParameters'];
  readonly iceCandidates: TransportOptions['iceCandidates'];
  readonly dtlsParameters: TransportOptions['dtlsParameters'];
}

interface CallPlan {
  readonly routerRtpCapabilities: RtpCapabilities;
  readonly sender: object;
  readonly receiver: object;
  readonly send: Offer;
  readonly recv: Offer;
  readonly producers: readonly {
    readonly producerId: string;
    readonly kind: 'audio' | 'video';
    readonly source: string;
  }[];
}

interface CallReport {
  readonly videoCodec: string;
  readonly frames: number;
  readonly audioSamples: number;
}

declare global {
  function sfuCall(name: string, params: object): Promise<unknown>;
  var runCall: (plan: CallPlan) => Promise<CallReport>;
  var framesAfterIceRestart: () => Promise<number>;
}

const FRAMES_WANTED = 10;
let restart: () => Promise<number> = () => Promise.reject(new Error('no call'));

function optionsOf(offer: Offer): TransportOptions {
  const { transportId, ...rest } = offer;
  return { id: transportId, ...rest };
}

async function settle<T>(work: Promise<T>, done: (result: T) => void, failed: (error: Error) => void): Promise<void> {
  try {
    done(await work);
  } catch (error) {
    failed(error as Error);
  }
}

function answerConnect(transport: Transport, seat: object): void {
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    const connecting = sfuCall('connectTransport', { ...seat, transportId: transport.id, dtlsParameters });
    void settle(connecting, done, failed);
  });
}

function drawnStream(): MediaStream {
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 360;
  const pen = canvas.getContext('2d');
  let n = 0;
  setInterval(() => {
    n += 1;
    if (pen !== null) {
      pen.fillStyle = `hsl(${n % 360} 80% 50%)`;
      pen.fillRect(0, 0, 640, 360);
    }
  }, 33);
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const outlet = audio.createMediaStreamDestination();
  tone.connect(outlet);
  tone.start();
  return new MediaStream([...canvas.captureStream(30).getTracks(), ...outlet.stream.getTracks()]);
}

async function countFrames(video: HTMLVideoElement, wanted: number): Promise<number> {
  let frames = 0;
  await new Promise<void>((resolve) => {
    const onFrame = (): void => {
      frames += 1;
      if (frames >= wanted) resolve();
      else video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  });
  return frames;
}

globalThis.runCall = async (plan) => {
  // A blank page is no secure context, where browsers do not say who they are.
  const device = await Device.factory({ handlerName: 'Chrome111' });
  await device.load({ routerRtpCapabilities: plan.routerRtpCapabilities });
  const send = device.createSendTransport(optionsOf(plan.send));
  answerConnect(send, plan.sender);
  send.on('produce', ({ kind, rtpParameters }, done, failed) => {
    const producer = plan.producers.find((candidate) => candidate.kind === kind);
    const producing = sfuCall('produce', { ...plan.sender, ...producer, rtpParameters, paused: false });
    void settle(producing, () => done({ id: producer?.producerId ?? '' }), failed);
  });
  for (const track of drawnStream().getTracks()) {
    await send.produce({ track });
  }

  const recv = device.createRecvTransport(optionsOf(plan.recv));
  answerConnect(recv, plan.receiver);
  const producerIds = plan.producers.map(({ producerId }) => producerId);
  const answer = (await sfuCall('consume', {
    ...plan.receiver,
    rtpCapabilities: device.recvRtpCapabilities,
    producerIds,
  })) as { consumers: (ConsumerOptions & { consumerId: string })[] };
  const consumers = await Promise.all(
    answer.consumers.map((offer) => recv.consume({ ...offer, id: offer.consumerId })),
  );
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  video.srcObject = new MediaStream(consumers.map(({ track }) => track));
  document.body.append(video);
  const counting = countFrames(video, FRAMES_WANTED);
  const consumerIds = consumers.map(({ id }) => id);
  await sfuCall('setConsumersPaused', { ...plan.receiver, consumerIds, paused: false });
  const frames = await counting;

  restart = async () => {
    for (const [transport, seat] of [
      [send, plan.sender],
      [recv, plan.receiver],
    ] as const) {
      const order = { ...seat, transportId: transport.id };
      const { iceParameters } = (await sfuCall('restartIce', order)) as Pick<Offer, 'iceParameters'>;
      await transport.restartIce({ iceParameters });
    }
    return countFrames(video, FRAMES_WANTED);
  };
  const stats = [...(await recv.getStats()).values()] as {
    type: string;
    kind?: string;
    totalSamplesReceived?: number;
  }[];
  const sound = stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
  const codec = consumers.find(({ kind }) => kind === 'video')?.rtpParameters.codecs[0]?.mimeType ?? '';
  return { videoCodec: codec, frames, audioSamples: sound?.totalSamplesReceived ?? 0 };
};
globalThis.framesAfterIceRestart = () => restart();
