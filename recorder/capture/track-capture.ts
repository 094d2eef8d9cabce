import { AppError } from '../../signaling/protocol/errors.ts';
import type { TrackId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ManifestGap } from '../../storage/objects/manifest.ts';
import type { RecordedProducer } from '../contract.ts';
import type { SfuLink } from './sfu-link.ts';
import type { Tap, TapOptions } from './tap.ts';

const FIRST_RETRY_MS = 100;
const RETRY_CAP_MS = 1_000;
/** A tap that is lost sooner counts as one that could not be opened. */
const SHORT_LIFE_MS = 1_000;
/** As long as a tap may be silent (`Tap`). */
const MISSED_AFTER_MS = 5_000;

export interface TrackTarget {
  readonly producer: RecordedProducer;
  readonly link: SfuLink;
}

export interface TrackCaptureOptions {
  readonly trackId: TrackId;
  readonly log: Log;
  readonly openTap: (
    target: TrackTarget,
    hooks: Pick<TapOptions, 'onLost' | 'onFirstPacket' | 'onSilent'>,
  ) => Promise<Tap>;
  readonly onSilent: (isSilent: boolean) => void;
  /** The epoch has ended; its last chunk is sealed. */
  readonly onEpochEnded: (epoch: number) => void;
  /** Receive times on capture's clock. */
  readonly onGap: (fromUnixUs: number, toUnixUs: number, cause: ManifestGap['cause']) => void;
  readonly onSuperseded: () => void;
}

/** What is missing since when; it ends with the next packet. */
interface OpenGap {
  readonly fromUnixUs: number;
  readonly cause: ManifestGap['cause'];
}

/**
 * Keeps one track tapped: opens a tap for the target, replaces it when the producer or the node changes or the tap is lost, each time as a new epoch, and tells
 * what was missed in between.
 */
export class TrackCapture {
  readonly #options: TrackCaptureOptions;
  #target: TrackTarget | undefined;
  #tap: Tap | undefined;
  #lostCause: string | undefined;
  /** The producer that the node says is gone: no use in asking for it again. */
  #goneProducerId: string | undefined;
  #gap: OpenGap | undefined;
  #isSuspended = false;
  #isClosed = false;
  #openedAtMs = 0;
  #failures = 0;
  /** Undefined while the tap is there, or none is wanted. */
  #failingSinceMs: number | undefined;
  #isToldMissed = false;
  #wake = Promise.withResolvers<void>();
  readonly #running: Promise<void>;

