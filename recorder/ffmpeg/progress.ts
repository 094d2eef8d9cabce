/** One report of ffmpeg's `-progress`. */
export interface FfmpegProgress {
  readonly outTimeUs: number;
  readonly frame: number;
  readonly totalBytes: number;
  /** Media seconds per second, as ffmpeg sees it; undefined at the very start. */
  readonly speed: number | undefined;
}

/** Reads `key=value` lines in whatever pieces they come; a report ends with its `progress=` line. */
export class ProgressReader {
  readonly #onReport: (progress: FfmpegProgress) => void;
  #rest = '';
  #fields = new Map<string, string>();

  constructor(onReport: (progress: FfmpegProgress) => void) {
    this.#onReport = onReport;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#readLine(line);
  }

  #readLine(line: string): void {
    const at = line.indexOf('=');
    if (at < 0) return;
    const key = line.slice(0, at);
    this.#fields.set(key, line.slice(at + 1).trim());
    if (key !== 'progress') return;
    const fields = this.#fields;
    this.#fields = new Map();
    this.#onReport({
      // `N/A` until the first packet is written, and negative while a muxer's delay lasts.
      outTimeUs: Math.max(0, numberOf(fields.get('out_time_us')) ?? 0),
      frame: numberOf(fields.get('frame')) ?? 0,
      totalBytes: Math.max(0, numberOf(fields.get('total_size')) ?? 0),
      speed: numberOf(fields.get('speed')?.replace('x', '')),
    });
  }
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
