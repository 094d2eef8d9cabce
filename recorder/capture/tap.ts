import type { RtpParameters } from 'mediasoup/types';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { TrackCodec } from '../../storage/objects/manifest.ts';
import type { RecordedProducer, RecordingGoal, TrackStatus } from '../contract.ts';
import { encodeAnnotation, type Annotation } from '../packet-log/annotation.ts';
import type { ReceiveClock } from '../packet-log/receive-clock.ts';
import type { EpochHeader, TrackLog } from '../packet-log/track-log.ts';
import { KeyFramePolicy, type KeyFrameCause } from './keyframe-policy.ts';
import { startsKeyFrame } from './keyframe-start.ts';
import { SequenceWatch } from './sequence-watch.ts';
import type { ClockPair, SfuLink } from './sfu-link.ts';
import { SrtpReceiver } from './srtp.ts';
import { StalledLayer } from './stalled-layer.ts';
import { UdpPort } from './udp-port.ts';

const SILENT_AFTER_US = 5_000_000;
const US_PER_MS = 1000;
const DRAIN_TURNS = 8;
const RTP_MIN_BYTES = 12;

/** Sums over the life of the process, for its metrics. */
export interface CaptureTotals {
  packets: number;
  bytes: number;
  lost: number;
}

export interface TapOptions {
  readonly link: SfuLink;
  readonly producer: RecordedProducer;
  readonly order: Pick<RecordingGoal, 'roomId' | 'recordingId' | 'fence'> & { readonly epoch: number };
  /** Address to listen on, and that the node sends to; without it, the one at which this node reaches us. */
  readonly address: string | undefined;
  readonly clock: ReceiveClock;
  readonly totals: CaptureTotals;
  readonly log: Log;
  readonly openLog: (header: EpochHeader, onFailed: () => void) => Promise<TrackLog>;
  /** The tap has ended from the other side, or the disk refuses; `close()` is still to be called. */
  readonly onLost: (cause: string) => void;
  readonly onFirstPacket: (receivedUnixUs: number) => void;
  readonly onSilent: (isSilent: boolean) => void;
}

type TapState = 'opening' | 'open' | 'lost' | 'closed';

/**
 * One epoch of one track: two sockets, the node's leased copy of the producer, and the log they fill. The sockets are open before the node sends, the node sends
 * before a keyframe is asked for.
 */
export class Tap {
  readonly producer: RecordedProducer;
  readonly link: SfuLink;
  readonly epoch: number;
  readonly #options: TapOptions;
  readonly #sequence = new SequenceWatch();
  readonly #keyFrames: KeyFramePolicy | undefined;
  /** Of cameras that send simulcast: a screen that stands still sends nothing for a while, and nothing is wrong. */
  #stalled: StalledLayer | undefined;
  #state: TapState = 'opening';
  #ports: readonly UdpPort[] = [];
  #tapId: string | undefined;
  #log: TrackLog | undefined;
  /** Undefined while packets are plain, as on one machine. */
  #srtp: SrtpReceiver | undefined;
  #ssrc = 0;
  #mimeType = '';
  #lastPacketUnixUs: number | undefined;
  /** Silence is counted from here or from the last packet. */
  #listeningSinceUnixUs: number;
  #isSilent = false;
  #isPaused = false;
  #offs: readonly (() => void)[] = [];

  /** @throws AppError of the node (`notFound`, `staleFence`, `unavailable` …) with nothing left open. */
  static async open(options: TapOptions): Promise<Tap> {
    const tap = new Tap(options);
    try {
      await tap.#open();
      return tap;
    } catch (error) {
      await tap.close();
      throw error;
    }
  }

  private constructor(options: TapOptions) {
    this.#options = options;
    this.producer = options.producer;
    this.link = options.link;
    this.epoch = options.order.epoch;
    this.#listeningSinceUnixUs = options.clock.nowUnixUs();
    const { kind, source } = options.producer;
    this.#keyFrames = kind === 'video' ? new KeyFramePolicy(source, performance.now()) : undefined;
  }

  get lastPacketUnixUs(): number | undefined {
    return this.#lastPacketUnixUs;
  }

