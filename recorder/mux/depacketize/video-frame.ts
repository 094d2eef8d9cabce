import type { TimedPacket } from './timed-packet.ts';

/** What a decoder must know before the first frame. Two configurations with the same `id` are the same. */
export interface VideoConfig {
  readonly id: string;
  readonly codec: 'H264' | 'VP8' | 'VP9' | 'AV1';
  /** As in the `codecs` parameter of RFC 6381, e.g. `avc1.42e01f`. */
  readonly mimeCodec: string;
  readonly width: number;
  readonly height: number;
  /** `avcC`, `vpcC` or `av1C` body; empty for VP8. */
  readonly decoderConfig: Buffer;
}

/** What a codec makes of the packets of one frame. */
export interface BuiltFrame {
  /** Sample as its container wants it, in parts that follow each other. */
  readonly parts: readonly Buffer[];
  /** Set on keyframes alone. */
  readonly config: VideoConfig | undefined;
}

/** `damaged`: the frame cannot be decoded. `empty`: no picture in it. */
export type BuildResult = BuiltFrame | 'damaged' | 'empty';

/** Knows one payload format; keeps parameter sets between frames. */
export interface VideoCodec {
  /** `packets` share a timestamp, follow each other without a hole and are not empty. */
  build(packets: readonly TimedPacket[]): BuildResult;
}

/** One frame that can be decoded if the ones before it back to a keyframe were. */
export interface VideoFrame extends BuiltFrame {
  readonly first: TimedPacket;
  readonly bytes: number;
  /** Frames before this one were dropped. Always a keyframe. */
  readonly afterGap: boolean;
}