  constructor(options: TrackCaptureOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  get tap(): Tap | undefined {
    return this.#tap;
  }

  setTarget(target: TrackTarget): void {
    this.#isSuspended = false;
    this.#follow(target);
  }

  /** The producer is there, and is not to be recorded for now: from here or from its last packet on it is missed. */
  suspend(nowUnixUs: number): void {
    this.expectGap(this.#tap?.lastPacketUnixUs ?? nowUnixUs, 'captureDown');
    this.#isSuspended = true;
    this.#follow(undefined);
  }

  /** There is nothing to be recorded any more. */
  release(nowUnixUs: number): void {
    if (this.#isSuspended) this.#endGap(nowUnixUs);
    this.#isSuspended = false;
    this.#follow(undefined);
  }

  /** Nothing was kept from then on; the earliest such time counts, up to the next packet. */
  expectGap(fromUnixUs: number, cause: ManifestGap['cause']): void {
    if (this.#gap === undefined || fromUnixUs < this.#gap.fromUnixUs) this.#gap = { fromUnixUs, cause };
  }

  /** Whoever goes on will know what is missing. */
  forgetGap(): void {
    this.#gap = undefined;
    this.#isSuspended = false;
    this.#follow(undefined);
  }

  /** A gap that is still open ends here when the producer was to be recorded all the same. */
  async close(endUnixUs: number): Promise<void> {
    const isMissed = this.#target !== undefined || this.#isSuspended;
    this.#isClosed = true;
    this.#wakeUp();
    await this.#running;
    if (isMissed) this.#endGap(endUnixUs);
  }

  #follow(target: TrackTarget | undefined): void {
    if (target?.producer.producerId !== this.#target?.producer.producerId) this.#endFailing();
    // Whoever repeats the goal may have forgotten what it was told.
    this.#isToldMissed = false;
    this.#target = target;
    this.#failures = 0;
    this.#wakeUp();
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      const hasWork = await this.#step();
      if (!hasWork) await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
    await this.#closeTap();
  }

  /** One step towards the target; false when there is nothing to do. */
  async #step(): Promise<boolean> {
    const target = this.#target;
    if (this.#tap !== undefined) {
      if (this.#isRight(this.#tap, target)) return false;
      await this.#closeTap();
      return true;
    }
    if (target === undefined || target.producer.producerId === this.#goneProducerId) return false;
    await this.#openTap(target);
    return true;
  }

  #isRight(tap: Tap, target: TrackTarget | undefined): boolean {
    return (
      this.#lostCause === undefined &&
      tap.producer.producerId === target?.producer.producerId &&
      tap.link === target.link
    );
  }

  async #openTap(target: TrackTarget): Promise<void> {
    this.#lostCause = undefined;
    try {
      this.#tap = await this.#options.openTap(target, {
        onLost: (cause) => this.#handleLost(cause, target),
        onFirstPacket: (receivedUnixUs) => this.#endGap(receivedUnixUs),
        onSilent: this.#options.onSilent,
      });
      this.#openedAtMs = performance.now();
      this.#endFailing();
    } catch (error) {
      await this.#handleOpenFailure(error);
    }
  }

  #handleLost(cause: string, target: TrackTarget): void {
    this.#lostCause = cause;
    if (cause === 'producerClosed') this.#goneProducerId = target.producer.producerId;
    this.#options.log.warn({ cause }, 'tap lost');
    this.#wakeUp();
  }

  async #handleOpenFailure(error: unknown): Promise<void> {
    if (error instanceof AppError && error.code === 'staleFence') {
      this.#target = undefined;
      this.#options.onSuperseded();
      return;
    }
    if (this.#failures === 0) this.#options.log.warn({ err: error }, 'tap cannot be opened');
    this.#failingSinceMs ??= performance.now();
    if (!this.#isToldMissed && performance.now() - this.#failingSinceMs >= MISSED_AFTER_MS) {
      this.#isToldMissed = true;
      this.#options.onSilent(true);
    }
    await this.#pause();
  }

  #endFailing(): void {
    if (this.#failingSinceMs !== undefined && this.#isToldMissed) this.#options.onSilent(false);
    this.#failingSinceMs = undefined;
    this.#isToldMissed = false;
  }

  /** Ends early when there is something new to do. */
  async #pause(): Promise<void> {
    this.#failures += 1;
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** Math.min(this.#failures - 1, 10), RETRY_CAP_MS);
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, delayMs);
    });
    await Promise.race([waited, this.#wake.promise]);
    clearTimeout(timer);
  }

  async #closeTap(): Promise<void> {
    const tap = this.#tap;
    if (tap === undefined) return;
    this.#tap = undefined;
    const lostCause = this.#lostCause;
    this.#lostCause = undefined;
    await tap.close();
    const isMissed = lostCause !== undefined && lostCause !== 'producerClosed' && tap.lastPacketUnixUs !== undefined;
    if (isMissed) this.#gap ??= { fromUnixUs: tap.lastPacketUnixUs, cause: 'mediaLost' };
    this.#options.onEpochEnded(tap.epoch);
    if (lostCause === undefined) return;
    if (performance.now() - this.#openedAtMs < SHORT_LIFE_MS) await this.#pause();
    else this.#failures = 0;
  }

  #endGap(toUnixUs: number): void {
    const gap = this.#gap;
    this.#gap = undefined;
    if (gap !== undefined && toUnixUs > gap.fromUnixUs) this.#options.onGap(gap.fromUnixUs, toUnixUs, gap.cause);
  }

  #wakeUp(): void {
    this.#wake.resolve();
  }
}
