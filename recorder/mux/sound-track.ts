import { AAC_FRAME_SAMPLES } from './aac-encoder.ts';
import {
  encodeSoundInit,
  encodeSoundSegment,
  renderSilence,
  renderSound,
  SOUND_MARGIN_US,
  SOUND_RATE,
  WINDOW_FRAMES,
  WINDOW_US,
  type TrackSound,
} from './aac-mix.ts';
import { readSegmentSamples, type ReadSample } from './cmaf-reader.ts';
import type { EpochState, LeftOutRange, SoundState, StoredSegment } from './mux-state.ts';
import type { PlayStore } from './play-store.ts';

/** Each window is rendered by itself, so that it comes out the same whichever others are missing with it; so many at the same time. */
const PARALLEL_WINDOWS = 2;
const CACHED_SEGMENTS = 128;
const INDEX_DIGITS = 6;
/** A block of AAC reaches this far (and a little more) into the next window. */
const JOINT_US = 100_000;

interface Span {
  readonly startUs: number;
  readonly endUs: number;
}

/** Where the tracks' sound is read, and the mix is kept. */
export type SoundFiles = Pick<PlayStore, 'readObject' | 'putNamed'>;

/** The rolling mix of one recording: which windows are rendered, and which must be rendered (again). */
export class SoundTrack {
  readonly #ffmpegPath: string;
  readonly #play: SoundFiles;
  readonly #samples = new Map<string, readonly ReadSample[]>();
  readonly #stale = new Set<number>();
  #silence: Buffer | undefined;

  constructor(options: { readonly ffmpegPath: string; readonly play: SoundFiles }) {
    this.#ffmpegPath = options.ffmpegPath;
    this.#play = options.play;
  }

  /** Sound in this span has changed: what is rendered of it is rendered again. */
  markStale({ startUs, endUs }: Span): void {
    const last = Math.floor(endUs / WINDOW_US);
    for (let index = Math.max(0, Math.floor((startUs - JOINT_US) / WINDOW_US)); index <= last; index += 1) {
      this.#stale.add(index);
    }
  }

  /**
   * Renders what is stale and what is new up to `untilUs`: whole windows, with `isFinal` also the last part of one.
   *
   * @param epochs the audio epochs of all tracks.
   */
  async advance(options: {
    readonly sound: SoundState | undefined;
    readonly epochs: readonly EpochState[];
    readonly leftOut: readonly LeftOutRange[];
    readonly untilUs: number;
    readonly isFinal: boolean;
  }): Promise<SoundState | undefined> {
    const { epochs, untilUs, isFinal } = options;
    const windows = [...(options.sound?.windows ?? [])];
    const whole = Math.max(0, Math.floor(untilUs / WINDOW_US));
    const frames = isFinal
      ? Math.max(0, Math.ceil((untilUs * SOUND_RATE) / 1e6 / AAC_FRAME_SAMPLES))
      : Math.max(whole * WINDOW_FRAMES, framesOf(windows));
    const wanted = this.#wanted(windows, frames);
    if (epochs.length === 0 || wanted.length === 0) return options.sound;
    const init = options.sound?.init ?? (await this.#play.putNamed('sound/init', 'mp4', encodeSoundInit()));
    for (let at = 0; at < wanted.length; at += PARALLEL_WINDOWS) {
      const rendering = wanted.slice(at, at + PARALLEL_WINDOWS).map((index) => this.#render(index, frames, options));
      for (const stored of await Promise.all(rendering)) windows[indexOf(stored)] = stored;
    }
    this.#stale.clear();
    return { init, windows };
  }

  #wanted(windows: readonly StoredSegment[], frames: number): number[] {
    const wanted: number[] = [];
    for (let index = 0; index * WINDOW_FRAMES < frames; index += 1) {
      const window = windows[index];
      const endFrame = Math.min((index + 1) * WINDOW_FRAMES, frames);
      const isShort = window !== undefined && window.endUs < usOf(endFrame);
      if (window === undefined || isShort || this.#stale.has(index)) wanted.push(index);
    }
    return wanted;
  }

  async #render(
    index: number,
    frames: number,
    { epochs, leftOut }: { readonly epochs: readonly EpochState[]; readonly leftOut: readonly LeftOutRange[] },
  ): Promise<StoredSegment> {
    const fromFrame = index * WINDOW_FRAMES;
    const toFrame = Math.min(fromFrame + WINDOW_FRAMES, frames);
    const tracks = await this.#tracks(epochs, {
      startUs: usOf(fromFrame) - SOUND_MARGIN_US,
      endUs: usOf(toFrame) + SOUND_MARGIN_US,
    });
    const rendered = await renderSound({ ffmpegPath: this.#ffmpegPath, fromFrame, toFrame, tracks, leftOut });
    const silence = rendered === 'silence' ? await this.#renderSilence() : Buffer.alloc(0);
    const units = rendered === 'silence' ? Array.from({ length: toFrame - fromFrame }, () => silence) : rendered;
    const body = encodeSoundSegment(units, fromFrame);
    const uri = await this.#play.putNamed(`sound/${String(index).padStart(INDEX_DIGITS, '0')}`, 'm4s', body);
    return { uri, startUs: usOf(fromFrame), endUs: usOf(fromFrame + units.length), bytes: body.length };
  }

  async #renderSilence(): Promise<Buffer> {
    this.#silence ??= await renderSilence(this.#ffmpegPath);
    return this.#silence;
  }

  /** The packets around a span. Where epochs of one track overlap the later one is heard. */
  async #tracks(epochs: readonly EpochState[], span: Span): Promise<TrackSound[]> {
    const tracks: TrackSound[] = [];
    for (const epoch of epochs) {
      const later = epochs.filter((other) => other.trackId === epoch.trackId && other.epoch > epoch.epoch);
      const cutUs = Math.min(...later.map(startOf), Number.POSITIVE_INFINITY);
      const samples: ReadSample[] = [];
      for (const segment of epoch.runs.flatMap((run) => run.segments)) {
        if (segment.endUs <= span.startUs || segment.startUs >= Math.min(span.endUs, cutUs)) continue;
        for (const sample of await this.#read(segment.uri)) if (sample.startTick < cutUs) samples.push(sample);
      }
      if (samples.length > 0) tracks.push(samples);
    }
    return tracks;
  }

  async #read(uri: string): Promise<readonly ReadSample[]> {
    const known = this.#samples.get(uri);
    if (known !== undefined) return known;
    const samples = readSegmentSamples(await this.#play.readObject(uri));
    this.#samples.set(uri, samples);
    const oldest = this.#samples.keys().next().value;
    if (this.#samples.size > CACHED_SEGMENTS && oldest !== undefined) this.#samples.delete(oldest);
    return samples;
  }
}

function usOf(frame: number): number {
  return Math.round((frame * AAC_FRAME_SAMPLES * 1e6) / SOUND_RATE);
}

function framesOf(windows: readonly StoredSegment[]): number {
  return Math.round(((windows.at(-1)?.endUs ?? 0) * SOUND_RATE) / 1e6 / AAC_FRAME_SAMPLES);
}

function indexOf(window: StoredSegment): number {
  return Math.round(window.startUs / WINDOW_US);
}

function startOf(epoch: EpochState): number {
  return epoch.runs[0]?.segments[0]?.startUs ?? Number.POSITIVE_INFINITY;
}
