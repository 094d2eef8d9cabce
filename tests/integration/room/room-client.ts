import { randomUUID } from 'node:crypto';
import type { DtlsParameters, RtpCapabilities, RtpParameters } from 'mediasoup/types';
import { io, type Socket } from 'socket.io-client';
import { roomNotices, roomRequests } from '../../../signaling/protocol/room.ts';
import type {
  CloseReason,
  InsideSnapshot,
  RoomNotice,
  RoomNoticeName,
  RoomParams,
  RoomRequestName,
  RoomResult,
  RoomSnapshot,
} from '../../../signaling/protocol/room.ts';
import type { Ack, WireError } from '../../../signaling/protocol/define.ts';
import { RequestId, RoomId, type ProducerId, type SeatId } from '../../../signaling/protocol/ids.ts';
import {
  WALL_MAX_BITRATE,
  type ConsumerOffer,
  type Source,
  type TransportPair,
} from '../../../signaling/protocol/media.ts';
import { PROTOCOL_VERSION } from '../../../signaling/protocol/version.ts';
import type { JoinClaims } from '../../../signaling/rooms/join-claims.ts';
import type { Entered } from '../../../signaling/rooms/room-options.ts';

const WAIT_MS = 10_000;

interface Heard {
  readonly name: RoomNoticeName;
  readonly data: unknown;
}

/** A page without a browser: the real wire, checked against the contract, with RTP parameters made by hand. */
export class RoomClient {
  readonly claims: JoinClaims;
  readonly entered: Entered;
  readonly heard: Heard[] = [];
  seatToken: string;
  snapshot: RoomSnapshot | null = null;
  closedFor: CloseReason | null = null;
  transports: TransportPair | null;
  readonly #url: string;
  readonly #watchers = new Set<() => void>();
  #socket: Socket | null = null;
  #learned: RtpCapabilities | null = null;
  #nextSsrc = 10_000 + Math.floor(Math.random() * 1_000_000) * 10;

  constructor(url: string, claims: JoinClaims, entered: Entered) {
    this.#url = url;
    this.claims = claims;
    this.entered = entered;
    this.seatToken = entered.seatToken;
    this.transports = entered.transports;
  }

  get seatId(): SeatId {
    return this.entered.seatId;
  }

  get isConnected(): boolean {
    return this.#socket?.connected === true;
  }

  get inside(): InsideSnapshot {
    if (this.snapshot?.phase !== 'inside') throw new Error(`not inside: ${this.snapshot?.phase ?? 'no snapshot'}`);
    return this.snapshot;
  }

  /** Connects, again when it was, and waits for the snapshot. */
  async connect(url = this.#url, auth: object = {}): Promise<RoomSnapshot> {
    this.#socket?.disconnect();
    this.snapshot = null;
    const socket = io(`${url}/room`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: {
        version: PROTOCOL_VERSION,
        roomId: RoomId.parse(this.claims.lessonId),
        seatToken: this.seatToken,
        ...(this.entered.routerRtpCapabilities === null && this.#learned === null
          ? {}
          : { rtpCapabilities: this.capabilities }),
        ...auth,
      },
    });
    this.#socket = socket;
    socket.onAny((name: string, data: unknown) => this.#hear(name, data));
    await new Promise<void>((resolve, reject) => {
      socket.on('connect', () => resolve());
      socket.on('connect_error', (error: Error & { data?: unknown }) => {
        reject(new RefusedHandshake(error.message, error.data));
      });
    });
    return await this.until(() => this.snapshot, 'snapshot');
  }

  async call<N extends RoomRequestName>(name: N, params: RoomParams<N>): Promise<RoomResult<N>> {
    const ack = await this.ask(name, params);
    if (!ack.ok) throw new RefusedRequest(name, ack.error);
    return roomRequests[name].result.parse(ack.data) as RoomResult<N>;
  }

