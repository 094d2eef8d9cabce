import type { GaussianBlurBackgroundProcessorPipelineWorker } from '@twilio/video-processors/es5/processors/background/pipelines/backgroundprocessorpipeline/GaussianBlurBackgroundProcessorPipeline.worker.js';
import { transfer, wrap } from 'comlink';
import type { Remote } from 'comlink';
import { BLUR_FILES, BLUR_WORKER_FILE } from './blur-files.ts';

type Pipeline = Remote<GaussianBlurBackgroundProcessorPipelineWorker>;

/** WebAssembly and model are 3 MB, on the line of a village school. */
const LOADING_MS = 60_000;
/** Of a picture of 540 lines: no writing on a wall stays legible. */
const RADIUS_SHARE = 24;
const MIN_RADIUS = 12;
/** How softly a person ends. */
const MASK_RADIUS = 8;

/**
 * The library's worker without the part of the library that lives in the page: that one keeps a single worker for as long as the
 * page is open, also after it has crashed. This one is ended with the camera and made anew with the next.
 */
export class BlurWorker {
  readonly #worker: Worker;
  readonly #pipeline: Pipeline;
  /** Of the picture that is being blurred. */
  #reject: ((error: Error) => void) | null = null;

  static async create(lines: number): Promise<BlurWorker> {
    const worker = new Worker(`${BLUR_FILES}${BLUR_WORKER_FILE}`);
    const crash = new Promise<never>((_resolve, reject) => {
      worker.addEventListener('error', (event) => reject(crashOf(event)));
    });
    // oxlint-disable-next-line no-restricted-properties -- only Chrome and its like come here (`blur-support.ts`)
    const late = AbortSignal.timeout(LOADING_MS);
    const lateness = new Promise<never>((_resolve, reject) => {
      late.addEventListener('abort', () => reject(late.reason as Error));
    });
    try {
      const pipeline = await Promise.race([load(worker, lines), crash, lateness]);
      return new BlurWorker(worker, pipeline);
    } catch (error) {
      worker.terminate();
      throw error;
    } finally {
      for (const unheard of [crash, lateness]) unheard.catch(() => undefined);
    }
  }

  private constructor(worker: Worker, pipeline: Pipeline) {
    this.#worker = worker;
    this.#pipeline = pipeline;
    worker.addEventListener('error', (event) => this.#reject?.(crashOf(event)));
  }

  /** The frame is the worker's from here on. Throws when it fails; never settles when the worker has died without a word. */
  async blur(frame: VideoFrame): Promise<ImageBitmap> {
    const picture = await new Promise<ImageBitmap | null>((resolve, reject) => {
      this.#reject = reject;
      this.#pipeline.render(transfer(frame, [frame])).then(resolve, reject);
    });
    if (picture === null) throw new Error('the model of the blur is not loaded');
    return picture;
  }

  close(): void {
    this.#worker.terminate();
  }
}

const crashOf = ({ message }: ErrorEvent): Error => new Error(`the blurring worker failed: ${message}`);

async function load(worker: Worker, lines: number): Promise<Pipeline> {
  const RemotePipeline = wrap<typeof GaussianBlurBackgroundProcessorPipelineWorker>(worker);
  const pipeline = await new RemotePipeline({
    assetsPath: BLUR_FILES,
    blurFilterRadius: Math.max(MIN_RADIUS, Math.round(lines / RADIUS_SHARE)),
    deferInputFrameDownscale: false,
    maskBlurRadius: MASK_RADIUS,
  });
  await pipeline.loadTwilioTFLite();
  return pipeline;
}
