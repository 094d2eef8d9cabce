import { mkdir } from 'node:fs/promises';
import { basename } from 'node:path';
import type { TrackId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ManifestGap } from '../../storage/objects/manifest.ts';
import type { RecordingEvent, RecordingGoal, TrackStatus } from '../contract.ts';
import type { ReceiveClock } from '../packet-log/receive-clock.ts';
import { salvageChunk } from '../packet-log/sealed-chunk.ts';
import { TrackLog, type EpochHeader, type FailedChunk } from '../packet-log/track-log.ts';
import { isNoSpace } from './event-log.ts';
import type { RecordingFile } from './recording-file.ts';
import type { RecordingOutbox } from './recording-outbox.ts';
import type { SfuLink, SfuLinks } from './sfu-link.ts';
import { Tap, type CaptureTotals } from './tap.ts';
import { TrackCapture } from './track-capture.ts';

export interface RecordingTracksOptions {
  readonly file: RecordingFile;
  readonly outbox: RecordingOutbox;
  readonly links: SfuLinks;
  readonly clock: ReceiveClock;
  readonly address: string | undefined;
  readonly totals: CaptureTotals;
  readonly log: Log;
  readonly onSilent: (trackId: TrackId, isSilent: boolean) => void;
  readonly onNoSpace: () => void;
  readonly onSuperseded: () => void;
}

/** The tracks of one recording: what the goal names is tapped, what it names no more is let go. */
export class RecordingTracks {
  readonly #options: RecordingTracksOptions;
  readonly #tracks = new Map<TrackId, TrackCapture>();
  #link: SfuLink | undefined;

  constructor(options: RecordingTracksOptions) {
    this.#options = options;
  }

