import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import type { ManifestEpoch, ManifestTrack, RecordingManifest } from '../../storage/objects/manifest.ts';
import { objectKeys, VIEW_CHAPTERS_NAME } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { MuxResult } from '../contract.ts';
import { TrackClock } from './clock.ts';
import { canMux, emptyEpochState, EpochWorker } from './epoch-worker.ts';
import { emptyMuxState, type EpochState, type MuxState, type StoredSegment } from './mux-state.ts';
import { readPauses } from './pauses.ts';
import { PlayStore } from './play-store.ts';
import { composePlayFiles, playableEndUs, type PlayFiles } from './playlists.ts';
import { soundLimitUs } from './sound-horizon.ts';
import { SoundTrack } from './sound-track.ts';
import { readEvents } from '../produce/source/stored-recording.ts';
import { viewChapters } from './view-chapters.ts';
import { changedSpans, isWithheld, type WithheldSpan } from './withheld.ts';

/** Epochs that are read at the same time. */
const PARALLEL_EPOCHS = 4;

export interface RollingOptions {
  readonly store: ObjectStore;
  readonly log: Log;
  readonly ffmpegPath: string;
}

/**
 * The rolling mux of one recording. A step reads what is new, stores segments under names made of their content, then the state (by conditional put: of two
 * processes one goes on, the other throws `conflict`), then the index. What has been published stays as it is.
 */
export class Rolling {
  readonly #options: RollingOptions;
  readonly #recordingId: RecordingId;
  readonly #play: PlayStore;
  readonly #manifests: ManifestStore;
  readonly #sound: SoundTrack;
  readonly #workers = new Map<string, EpochWorker>();
  /** As they were muxed before it was known what of them is not for the recording; they are muxed again in this step. */
  readonly #replaced = new Map<string, EpochState>();
  #state: MuxState;
  #etag: string | undefined;

  static async create(options: RollingOptions, recordingId: RecordingId): Promise<Rolling> {
    const play = new PlayStore(options.store, recordingId);
    const { state, etag } = await play.readState();
    return new Rolling(options, recordingId, play, state, etag);
  }

  /** As if nothing had been muxed yet; what has been stays as it is until the first step replaces it. */
  static async createAnew(options: RollingOptions, recordingId: RecordingId): Promise<Rolling> {
    const play = new PlayStore(options.store, recordingId);
    return new Rolling(options, recordingId, play, emptyMuxState(recordingId), await play.stateEtag());
  }

  private constructor(
    options: RollingOptions,
    recordingId: RecordingId,
    play: PlayStore,
    state: MuxState,
    etag: string | undefined,
  ) {
    this.#options = options;
    this.#recordingId = recordingId;
    this.#play = play;
    this.#manifests = new ManifestStore(options.store);
    this.#sound = new SoundTrack({ ffmpegPath: options.ffmpegPath, play });
    this.#state = state;
    this.#etag = etag;
  }