  /** Whatever one likes to send. */
  async ask(name: string, params: unknown): Promise<Ack<unknown>> {
    if (this.#socket === null) throw new Error('not connected');
    return (await this.#socket.timeout(WAIT_MS).emitWithAck(name, params)) as Ack<unknown>;
  }

  /** `null` when allowed. */
  async refusalOf<N extends RoomRequestName>(name: N, params: RoomParams<N>): Promise<string | null> {
    const ack = await this.ask(name, params);
    return ack.ok ? null : ack.error.code;
  }

  /** The line is cut: nothing is said. */
  cut(): void {
    this.#socket?.disconnect();
  }

  close(): void {
    this.#socket?.disconnect();
    this.#watchers.clear();
  }

  noticesOf<N extends RoomNoticeName>(name: N): RoomNotice<N>[] {
    return this.heard.filter((heard) => heard.name === name).map((heard) => heard.data as RoomNotice<N>);
  }

  forget(): void {
    this.heard.length = 0;
  }

  async heardNotice<N extends RoomNoticeName>(
    name: N,
    fits: (data: RoomNotice<N>) => boolean = () => true,
  ): Promise<RoomNotice<N>> {
    return await this.until(() => this.noticesOf(name).find(fits) ?? null, name);
  }

  /** Waits for something that what this client hears brings about. */
  async until<T>(look: () => T | null, what: string): Promise<T> {
    const found = look();
    if (found !== null) return found;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = setTimeout(() => {
      const names = this.heard.map((heard) => heard.name).join(' ');
      reject(new Error(`${this.claims.displayName} waited in vain for ${what}; heard: ${names}`));
    }, WAIT_MS);
    const watch = (): void => {
      const value = look();
      if (value !== null) resolve(value);
    };
    this.#watchers.add(watch);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(watch);
    }
  }

  /** New transports, as after admission or `mediaReset`. */
  async createTransports(sendOnly = false): Promise<TransportPair> {
    // Whoever was at the door before the media node was there has yet to learn what it can do, as a page does.
    this.#learned ??= this.entered.routerRtpCapabilities ?? (await this.#learn());
    const { transports } = await this.call('createTransports', { rtpCapabilities: this.capabilities, sendOnly });
    this.transports = transports;
    return transports;
  }

  async connectTransport(transportId: TransportPair['recv']['transportId']): Promise<void> {
    await this.call('connectTransport', { transportId, dtlsParameters: fakeDtls() });
  }

  async produce(
    source: Source,
    change: { readonly requestId?: RequestId; readonly paused?: boolean } = {},
  ): Promise<ProducerId> {
    return (await this.call('produce', this.newProducer(source, change))).producerId;
  }

  newProducer(
    source: Source,
    change: { readonly requestId?: RequestId; readonly paused?: boolean } = {},
  ): RoomParams<'produce'> {
    const kind = source === 'microphone' || source === 'screenAudio' ? 'audio' : 'video';
    this.#nextSsrc += 2;
    const rtpParameters = kind === 'audio' ? audioParameters(this.#nextSsrc) : videoParameters(this.#nextSsrc, source);
    const requestId = change.requestId ?? RequestId.parse(randomUUID());
    return { requestId, kind, source, rtpParameters, paused: change.paused ?? false };
  }

  async consume(producerIds: ProducerId[]): Promise<ConsumerOffer[]> {
    return (await this.call('consume', { producerIds })).consumers;
  }

  get capabilities(): RtpCapabilities {
    return this.#learned ?? this.entered.routerRtpCapabilities ?? {};
  }

  async #learn(): Promise<RtpCapabilities> {
    const nothing = { codecs: [], headerExtensions: [] };
    return (await this.call('createTransports', { rtpCapabilities: nothing })).routerRtpCapabilities;
  }

  #hear(name: string, raw: unknown): void {
    const notice = roomNotices[name as RoomNoticeName];
    const data = notice.parse(raw);
    this.heard.push({ name: name as RoomNoticeName, data });
    if (name === 'snapshot') this.snapshot = data as RoomSnapshot;
    if (name === 'seatToken') this.seatToken = (data as RoomNotice<'seatToken'>).seatToken;
    if (name === 'closed') this.closedFor = (data as RoomNotice<'closed'>).reason;
    for (const watch of this.#watchers) watch();
  }
}

export class RefusedHandshake extends Error {
  readonly data: unknown;

  constructor(code: string, data: unknown) {
    super(code);
    this.data = data;
  }
}

export class RefusedRequest extends Error {
  readonly code: string;

  constructor(name: string, error: WireError) {
    super(`${name} was refused: ${error.code} ${JSON.stringify(error)}`);
    this.code = error.code;
  }
}

const FINGERPRINT_BYTES = 32;

/** Well formed; nobody will ever prove it. */
function fakeDtls(): DtlsParameters {
  const value = Array.from({ length: FINGERPRINT_BYTES }, () => 'AB').join(':');
  return { role: 'client', fingerprints: [{ algorithm: 'sha-256', value }] };
}

function audioParameters(ssrc: number): RtpParameters {
  return {
    mid: String(ssrc),
    codecs: [
      { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2, parameters: {}, rtcpFeedback: [] },
    ],
    headerExtensions: [],
    encodings: [{ ssrc }],
    rtcp: { cname: `cname-${ssrc}`, reducedSize: true },
  };
}

function videoParameters(ssrc: number, source: Source): RtpParameters {
  const rtcpFeedback = [
    { type: 'nack', parameter: '' },
    { type: 'nack', parameter: 'pli' },
  ];
  return {
    mid: String(ssrc),
    codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, parameters: {}, rtcpFeedback }],
    headerExtensions: [],
    encodings: [source === 'wall' ? { ssrc, maxBitrate: WALL_MAX_BITRATE } : { ssrc }],
    rtcp: { cname: `cname-${ssrc}`, reducedSize: true },
  };
}
