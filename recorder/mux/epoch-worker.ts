import { AppError } from '../../signaling/protocol/errors.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ManifestChunk, ManifestEpoch, ManifestTrack } from '../../storage/objects/manifest.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { AudioEpoch } from './audio-epoch.ts';
import { TrackClock } from './clock.ts';
import type { EpochReaderOptions } from './epoch-reader.ts';
import type { MuxedSegment, RunFormat } from './muxed-segment.ts';
import type { EpochState, StoredRun, StoredSegment } from './mux-state.ts';
import type { PlayStore } from './play-store.ts';
import { VideoEpoch } from './video-epoch.ts';

const START_MS_DIGITS = 9;
/** So many segments of one epoch are on their way to the store at the same time. */
const PARALLEL_PUTS = 4;

/** A segment that is in the store. */
interface StoredPiece {
  readonly format: RunFormat;
  readonly init: string;
  readonly segment: StoredSegment;
}

export interface EpochWorkerOptions {
  readonly objects: ObjectStore;
  readonly play: PlayStore;
  readonly log: Log;
  readonly track: ManifestTrack;
  readonly epoch: ManifestEpoch;
  readonly startedAtUnixUs: number;
  readonly isWithheld: EpochReaderOptions['isWithheld'];
}

/** Whether this muxer knows the codec; what it does not know stays in the packet log. */
export function canMux(track: ManifestTrack, epoch: ManifestEpoch): boolean {
  const { mimeType } = epoch.codec;
  return track.kind === 'video' ? VideoEpoch.canMux(mimeType) : AudioEpoch.canMux(mimeType);
}

/** An epoch nothing of which has been read. */
export function emptyEpochState(track: ManifestTrack, epoch: ManifestEpoch): EpochState {
  return {
    trackId: track.trackId,
    epoch: epoch.epoch,
    kind: track.kind,
    nextChunk: 0,
    resume: { chunk: 0, sequence: null, point: null, clockOffsetUs: 0 },
    clock: new TrackClock(epoch.codec.clockRate).state,
    receivedUs: 0,
    isEnded: false,
    runs: [],
  };
}

/**
 * Takes one epoch further: reads its new chunks and stores the segments that have become whole. It lives in memory between steps; a fresh
 * one reads again from where the oldest unfinished segment begins.
 */
export class EpochWorker {
  readonly #options: EpochWorkerOptions;
  readonly #media: VideoEpoch | AudioEpoch;

  constructor(options: EpochWorkerOptions, state: EpochState) {
    this.#options = options;
    const { epoch, startedAtUnixUs, isWithheld } = options;
    const media = { epoch, startedAtUnixUs, isWithheld, state };
    this.#media = options.track.kind === 'video' ? new VideoEpoch(media) : new AudioEpoch(media);
  }

  /**
   * Answers the epoch's state after `chunks` (all that are known, in order); `isEnding` lets go of everything. What has become whole is let go after every
   * chunk, so that the segments are the same however many chunks come at once.
   */
  async advance(state: EpochState, chunks: readonly ManifestChunk[], isEnding: boolean): Promise<EpochState> {
    const { reader } = this.#media;
    const unread = chunks.filter(({ n }) => n >= reader.nextChunk);
    const stored: Promise<StoredPiece>[] = [];
    // The next object is fetched while this one is read, and what was made of those before it is being stored.
    let next = this.#fetch(unread[0]);
    try {
      for (const [index, chunk] of unread.entries()) {
        const bytes = await next;
        next = this.#fetch(unread[index + 1]);
        if (bytes !== undefined) reader.feed(chunk.n, bytes);
        await this.#letGo(false, stored);
      }
      if (isEnding) this.#media.end();
      await this.#letGo(isEnding, stored);
    } finally {
      await Promise.allSettled([next, ...stored]);
    }
    const runs = [...state.runs];
    for (const piece of stored) append(runs, await piece);
    return {
      ...state,
      nextChunk: Math.max(state.nextChunk, reader.nextChunk),
      resume: this.#media.resumePoint(),
      clock: reader.clock.state,
      receivedUs: Math.max(state.receivedUs, reader.receivedUs),
      isEnded: isEnding,
      runs,
    };
  }

  async #letGo(isEnding: boolean, stored: Promise<StoredPiece>[]): Promise<void> {
    for (const segment of this.#media.take(isEnding)) {
      await stored.at(-PARALLEL_PUTS);
      const storing = this.#store(segment);
      // Its failure is met at the end, or by the one that waits for it.
      storing.catch(() => undefined);
      stored.push(storing);
    }
  }

  /** A chunk that cannot be had any more is passed over like a loss: the rest of the track is worth more. */
  async #fetch(chunk: ManifestChunk | undefined): Promise<Buffer | undefined> {
    if (chunk === undefined) return undefined;
    try {
      return (await this.#options.objects.getBuffer(chunk.key)).body;
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'notFound')) throw error;
      this.#options.log.error({ key: chunk.key }, 'a chunk of the packet log is missing');
      return undefined;
    }
  }

  async #store(segment: MuxedSegment): Promise<StoredPiece> {
    const { play, track, epoch } = this.#options;
    const { format, body, startUs, endUs } = segment;
    const isWebm = format.container === 'webm';
    const start = String(Math.floor(startUs / 1000)).padStart(START_MS_DIGITS, '0');
    const [init, uri] = await Promise.all([
      play.putNamed(`${track.trackId}/init`, isWebm ? 'webm' : 'mp4', format.init),
      play.putNamed(`${track.trackId}/${epoch.epoch}-${start}`, isWebm ? 'webm' : 'm4s', body),
    ]);
    return { format, init, segment: { uri, startUs, endUs, bytes: body.length } };
  }
}

function append(runs: StoredRun[], { format, init, segment }: StoredPiece): void {
  const last = runs.at(-1);
  if (last?.init === init) {
    runs[runs.length - 1] = { ...last, segments: [...last.segments, segment] };
    return;
  }
  const { container, mimeType, width, height } = format;
  const size = width === undefined || height === undefined ? {} : { width, height };
  runs.push({ container, mimeType, init, ...size, segments: [segment] });
}