  /** After an error this object must not be used again: what it holds may be ahead of what is stored. */
  async step(asksFinal: boolean): Promise<MuxResult> {
    // A step that was wished for while the lesson ran may get its turn after the final one: it must not undo the completion.
    const isFinal = asksFinal || this.#state.isFinished === true;
    const manifest = await this.#manifests.read(this.#recordingId);
    if (manifest === undefined) throw new AppError('notFound', { message: 'the recording has no manifest' });
    await this.#readPauses(manifest);
    const soundBefore = this.#state.sound;
    const epochs = await this.#readEpochs(manifest, isFinal);
    this.#state = { ...this.#state, epochs };
    const sound = await this.#sound.advance({
      sound: this.#state.sound,
      epochs: epochs.filter(({ kind }) => kind === 'audio'),
      leftOut: this.#state.leftOut,
      untilUs: soundLimitUs(manifest, this.#state, isFinal),
      isFinal,
    });
    if (sound !== undefined) this.#state = { ...this.#state, sound };
    if (isFinal) this.#state = { ...this.#state, isFinished: true };
    this.#noteReplaced(soundBefore?.windows ?? []);
    await this.#writeState();
    const result = await this.#publish(manifest, isFinal);
    await this.#removeReplaced();
    return { ...result, final: asksFinal };
  }

  async #readPauses(manifest: RecordingManifest): Promise<void> {
    const { leftOut, withheld = [], ...read } = await readPauses(this.#options.store, manifest, this.#state);
    const known = new Set(this.#state.leftOut.map(({ fromUs, toUs }) => `${fromUs}-${toUs}`));
    const durationUs = this.#state.sound?.windows.at(-1)?.endUs ?? 0;
    // An open pause that ends gives sound back; a new one takes it away: both change what has been rendered of it.
    for (const { fromUs, toUs } of leftOut) {
      if (!known.has(`${fromUs}-${toUs}`)) this.#sound.markStale({ startUs: fromUs, endUs: durationUs });
    }
    const changed = changedSpans(this.#state.withheld ?? [], withheld);
    this.#state = { ...this.#state, leftOut, withheld, ...read };
    for (const span of changed) this.#muxAgain(manifest, span);
  }

  /** Epochs of which something was read in this span before it was known whether it is for the recording: from their beginning. */
  #muxAgain({ tracks, startedAtUnixUs }: RecordingManifest, { trackId, fromUs, toUs }: WithheldSpan): void {
    const track = tracks.find((each) => each.trackId === trackId);
    for (const epoch of track?.epochs ?? []) {
      const known = this.#state.epochs.find((each) => each.trackId === trackId && each.epoch === epoch.epoch);
      const firstUnixUs = Math.min(...epoch.chunks.map(({ firstReceivedUnixUs }) => firstReceivedUnixUs));
      if (track === undefined || known === undefined) continue;
      const firstUs = firstUnixUs + known.resume.clockOffsetUs - startedAtUnixUs;
      if (known.receivedUs < fromUs || firstUs >= toUs) continue;
      const key = `${trackId}/${epoch.epoch}`;
      if (!this.#replaced.has(key)) this.#replaced.set(key, known);
      this.#workers.delete(key);
      const epochs = this.#state.epochs.map((each) => (each === known ? emptyEpochState(track, epoch) : each));
      this.#state = { ...this.#state, epochs };
    }
  }

  /** What must not be played is not kept either: it is written down with what takes its place, and removed once that is what is played. */
  #noteReplaced(windows: readonly StoredSegment[]): void {
    const { toRemove = [], epochs, sound } = this.#state;
    const replaced = this.#replaced.size === 0 ? [] : [...[...this.#replaced.values()].flatMap(segmentsOf), ...windows];
    const kept = new Set([...epochs.flatMap(segmentsOf), ...(sound?.windows ?? [])].map(({ uri }) => uri));
    const names = new Set([...toRemove, ...replaced.map(({ uri }) => uri)]);
    this.#state = { ...this.#state, toRemove: [...names].filter((name) => !kept.has(name)) };
    this.#replaced.clear();
  }

  /** Of two steps that both do so the second finds nothing. */
  async #removeReplaced(): Promise<void> {
    const { toRemove = [] } = this.#state;
    if (toRemove.length === 0) return;
    for (const name of toRemove) await this.#play.remove(name);
    this.#state = { ...this.#state, toRemove: [] };
    await this.#writeState();
  }

  async #writeState(): Promise<void> {
    this.#etag = await this.#play.writeState({ state: this.#state, etag: this.#etag });
  }

  async #readEpochs(manifest: RecordingManifest, isFinal: boolean): Promise<EpochState[]> {
    const pairs = manifest.tracks.flatMap((track) =>
      track.epochs.filter((epoch) => canMux(track, epoch)).map((epoch) => ({ track, epoch })),
    );
    const results: EpochState[] = [];
    let next = 0;
    const readNext = async (): Promise<void> => {
      for (let index = next; index < pairs.length; index = next) {
        next += 1;
        const pair = pairs[index];
        if (pair !== undefined) results[index] = await this.#readEpoch(manifest, pair.track, pair.epoch, isFinal);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_EPOCHS }, readNext));
    return results;
  }

  async #readEpoch(
    manifest: RecordingManifest,
    track: ManifestTrack,
    epoch: ManifestEpoch,
    isFinal: boolean,
  ): Promise<EpochState> {
    const stored = this.#state.epochs.find((each) => each.trackId === track.trackId && each.epoch === epoch.epoch);
    const state = stored ?? emptyEpochState(track, epoch);
    const chunks = epoch.chunks.toSorted((one, other) => one.n - other.n);
    const readable = isFinal ? chunks : chunks.filter((chunk, index) => chunk.n === (chunks[0]?.n ?? 0) + index);
    const hasNew = readable.some(({ n }) => n >= state.nextChunk);
    const isEnding = isFinal || (epoch.closed && readable.length === chunks.length);
    if (!hasNew && (!isEnding || state.isEnded)) return state;
    const key = `${track.trackId}/${epoch.epoch}`;
    const { store: objects, log } = this.#options;
    const { startedAtUnixUs } = manifest;
    const worker =
      this.#workers.get(key) ??
      new EpochWorker(
        {
          ...{ objects, play: this.#play, log, track, epoch, startedAtUnixUs },
          isWithheld: (atUs) => isWithheld(this.#state.withheld ?? [], track.trackId, atUs),
        },
        state,
      );
    this.#workers.set(key, worker);
    const advanced = await worker.advance(state, readable, isEnding);
    if (isEnding) this.#workers.delete(key);
    if (track.kind === 'audio') this.#markChangedSound(this.#replaced.get(key) ?? state, advanced);
    return advanced;
  }

  /** Sound that comes late, into windows that have been rendered without it, and sound that is there no more. */
  #markChangedSound(before: EpochState, after: EpochState): void {
    const renderedUs = this.#state.sound?.windows.at(-1)?.endUs ?? 0;
    const [old, now] = [segmentsOf(before), segmentsOf(after)];
    const namesOf = (segments: readonly StoredSegment[]) => new Set(segments.map(({ uri }) => uri));
    const [known, kept] = [namesOf(old), namesOf(now)];
    for (const segment of [...old, ...now]) {
      const isChanged = !known.has(segment.uri) || !kept.has(segment.uri);
      if (isChanged && segment.startUs < renderedUs) this.#sound.markStale(segment);
    }
  }

  async #publish(manifest: RecordingManifest, isFinal: boolean): Promise<MuxResult> {
    const draft = composePlayFiles({ manifest, state: this.#state, durationUs: 0, isComplete: isFinal });
    const endUs = playableEndUs(draft.index.views, this.#state);
    const durationUs = isFinal ? (manifest.endedAtUs ?? endUs) : endUs;
    const files = composePlayFiles({ manifest, state: this.#state, durationUs, isComplete: isFinal });
    // Before the index says that it is complete: whoever reads it then finds them.
    if (isFinal) await this.#writeChapters(manifest, files);
    await this.#writeFiles(files);
    const index = objectKeys.playIndex(this.#recordingId);
    await this.#updateManifest(index, durationUs);
    return { recordingId: this.#recordingId, final: isFinal, durationUs, index };
  }

  async #writeChapters(manifest: RecordingManifest, { index }: PlayFiles): Promise<void> {
    const events = await readEvents(this.#options.store, manifest);
    await this.#play.putText(VIEW_CHAPTERS_NAME, viewChapters({ manifest, events, index }));
  }

  async #writeFiles({ index, texts }: PlayFiles): Promise<void> {
    for (const [name, text] of texts) await this.#play.putText(name, text);
    await this.#play.putIndex(index);
  }

  async #updateManifest(index: string, durationUs: number): Promise<void> {
    const clocks = new Map(
      this.#state.epochs.map((state) => [`${state.trackId}/${state.epoch}`, state.clock] as const),
    );
    const withClock = (track: ManifestTrack, epoch: ManifestEpoch): ManifestEpoch => {
      const known = clocks.get(`${track.trackId}/${epoch.epoch}`);
      const clock = known && new TrackClock(epoch.codec.clockRate, known).toMap();
      return clock === undefined ? epoch : { ...epoch, clock };
    };
    await this.#manifests.update(this.#recordingId, (stored) => {
      if (stored === undefined) return undefined;
      const others = stored.renditions.filter(({ kind }) => kind !== 'views');
      const views = { kind: 'views' as const, index, durationUs, createdAtUnixMs: Date.now() };
      const tracks = stored.tracks.map((track) => ({
        ...track,
        epochs: track.epochs.map((epoch) => withClock(track, epoch)),
      }));
      return { ...stored, tracks, renditions: [...others, views] };
    });
  }
}

const segmentsOf = ({ runs }: EpochState): StoredSegment[] => runs.flatMap(({ segments }) => segments);
