import type { ManifestEpoch } from '../../storage/objects/manifest.ts';
import { encodeInit, encodeSegment, type CmafSample } from './cmaf.ts';
import { Av1Codec } from './depacketize/av1.ts';
import { FrameAssembler } from './depacketize/frame-assembler.ts';
import { H264Codec } from './depacketize/h264.ts';
import type { VideoCodec, VideoConfig, VideoFrame } from './depacketize/video-frame.ts';
import { Vp8Codec } from './depacketize/vp8.ts';
import { Vp9Codec } from './depacketize/vp9.ts';
import { EpochReader, type EpochReaderOptions } from './epoch-reader.ts';
import type { MuxedSegment, RunFormat } from './muxed-segment.ts';
import type { EpochState, ResumePoint } from './mux-state.ts';
import { encodeWebmInit, encodeWebmSegment } from './webm.ts';

/** A segment ends at the first keyframe after so long. */
const SEGMENT_TARGET_US = 4_000_000;
export const VIDEO_TIMESCALE = 90_000;
/** A hole up to this long holds the last picture; a longer one is a gap. */
const MAX_HELD_PICTURE_US = 5_000_000;
const DEFAULT_FRAME_US = 40_000;
const MAX_LAST_FRAME_US = 200_000;

const CODECS: Readonly<Record<string, () => VideoCodec>> = {
  'video/h264': () => new H264Codec(),
  'video/vp8': () => new Vp8Codec(),
  'video/vp9': () => new Vp9Codec(),
  'video/av1': () => new Av1Codec(),
};

/** Frames from a keyframe on, and the keyframe that follows them (undefined at the end). */
interface FrameGroup {
  readonly frames: readonly VideoFrame[];
  readonly next: VideoFrame | undefined;
}

/** One epoch of a video track: chunks in, segments out. */
export class VideoEpoch {
  readonly reader: EpochReader;
  readonly #assembler: FrameAssembler;
  #groups: FrameGroup[] = [];
  #open: VideoFrame[] = [];
  #number: number;
  #format: (RunFormat & { readonly config: VideoConfig }) | undefined;

  static canMux(mimeType: string): boolean {
    return Object.hasOwn(CODECS, mimeType.toLowerCase());
  }

