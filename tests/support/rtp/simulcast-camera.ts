import type { Producer, Router } from 'mediasoup/types';
import { loadMediaClip } from './media-clip.ts';
import { nowUnixUs } from './rtp-source.ts';
import { rtpTimeline } from './rtp-timeline.ts';

/** From the lowest to the highest, a keyframe twice a second. */
const LAYERS = [
  { ssrc: 1001, width: 160, height: 90, kilobitsPerSecond: 60 },
  { ssrc: 1002, width: 640, height: 360, kilobitsPerSecond: 800 },
] as const;
const SEND_EVERY_MS = 5;

export interface SimulcastCamera {
  readonly producer: Producer;
  /** Which layers leave the camera from now on; time goes on in the others too. */
  send(layers: readonly number[]): void;
  close(): void;
}

/** VP8 in two simulcast layers, in real time, as a browser sends it into a router. */
export async function openSimulcastCamera(router: Router): Promise<SimulcastCamera> {
  const device = await router.createDirectTransport();
  const clips = await Promise.all(
    LAYERS.map((layer) => loadMediaClip({ codec: 'VP8', fps: 15, seconds: 4, keyFrameEverySeconds: 0.5, ...layer })),
  );
  const producer = await device.produce({
    kind: 'video',
    rtpParameters: {
      codecs: [{ mimeType: 'video/VP8', clockRate: 90_000, payloadType: 96 }],
      encodings: LAYERS.map(({ ssrc }) => ({ ssrc, scalabilityMode: 'L1T1' })),
      rtcp: { cname: 'camera' },
    },
  });
  const startUnixUs = nowUnixUs();
  const streams = clips.map((clip, index) => {
    const ssrc = LAYERS[index]?.ssrc ?? 0;
    const packets = rtpTimeline({ clip, startUnixUs, ssrc, payloadType: 96, cname: 'camera' });
    return { packets, next: packets.next() };
  });
  let sent: readonly number[] = LAYERS.map((_, index) => index);
  const timer = setInterval(() => {
    for (const [index, stream] of streams.entries()) {
      while (stream.next.done !== true && stream.next.value.atUnixUs <= nowUnixUs()) {
        const { kind, bytes } = stream.next.value;
        if (kind === 'rtcp') device.sendRtcp(bytes);
        else if (sent.includes(index)) producer.send(bytes);
        stream.next = stream.packets.next();
      }
    }
  }, SEND_EVERY_MS);
  return {
    producer,
    send: (layers) => {
      sent = layers;
    },
    close: () => clearInterval(timer),
  };
}
