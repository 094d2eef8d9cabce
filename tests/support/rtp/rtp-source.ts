import { randomInt, randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { RtpParameters } from 'mediasoup/types';
import type { MediaClip } from './media-clip.ts';
import { countKeyFrameRequests } from './rtcp.ts';
import {
  captureUnixUsOf,
  rtpParametersOf,
  rtpTimeline,
  type RtpStreamOptions,
  type TimedPacket,
} from './rtp-timeline.ts';

const TICK_MS = 5;
const DEFAULT_PAYLOAD_TYPES = { H264: 102, VP8: 96, VP9: 98, AV1: 100, opus: 111 } as const;

export interface RtpTarget {
  readonly ip: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
}

export interface RtpSourceOptions extends Pick<RtpStreamOptions, 'clip'>, Partial<Omit<RtpStreamOptions, 'clip'>> {
  /** The same picture larger: simulcast, each layer with the next SSRC. */
  readonly higherLayers?: readonly MediaClip[];
}

/** A device that sends one stream of real media in real time and knows when each frame was "captured". */
export interface RtpSource {
  readonly ssrc: number;
  readonly cname: string;
  /** For `openIngest`. */
  readonly rtpParameters: RtpParameters;
  readonly packetsSent: number;
  readonly keyFrameRequests: number;
  /** Begins with media time 0 now, or at `startUnixUs` if it was given. */
  start(target: RtpTarget): Promise<void>;
  /** Nothing is sent until `resume`; media time goes on, as with a line that is cut. */
  pause(): void;
  resume(): void;
  /** True time (this machine's clock, unix µs) at which the frame with this media time was captured. */
  captureUnixUsOf(mediaUs: number): number;
  /** Idempotent. */
  stop(): void;
}

/** Microseconds of this machine's clock; steady, unlike `Date.now()`. */
export function nowUnixUs(): number {
  return (performance.timeOrigin + performance.now()) * 1_000;
}

export function createRtpSource(given: RtpSourceOptions): RtpSource {
  return new SyntheticDevice(given);
}

class SyntheticDevice implements RtpSource {
  readonly ssrc: number;
  readonly cname: string;
  readonly rtpParameters: RtpParameters;
  readonly #given: RtpSourceOptions;
  readonly #payloadType: number;
  #startUnixUs: number | null;
  #sockets: { readonly rtp: Socket; readonly rtcp: Socket } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #packetsSent = 0;
  #keyFrameRequests = 0;
  #isPaused = false;

  constructor(given: RtpSourceOptions) {
    this.#given = given;
    this.ssrc = given.ssrc ?? randomInt(1, 2 ** 31);
    this.cname = given.cname ?? randomUUID().slice(0, 16);
    this.#payloadType = given.payloadType ?? DEFAULT_PAYLOAD_TYPES[given.clip.codec];
    this.#startUnixUs = given.startUnixUs ?? null;
    const rtpParameters = rtpParametersOf({
      ...given,
      ssrc: this.ssrc,
      cname: this.cname,
      payloadType: this.#payloadType,
    });
    const encodings = this.#layers.map((_clip, layer) => ({ ssrc: this.ssrc + layer, scalabilityMode: 'L1T1' }));
    this.rtpParameters = encodings.length === 1 ? rtpParameters : { ...rtpParameters, encodings };
  }

  get #layers(): readonly MediaClip[] {
    return [this.#given.clip, ...(this.#given.higherLayers ?? [])];
  }

  get packetsSent(): number {
    return this.#packetsSent;
  }

  get keyFrameRequests(): number {
    return this.#keyFrameRequests;
  }

  async start(target: RtpTarget): Promise<void> {
    const rtp = await boundSocket();
    const rtcp = await boundSocket();
    rtcp.on('message', (packet) => {
      this.#keyFrameRequests += countKeyFrameRequests(packet);
    });
    this.#sockets = { rtp, rtcp };
    const startUnixUs = (this.#startUnixUs ??= nowUnixUs());
    const [cname, payloadType] = [this.cname, this.#payloadType];
    const timelines = this.#layers.map((clip, layer) =>
      rtpTimeline({ ...this.#given, clip, ssrc: this.ssrc + layer, cname, payloadType, startUnixUs }),
    );
    this.#play(timelines, target);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  captureUnixUsOf(mediaUs: number): number {
    if (this.#startUnixUs === null) throw new Error('the source has not been started');
    return captureUnixUsOf({ ...this.#given, startUnixUs: this.#startUnixUs }, mediaUs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#sockets?.rtp.close();
    this.#sockets?.rtcp.close();
    this.#sockets = null;
  }

  #play(timelines: readonly Generator<TimedPacket>[], target: RtpTarget): void {
    const streams = timelines.map((timeline) => ({ timeline, next: timeline.next() }));
    const tick = (): void => {
      for (const stream of streams) {
        while (stream.next.done !== true && stream.next.value.atUnixUs <= nowUnixUs()) {
          this.#send(stream.next.value, target);
          stream.next = stream.timeline.next();
        }
      }
      if (this.#sockets !== null && streams.some(({ next }) => next.done !== true)) {
        this.#timer = setTimeout(tick, TICK_MS);
      }
    };
    tick();
  }

  #send(packet: TimedPacket, target: RtpTarget): void {
    if (this.#isPaused || this.#sockets === null) {
      return;
    }
    if (packet.kind === 'rtp') {
      this.#packetsSent += 1;
      this.#sockets.rtp.send(packet.bytes, target.rtpPort, target.ip);
    } else {
      this.#sockets.rtcp.send(packet.bytes, target.rtcpPort, target.ip);
    }
  }
}

async function boundSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  // The receiver may be gone (a killed process): the sender goes on, as over a real network.
  socket.on('error', () => undefined);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.unref();
  return socket;
}