  constructor(options: {
    readonly epoch: Pick<ManifestEpoch, 'ssrc' | 'codec'>;
    readonly startedAtUnixUs: number;
    readonly state: EpochState | undefined;
    readonly isWithheld: EpochReaderOptions['isWithheld'];
  }) {
    const codec = CODECS[options.epoch.codec.mimeType.toLowerCase()]?.() ?? new H264Codec();
    this.#assembler = new FrameAssembler(codec, (frame) => this.#add(frame));
    this.reader = new EpochReader({ ...options, onPacket: (packet) => this.#assembler.push(packet) });
    this.#number = (options.state?.runs ?? []).reduce((sum, run) => sum + run.segments.length, 1);
  }

  end(): void {
    this.reader.end();
    this.#assembler.flush();
    this.#close(undefined);
  }

  resumePoint(): ResumePoint {
    const oldest = this.#groups[0]?.frames[0] ?? this.#open[0];
    return this.reader.resumePoint(oldest?.first ?? this.#assembler.pending()[0]);
  }

  /** Segments that are whole. While the clock is not settled they are kept, unless the epoch `isEnding`. */
  take(isEnding: boolean): MuxedSegment[] {
    if (!isEnding && !this.reader.clock.isSettled) return [];
    const groups = this.#groups;
    this.#groups = [];
    return groups.map((group) => this.#encode(group));
  }

  #add(frame: VideoFrame): void {
    if (frame.config !== undefined && this.#endsSegment(frame, frame.config)) this.#close(frame);
    this.#open.push(frame);
  }

  #endsSegment(frame: VideoFrame, config: VideoConfig): boolean {
    const first = this.#open[0];
    if (first === undefined) return false;
    if (frame.afterGap || first.config?.id !== config.id) return true;
    const { clock } = this.reader;
    return clock.toUs(frame.first.rtp) - clock.toUs(first.first.rtp) >= SEGMENT_TARGET_US;
  }

  #close(next: VideoFrame | undefined): void {
    if (this.#open.length > 0) this.#groups.push({ frames: this.#open, next });
    this.#open = [];
  }

  #encode({ frames, next }: FrameGroup): MuxedSegment {
    const { clock } = this.reader;
    const last = frames.at(-1);
    if (frames[0] === undefined || last === undefined) throw new RangeError('a segment without frames');
    // The line must be fixed from the first frame on before it is fixed at the last.
    clock.publishTo(frames[0].first.rtp);
    clock.publishTo(last.first.rtp);
    if (next !== undefined) clock.publishTo(next.first.rtp);
    const times = frames.map((frame) => clock.toUs(frame.first.rtp));
    const nextUs = next === undefined ? undefined : clock.toUs(next.first.rtp);
    times.push(endOf(times, nextUs));
    this.#use(frames[0].config ?? this.#format?.config);
    const format = this.#format;
    if (format === undefined) throw new RangeError('a segment without a keyframe');
    const body = format.container === 'fmp4' ? this.#encodeFmp4(frames, times) : encodeWebm(frames, times);
    const startUs = Math.max(0, Math.round(times[0] ?? 0));
    const endUs = Math.max(startUs + 1, Math.round(times.at(-1) ?? 0));
    return { format, startUs, endUs, body };
  }

  #use(config: VideoConfig | undefined): void {
    if (config === undefined || this.#format?.config.id === config.id) return;
    const { width, height, codec, mimeCodec } = config;
    const isWebm = codec === 'VP8';
    const init = isWebm
      ? encodeWebmInit({ codec, width, height })
      : encodeInit({ kind: 'video', config }, VIDEO_TIMESCALE);
    const mimeType = `video/${isWebm ? 'webm' : 'mp4'}; codecs="${mimeCodec}"`;
    this.#format = { container: isWebm ? 'webm' : 'fmp4', mimeType, width, height, init, config };
  }

  #encodeFmp4(frames: readonly VideoFrame[], times: readonly number[]): Buffer {
    const ticks = increasing(times.map((us) => Math.round((us * VIDEO_TIMESCALE) / 1e6)));
    const samples = frames.map(({ parts, bytes, config }, index): CmafSample => {
      const duration = (ticks[index + 1] ?? 0) - (ticks[index] ?? 0);
      return { parts, bytes, duration, isKey: config !== undefined };
    });
    this.#number += 1;
    return encodeSegment([{ startTick: ticks[0] ?? 0, samples }], this.#number - 1);
  }
}

function encodeWebm(frames: readonly VideoFrame[], times: readonly number[]): Buffer {
  const milliseconds = increasing(times.map((us) => Math.round(us / 1000)));
  const blocks = frames.map(({ parts, bytes, config }, index) => {
    const timeMs = milliseconds[index] ?? 0;
    const durationMs = (milliseconds[index + 1] ?? timeMs) - timeMs;
    const block = { timeMs, isKey: config !== undefined, parts, bytes };
    return index === frames.length - 1 ? { ...block, durationMs } : block;
  });
  return encodeWebmSegment(blocks);
}

/** Where the last frame ends: at the next one, unless there is a hole that is too long to hold a picture. */
function endOf(times: readonly number[], nextUs: number | undefined): number {
  const last = times.at(-1) ?? 0;
  if (nextUs !== undefined && nextUs - last <= MAX_HELD_PICTURE_US) return Math.max(nextUs, last + 1000);
  const usual = last - (times.at(-2) ?? last - DEFAULT_FRAME_US);
  return last + Math.min(Math.max(usual, 1000), MAX_LAST_FRAME_US);
}

/** From 0 on and strictly increasing: what was captured before the recording began is squeezed into its first instants. */
function increasing(values: readonly number[]): number[] {
  let previous = -1;
  return values.map((value) => {
    previous = Math.max(value, previous + 1);
    return previous;
  });
}