  get taps(): readonly Tap[] {
    return [...this.#tracks.values()].flatMap(({ tap }) => (tap === undefined ? [] : [tap]));
  }

  get status(): readonly TrackStatus[] {
    return this.taps.map((tap) => tap.status);
  }

  /** Idempotent. */
  reconcile(goal: RecordingGoal): void {
    const link = this.#linkTo(goal.sfuUrl);
    const wanted = new Map(goal.producers.map((producer) => [producer.trackId, producer]));
    for (const trackId of wanted.keys()) this.#track(trackId);
    const nowUnixUs = this.#options.clock.nowUnixUs();
    for (const [trackId, track] of this.#tracks) {
      const producer = wanted.get(trackId);
      if (producer === undefined) track.release(nowUnixUs);
      else track.setTarget({ producer, link });
    }
  }

  /** Lets go of everything until the next `reconcile`; what the goal names is missed meanwhile, which is a gap. */
  suspend(goal: RecordingGoal): void {
    const nowUnixUs = this.#options.clock.nowUnixUs();
    const wanted = new Set(goal.producers.map(({ trackId }) => trackId));
    for (const trackId of wanted) this.#track(trackId).suspend(nowUnixUs);
    for (const [trackId, track] of this.#tracks) if (!wanted.has(trackId)) track.release(nowUnixUs);
  }

  /** Nothing was captured of this track since then, by whomever. */
  expectGap(trackId: TrackId, fromUnixUs: number): void {
    this.#track(trackId).expectGap(fromUnixUs, 'captureDown');
  }

  handleEvents(events: readonly RecordingEvent[]): void {
    for (const event of events) {
      if (event.type === 'producerPaused') this.#setPaused(event.data.trackId, true);
      if (event.type === 'producerResumed') this.#setPaused(event.data.trackId, false);
    }
  }

  check(): void {
    for (const tap of this.taps) tap.check();
  }

  async flush(isDurable: boolean): Promise<void> {
    await Promise.all(this.taps.map((tap) => tap.flush(isDurable)));
  }

  roll(): void {
    for (const tap of this.taps) tap.roll();
  }

  /** Everything that arrived is sealed and in the outbox. Idempotent. */
  async close(): Promise<void> {
    const endUnixUs = this.#options.clock.nowUnixUs();
    await Promise.all([...this.#tracks.values()].map((track) => track.close(endUnixUs)));
    if (this.#link !== undefined) this.#options.links.release(this.#link);
    this.#link = undefined;
  }

  /** As `close`, but another capture goes on: what is missing here is its business. Idempotent. */
  async leave(): Promise<void> {
    for (const track of this.#tracks.values()) track.forgetGap();
    await this.close();
  }

  /** Session time of a receive time. */
  toSessionUs(receivedUnixUs: number): number {
    const onNode = this.#link?.toNodeUnixUs(receivedUnixUs) ?? receivedUnixUs;
    return Math.max(0, Math.round(onNode - this.#options.file.state.goal.startedAtUnixUs));
  }

  #linkTo(url: string): SfuLink {
    const before = this.#link;
    if (before?.url === url) return before;
    const link = this.#options.links.acquire(url);
    this.#link = link;
    // Tracks still hold taps of the old node, whose leases may simply end.
    if (before !== undefined) this.#options.links.release(before);
    return link;
  }

  #setPaused(trackId: TrackId, isPaused: boolean): void {
    this.#tracks.get(trackId)?.tap?.setPaused(isPaused);
  }

  #track(trackId: TrackId): TrackCapture {
    const known = this.#tracks.get(trackId);
    if (known !== undefined) return known;
    const { outbox, onSilent, onSuperseded } = this.#options;
    const log = this.#options.log.child({ trackId });
    const track = new TrackCapture({
      trackId,
      log,
      openTap: (target, hooks) => this.#openTap(target, hooks, log),
      onSilent: (isSilent) => onSilent(trackId, isSilent),
      onEpochEnded: (epoch) => outbox.endEpoch(trackId, epoch),
      onGap: (fromUnixUs, toUnixUs, cause) => this.#noteGap(trackId, fromUnixUs, toUnixUs, cause),
      onSuperseded,
    });
    this.#tracks.set(trackId, track);
    return track;
  }

  #noteGap(trackId: TrackId, fromUnixUs: number, toUnixUs: number, cause: ManifestGap['cause']): void {
    const gap = { trackId, fromUs: this.toSessionUs(fromUnixUs), toUs: this.toSessionUs(toUnixUs), cause };
    this.#options.log.warn({ ...gap }, 'a gap in a recording');
    this.#options.outbox.note({ type: 'gap', gap });
  }

  async #openTap(...[{ producer, link }, hooks, log]: OpenTapArguments): Promise<Tap> {
    const { file, clock, address, totals } = this.#options;
    const { trackId } = producer;
    const epoch = 1 + this.#lastEpoch(trackId);
    const { roomId, recordingId, fence } = file.state.goal;
    const tap = await Tap.open({
      link,
      producer,
      order: { roomId, recordingId, fence, epoch },
      address,
      clock,
      totals,
      log,
      openLog: (header, onFailed) => this.#openLog(header, onFailed),
      ...hooks,
    });
    log.info({ epoch, producerId: producer.producerId }, 'tap opened');
    return tap;
  }

  #lastEpoch(trackId: TrackId): number {
    return this.#options.file.state.tracks.find(({ facts }) => facts.trackId === trackId)?.epoch ?? 0;
  }

  async #openLog(header: EpochHeader, onFailed: () => void): Promise<TrackLog> {
    const { file, clock, outbox } = this.#options;
    const { trackId, epoch } = header;
    // Durable before anything is written under it: no two runs of any process write the same epoch. An attempt that the node refused has used none.
    await file.update((state) => ({
      ...state,
      tracks: state.tracks.map((track) => (track.facts.trackId === trackId ? { ...track, epoch } : track)),
    }));
    const folder = file.trackFolder(trackId);
    await mkdir(folder, { recursive: true });
    return new TrackLog({
      folder,
      header,
      clock,
      onSealed: (chunk) => outbox.addChunk(chunk, header),
      onFailed: async (error, chunk) => {
        await this.#handleLogFailure(error, chunk, header);
        onFailed();
      },
    });
  }

  /** What the disk took before it refused is kept; from there on it is missing. */
  async #handleLogFailure(error: unknown, { path, firstReceivedUnixUs }: FailedChunk, header: EpochHeader) {
    const { log, onNoSpace, outbox } = this.#options;
    log.error({ err: error, trackId: header.trackId, chunk: basename(path) }, 'packet log cannot be written');
    if (isNoSpace(error)) onNoSpace();
    const salvaged = await salvageChunk(path).catch(() => undefined);
    if (salvaged !== undefined) outbox.addChunk(salvaged.chunk, header);
    this.expectGap(header.trackId, salvaged?.chunk.lastReceivedUnixUs ?? firstReceivedUnixUs);
  }
}

type OpenTapArguments = [...Parameters<ConstructorParameters<typeof TrackCapture>[0]['openTap']>, log: Log];
