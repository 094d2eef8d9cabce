import { BlurPace } from './blur-pace.ts';
import { BlurWorker } from './blur-worker.ts';
import { CaptureFailure, TrackFailed } from './capture-problem.ts';
import { standInFor } from './stand-in-track.ts';

/** What a camera gives that does not say it. */
const USUAL_LINES = 540;
const MOST_PER_SECOND = 24;
const LOOK_EVERY_MS = 1_000;
/** Looks at one and the same picture, not time: a computer that slept is not late. The first one waits for what is made once. */
const STALLED_LOOKS = 6;
const FIRST_LOOKS = 20;

/**
 * Pictures of a camera with the background blurred. They have no way past the worker: when it fails, the track ends with
 * {@link TrackFailed} and the camera with it. To everybody else the track is the camera's.
 */
class BlurredCamera {
  readonly track: MediaStreamTrack;
  readonly #raw: MediaStreamTrack;
  readonly #worker: BlurWorker;
  readonly #pace: BlurPace;
  readonly #frames: ReadableStreamDefaultReader<VideoFrame>;
  readonly #pictures: WritableStreamDefaultWriter<VideoFrame>;
  readonly #watch: ReturnType<typeof setInterval>;
  readonly #stopTrack: () => void;
  /** Looks at the picture that is being blurred; null: none is. */
  #looks: number | null = null;
  #hasBlurred = false;
  #isClosed = false;

  constructor(raw: MediaStreamTrack, worker: BlurWorker) {
    this.#raw = raw;
    this.#worker = worker;
    this.#pace = new BlurPace(() => wantedPerSecond(raw));
    const generator = new MediaStreamTrackGenerator({ kind: 'video' });
    this.#frames = new MediaStreamTrackProcessor({ track: raw }).readable.getReader();
    this.#pictures = generator.writable.getWriter();
    this.#stopTrack = standInFor(raw, generator, () => this.#close());
    this.track = generator;
    raw.addEventListener('ended', () => this.#end(new Event('ended')));
    this.#watch = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#run().catch((error: unknown) => this.#fail(error));
  }

  async #run(): Promise<void> {
    for (let next = await this.#frames.read(); !next.done; next = await this.#frames.read()) {
      const startedMs = performance.now();
      await this.#blur(next.value);
      if (this.#isClosed) return;
      if (this.#pace.isTooSlow(startedMs, performance.now())) this.#end(new TrackFailed('blurSlow'));
    }
  }

  async #blur(frame: VideoFrame): Promise<void> {
    const { timestamp } = frame;
    this.#looks = 0;
    const picture = await this.#worker.blur(frame);
    this.#looks = null;
    this.#hasBlurred = true;
    const blurred = new VideoFrame(picture, { timestamp });
    picture.close();
    if (this.#isClosed) blurred.close();
    else await this.#pictures.write(blurred);
  }

  #look(): void {
    if (this.#looks === null) return;
    this.#looks += 1;
    if (this.#looks >= (this.#hasBlurred ? STALLED_LOOKS : FIRST_LOOKS)) this.#fail(new Error('the blur stands still'));
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    console.warn('the background is not blurred any more', error);
    this.#end(new TrackFailed('blurFailed'));
  }

  /** Stopping a track tells nobody. */
  #end(event: Event): void {
    if (this.#isClosed) return;
    this.#close();
    this.track.dispatchEvent(event);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#watch);
    this.#raw.stop();
    this.#stopTrack();
    this.#worker.close();
    void this.#frames.cancel().catch(() => undefined);
    void this.#pictures.abort().catch(() => undefined);
  }
}

function wantedPerSecond(raw: MediaStreamTrack): number {
  const { frameRate = 0 } = raw.getSettings();
  return frameRate > 0 ? Math.min(frameRate, MOST_PER_SECOND) : MOST_PER_SECOND;
}

/** Rejects when it cannot be done; the camera is then the caller's to stop. */
export async function blurBackground(raw: MediaStreamTrack): Promise<MediaStreamTrack> {
  const worker = await BlurWorker.create(raw.getSettings().height ?? USUAL_LINES);
  if (raw.readyState === 'live') return new BlurredCamera(raw, worker).track;
  worker.close();
  throw new CaptureFailure('notFound');
}
