import { cellCentres, COLUMNS, decodeTimecode, ROWS, type Timecode } from './timecode.ts';

const READ_WIDTH = 480;

/** A page in which a function can be run, whatever drives it. */
export interface ReadablePage {
  evaluate<Argument, Result>(
    read: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
}

export interface VideoReading extends Timecode {
  readonly width: number;
  readonly height: number;
}

/** What a `<video>` of the page shows now; undefined while it shows no timecode. */
export async function readVideo(page: ReadablePage, selector: string): Promise<VideoReading | undefined> {
  const read = await page.evaluate(
    ([query, width, codeHeight, centres]) => {
      const video = document.querySelector<HTMLVideoElement>(query);
      if (video === null || video.videoWidth === 0) return undefined;
      const height = Math.round((width * video.videoHeight) / video.videoWidth);
      const draw = new OffscreenCanvas(width, codeHeight).getContext('2d', { willReadFrequently: true });
      if (draw === null) return undefined;
      draw.drawImage(video, 0, 0, width, height);
      const { data } = draw.getImageData(0, 0, width, codeHeight);
      // One number for each cell is all that travels to the test.
      const luminance = centres.map(([x, y]) => data[(y * width + x) * 4 + 1] ?? 0);
      return { luminance, width: video.videoWidth, height: video.videoHeight };
    },
    [selector, READ_WIDTH, Math.ceil((READ_WIDTH / COLUMNS) * ROWS), cellCentres(READ_WIDTH)] as const,
  );
  if (read === undefined) return undefined;
  const { luminance, width, height } = read;
  const code = decodeTimecode(luminance);
  return code === undefined ? undefined : { ...code, width, height };
}

export interface ToneReading {
  /** Loudest frequency, Hz. */
  readonly hz: number;
  /** Its level, dB of full scale. */
  readonly decibels: number;
}

/** Levels at the given frequencies in everything that the page's media elements play, dB. */
export async function readTones(page: ReadablePage, frequencies: readonly number[]): Promise<readonly ToneReading[]> {
  return page.evaluate(async (wanted) => {
    const context = new AudioContext();
    await context.resume();
    const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
    const streamOf = (element: HTMLMediaElement & { captureStream?: () => MediaStream }): MediaStream | undefined =>
      // A file has a stream of what it plays where the browser gives one.
      element.srcObject instanceof MediaStream ? element.srcObject : element.captureStream?.();
    const sources = [...document.querySelectorAll<HTMLMediaElement>('audio, video'), ...(globalThis.looseSounds ?? [])]
      .filter((element) => !element.muted)
      .flatMap((element) => streamOf(element)?.getAudioTracks() ?? [])
      .map((track) => context.createMediaStreamSource(new MediaStream([track])));
    for (const source of sources) source.connect(analyser);
    const bins = new Float32Array(analyser.frequencyBinCount);
    const peaks = wanted.map(() => -Infinity);
    for (let round = 0; round < 6; round += 1) {
      await new Promise((done) => setTimeout(done, 60));
      analyser.getFloatFrequencyData(bins);
      wanted.forEach((hz, index) => {
        const bin = Math.round((hz * analyser.fftSize) / context.sampleRate);
        peaks[index] = Math.max(peaks[index] ?? -Infinity, ...bins.slice(bin - 1, bin + 2));
      });
    }
    await context.close();
    return wanted.map((hz, index) => ({ hz, decibels: peaks[index] ?? -Infinity }));
  }, frequencies);
}