  get bytes(): number {
    return this.#log?.bytes ?? 0;
  }

  get oldestOpenUnixUs(): number | undefined {
    return this.#log?.oldestOpenUnixUs;
  }

  get status(): TrackStatus {
    const lastUs = this.#lastPacketUnixUs;
    return {
      trackId: this.producer.trackId,
      epoch: this.epoch,
      lastPacketUnixMs: lastUs === undefined ? null : Math.floor(lastUs / US_PER_MS),
      bytes: this.bytes,
      isSilent: this.#isSilent,
    };
  }

  setPaused(isPaused: boolean): void {
    if (this.#isPaused === isPaused) return;
    this.#isPaused = isPaused;
    this.#listeningSinceUnixUs = this.#options.clock.nowUnixUs();
    this.#stalled?.forget();
    if (!isPaused) this.#keyFrames?.want('resumed');
  }

  /** To be called a few times per second: holes that stay open, keyframes, silence. */
  check(): void {
    if (this.#state !== 'open') return;
    const nowMs = performance.now();
    for (const { firstSequence, packets } of this.#sequence.takeLost(nowMs)) {
      this.#annotate({ type: 'loss', firstSequence, packets });
      this.#keyFrames?.want('loss');
      this.#options.totals.lost += packets;
    }
    const cause = this.#keyFrames?.takeRequest(nowMs);
    if (cause !== undefined) this.#requestKeyFrame(cause);
    if (this.#stalled?.takeStall(nowMs) === true && !this.#isPaused) this.#tellLayerStopped();
    this.#checkSilence();
  }

  async flush(isDurable: boolean): Promise<void> {
    await (isDurable ? this.#log?.sync() : this.#log?.flush());
  }

  roll(): void {
    this.#log?.roll();
  }

  /** Sockets closed, everything that arrived sealed. Idempotent. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    for (const off of this.#offs) off();
    // Whoever goes on with the track listens anew.
    if (this.#isSilent) this.#options.onSilent(false);
    // The node stops first; what it has sent before is in the sockets' buffers, of which one turn of the loop reads a part.
    if (this.#tapId !== undefined) await this.link.closeTap(this.#tapId);
    for (let turn = 0; turn < DRAIN_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    for (const port of this.#ports) port.close();
    await this.#log?.close();
  }

  async #open(): Promise<void> {
    const { link, order, producer, openLog } = this.#options;
    const address = this.#options.address ?? (await link.addressHere());
    const rtp = await UdpPort.bind(address, (packet) => this.#handleRtp(packet));
    this.#ports = [rtp];
    const rtcp = await UdpPort.bind(address, (packet) => this.#handleRtcp(packet));
    this.#ports = [rtp, rtcp];
    const { trackId, producerId } = producer;
    const tap = await link.openTap({
      ...order,
      trackId,
      producerId,
      ip: address,
      rtpPort: rtp.port,
      rtcpPort: rtcp.port,
    });
    this.#tapId = tap.tapId;
    this.#isPaused = tap.producerPaused;
    if (tap.layers > 1 && producer.source !== 'screen') this.#stalled = new StalledLayer();
    this.#offs = [
      link.events.on('tapGone', (tapId, cause) => {
        if (tapId === tap.tapId) this.#lose(cause);
      }),
      link.events.on('producerPaused', (paused, isPaused) => {
        if (paused === producerId) this.setPaused(isPaused);
      }),
      link.events.on('clockPair', (pair) => this.#noteClock(pair)),
    ];
    const header = epochHeader(this.#options, tap.rtpParameters);
    this.#ssrc = header.ssrc;
    this.#mimeType = header.codec.mimeType;
    this.#log = await openLog(header, () => this.#lose('diskFailed'));
    if (tap.srtpParameters === null) {
      await rtp.hearOnly(tap.fromIp, tap.fromRtpPort);
      await rtcp.hearOnly(tap.fromIp, tap.fromRtcpPort);
    } else {
      // The cipher tells whose it is, whatever address a router in between gives it.
      this.#srtp = new SrtpReceiver(tap.srtpParameters.keyBase64);
    }
    if (link.pair !== undefined) this.#noteClock(link.pair);
    await link.resumeTap(tap.tapId);
    if (this.#state === 'opening') this.#state = 'open';
    this.check();
  }

  #handleRtp(received: Buffer): void {
    const packet = this.#srtp === undefined ? received : this.#srtp.openRtp(received);
    if (packet === undefined || packet.length < RTP_MIN_BYTES || this.#log === undefined) return;
    const { clock, totals, onFirstPacket } = this.#options;
    const receivedUnixNs = clock.nowUnixNs();
    totals.packets += 1;
    totals.bytes += packet.length;
    this.#log.append('rtp', receivedUnixNs, packet);
    if (packet.readUInt32BE(8) !== this.#ssrc) return;
    const nowMs = performance.now();
    this.#sequence.handlePacket(packet.readUInt16BE(2), nowMs);
    this.#keyFrames?.handlePacket(startsKeyFrame(this.#mimeType, packet), nowMs);
    this.#stalled?.handlePacket(nowMs);
    const isFirst = this.#lastPacketUnixUs === undefined;
    this.#lastPacketUnixUs = Number(receivedUnixNs / 1000n);
    if (isFirst) onFirstPacket(this.#lastPacketUnixUs);
    if (this.#isSilent) this.#setSilent(false);
  }

  #handleRtcp(received: Buffer): void {
    const packet = this.#srtp === undefined ? received : this.#srtp.openRtcp(received);
    if (packet !== undefined) this.#log?.append('rtcp', this.#options.clock.nowUnixNs(), packet);
  }

  #annotate(annotation: Annotation): void {
    this.#log?.append('annotation', this.#options.clock.nowUnixNs(), encodeAnnotation(annotation));
  }

  #noteClock(pair: ClockPair): void {
    this.#annotate({ type: 'clock', ...pair });
  }

  #requestKeyFrame(cause: KeyFrameCause): void {
    if (this.#tapId === undefined) return;
    this.#annotate({ type: 'keyFrameRequested', cause });
    this.link.requestKeyFrame(this.#tapId).catch((error: unknown) => {
      this.#options.log.debug({ err: error }, 'keyframe request failed');
    });
  }

  #tellLayerStopped(): void {
    if (this.#tapId === undefined) return;
    this.#annotate({ type: 'layerStalled' });
    this.link.tellLayerStopped(this.#tapId).catch((error: unknown) => {
      this.#options.log.debug({ err: error }, 'no lower layer to be had');
    });
  }

  #checkSilence(): void {
    const sinceUs = Math.max(this.#lastPacketUnixUs ?? 0, this.#listeningSinceUnixUs);
    const isQuiet = this.#options.clock.nowUnixUs() - sinceUs >= SILENT_AFTER_US;
    if (isQuiet && !this.#isSilent && !this.#isPaused) this.#setSilent(true);
    // Whoever pauses is expected to be silent.
    if (this.#isSilent && this.#isPaused) this.#setSilent(false);
  }

  #setSilent(isSilent: boolean): void {
    this.#isSilent = isSilent;
    this.#annotate({ type: isSilent ? 'silent' : 'back' });
    this.#options.onSilent(isSilent);
  }

  #lose(cause: string): void {
    if (this.#state === 'lost' || this.#state === 'closed') return;
    this.#state = 'lost';
    this.#options.onLost(cause);
  }
}

function epochHeader({ order, producer }: TapOptions, rtpParameters: RtpParameters): EpochHeader {
  const codec = rtpParameters.codecs.find(({ mimeType }) => !/\/rtx$/i.test(mimeType));
  const ssrc = rtpParameters.encodings?.[0]?.ssrc;
  if (codec === undefined || ssrc === undefined) {
    throw new AppError('unavailable', { message: 'a tap without codec or SSRC' });
  }
  const { recordingId, epoch } = order;
  const { trackId, producerId, seatId, kind, source } = producer;
  const headerExtensions = Object.fromEntries((rtpParameters.headerExtensions ?? []).map(({ uri, id }) => [uri, id]));
  return {
    recordingId,
    trackId,
    epoch,
    kind,
    source,
    seatId,
    producerId,
    ssrc,
    codec: TrackCodec.parse(codec),
    headerExtensions,
  };
}
