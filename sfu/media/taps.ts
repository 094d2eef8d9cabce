import { randomBytes, randomUUID } from 'node:crypto';
import type { Consumer, PlainTransport, SrtpParameters } from 'mediasoup/types';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { Fence, ProducerId, RecordingId, TrackId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { TOP_LAYER } from './demand.ts';
import { flowingLayerBelow } from './flowing-layer.ts';
import { LayerCeiling } from './layer-ceiling.ts';
import type { PipeListening } from './listen-plan.ts';
import { translatingMediaErrors } from './media-error.ts';
import type { RoomProducer } from './room-producer.ts';
import type { RoomRouter } from './room-router.ts';
import { CIPHER, CIPHER_KEY_BYTES } from './srtp-key.ts';

const LOOPBACK_LISTENING: PipeListening = { protocol: 'udp', ip: '127.0.0.1' };
/** A keyframe of a 1080p screen leaves in one burst. */
const SEND_BUFFER_BYTES = 4 * 1024 * 1024;
const LEASE_MS = 15_000;
const SWEEP_MS = 1_000;
/** Fencing numbers of recordings that ended are of no use for long. */
const MAX_REMEMBERED_FENCES = 10_000;

export interface OpenTapOptions {
  readonly recordingId: RecordingId;
  readonly trackId: TrackId;
  readonly producerId: ProducerId;
  readonly epoch: number;
  readonly fence: Fence;
  readonly ip: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
}

/** A leased copy of one producer. `Owner` is the connection that is told when it closes. */
export interface Tap<Owner> {
  readonly tapId: string;
  readonly recordingId: RecordingId;
  readonly trackId: TrackId;
  readonly epoch: number;
  readonly fence: Fence;
  readonly transport: PlainTransport;
  readonly consumer: Consumer;
  readonly ceiling: LayerCeiling;
  readonly source: RoomProducer;
  owner: Owner;
  leasedUntilMs: number;
}

type MadeTap<Owner> = Pick<Tap<Owner>, 'transport' | 'consumer' | 'ceiling' | 'source' | 'owner'>;

export interface TapsOptions<Owner> {
  readonly log: Log;
  /** Where taps for captures on other machines leave from. */
  readonly listening: PipeListening;
  readonly onClosed: (tap: Tap<Owner>, cause: string) => void;
  readonly leaseMs?: number;
}

/** All taps of a node: fenced by recording, leased by whoever opened them. */
export class Taps<Owner> {
  readonly #options: TapsOptions<Owner>;
  readonly #leaseMs: number;
  readonly #taps = new Map<string, Tap<Owner>>();
  readonly #highestFences = new Map<RecordingId, number>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(options: TapsOptions<Owner>) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(SWEEP_MS, this.#leaseMs));
    this.#sweeper.unref();
  }

  get size(): number {
    return this.#taps.size;
  }

  /** @throws AppError `staleFence`, `gone` (no such producer). */
  async open(room: RoomRouter, options: OpenTapOptions, owner: Owner): Promise<Tap<Owner>> {
    this.#refuseStale(options);
    const source = room.producer(options.producerId);
    const isPlain = options.ip.startsWith('127.');
    const listening = isPlain ? LOOPBACK_LISTENING : this.#options.listening;
    const transport = await translatingMediaErrors(() =>
      room.router.createPlainTransport({
        listenInfo: { ...listening, sendBufferSize: SEND_BUFFER_BYTES },
        rtcpListenInfo: listening,
        rtcpMux: false,
        comedia: false,
        // Plain RTP never leaves this machine.
        ...(isPlain ? {} : { enableSrtp: true, srtpCryptoSuite: CIPHER }),
      }),
    );
    try {
      const to = { ip: options.ip, port: options.rtpPort, rtcpPort: options.rtcpPort };
      await transport.connect(isPlain ? to : { ...to, srtpParameters: keyForNothing() });
      const consumer = await transport.consume({
        producerId: options.producerId,
        rtpCapabilities: room.tapCapabilities,
        enableRtx: false,
        paused: true,
        ...(source.producer.type === 'simple' ? {} : { preferredLayers: { spatialLayer: TOP_LAYER } }),
      });
      // Another may have been faster while this one was being made.
      this.#refuseStale(options);
      return this.#keep(options, {
        transport,
        consumer,
        ceiling: new LayerCeiling(consumer, source.stops),
        source,
        owner,
      });
    } catch (error) {
      transport.close();
      return translatingMediaErrors(() => Promise.reject(error as Error));
    }
  }

  async resume(tapId: string): Promise<void> {
    const { consumer } = this.#tap(tapId);
    await translatingMediaErrors(() => consumer.resume());
  }

  async requestKeyFrame(tapId: string): Promise<void> {
    const { consumer } = this.#tap(tapId);
    if (consumer.kind === 'video') {
      await translatingMediaErrors(() => consumer.requestKeyFrame());
    }
  }

  /** The layer that it copies has stopped: for everybody in the room who shows it. */
  async tellLayerStopped(tapId: string): Promise<void> {
    const { ceiling, source } = this.#tap(tapId);
    const stopped = ceiling.shown;
    const flowing = await translatingMediaErrors(() => flowingLayerBelow(source.producer, stopped));
    if (flowing !== undefined) await source.stops.tell(stopped, flowing);
  }

  /** Renews leases and takes the taps over for `owner`; answers with those that are gone. */
  renew(tapIds: readonly string[], owner: Owner): string[] {
    return tapIds.filter((tapId) => {
      const tap = this.#taps.get(tapId);
      if (tap === undefined) {
        return true;
      }
      tap.owner = owner;
      tap.leasedUntilMs = performance.now() + this.#leaseMs;
      return false;
    });
  }

  /** Idempotent. */
  close(tapId: string): void {
    const tap = this.#taps.get(tapId);
    if (tap !== undefined) {
      this.#end(tap, 'requested');
    }
  }

  closeAll(): void {
    clearInterval(this.#sweeper);
    for (const tap of this.#taps.values()) {
      this.#end(tap, 'shutdown');
    }
  }

  #refuseStale(options: OpenTapOptions): void {
    const highest = Math.max(options.fence, this.#highestFences.get(options.recordingId) ?? 0);
    const newer = [...this.#taps.values()].some(
      (tap) => isSameTrack(tap, options) && tap.fence === options.fence && tap.epoch > options.epoch,
    );
    if (options.fence < highest || newer) {
      throw new AppError('staleFence', { message: 'a newer capture has this track', details: { highest } });
    }
    this.#highestFences.delete(options.recordingId);
    this.#highestFences.set(options.recordingId, highest);
    for (const oldest of this.#highestFences.keys()) {
      if (this.#highestFences.size <= MAX_REMEMBERED_FENCES) {
        break;
      }
      this.#highestFences.delete(oldest);
    }
  }

  #keep(options: OpenTapOptions, made: MadeTap<Owner>): Tap<Owner> {
    for (const older of [...this.#taps.values()].filter((candidate) => isSameTrack(candidate, options))) {
      this.#end(older, 'superseded');
    }
    const { recordingId, trackId, epoch, fence } = options;
    const tap: Tap<Owner> = {
      tapId: randomUUID(),
      recordingId,
      trackId,
      epoch,
      fence,
      ...made,
      leasedUntilMs: performance.now() + this.#leaseMs,
    };
    this.#taps.set(tap.tapId, tap);
    tap.source.demand?.set(tap.tapId, TOP_LAYER);
    made.consumer.on('producerclose', () => this.#end(tap, 'producerClosed'));
    made.transport.on('routerclose', () => this.#end(tap, 'roomClosed'));
    this.#options.log.info({ recordingId, trackId, epoch, tapId: tap.tapId }, 'tap opened');
    return tap;
  }

  #tap(tapId: string): Tap<Owner> {
    const tap = this.#taps.get(tapId);
    if (tap === undefined) {
      throw new AppError('gone', { message: 'no such tap' });
    }
    return tap;
  }

  #end(tap: Tap<Owner>, cause: string): void {
    if (this.#taps.delete(tap.tapId)) {
      tap.transport.close();
      tap.source.demand?.set(tap.tapId, null);
      this.#options.log.info(
        { recordingId: tap.recordingId, trackId: tap.trackId, tapId: tap.tapId, cause },
        'tap closed',
      );
      this.#options.onClosed(tap, cause);
    }
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const tap of this.#taps.values()) {
      if (tap.leasedUntilMs < nowMs) {
        this.#end(tap, 'leaseExpired');
      }
    }
  }
}

/** A transport asks for the key of its other end too, which in a tap never sends. */
const keyForNothing = (): SrtpParameters => ({
  cryptoSuite: CIPHER,
  keyBase64: randomBytes(CIPHER_KEY_BYTES).toString('base64'),
});

function isSameTrack(tap: Pick<OpenTapOptions, 'recordingId' | 'trackId'>, options: OpenTapOptions): boolean {
  return tap.recordingId === options.recordingId && tap.trackId === options.trackId;
}
