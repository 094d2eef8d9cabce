import type { TimedPacket } from './timed-packet.ts';
import type { VideoCodec, VideoFrame } from './video-frame.ts';

/** More packets than any real frame has: what never ends is dropped. */
const MAX_FRAME_PACKETS = 20_000;

/**
 * Groups packets into frames and drops everything from an unrepaired loss to the next keyframe, so that what comes out decodes without a
 * damaged picture.
 */
export class FrameAssembler {
  readonly #codec: VideoCodec;
  readonly #emit: (frame: VideoFrame) => void;
  #packets: TimedPacket[] = [];
  #needsKeyframe = true;

  constructor(codec: VideoCodec, emit: (frame: VideoFrame) => void) {
    this.#codec = codec;
    this.#emit = emit;
  }

  /** Packets of the frame that is not whole yet. */
  pending(): readonly TimedPacket[] {
    return this.#packets;
  }

  push(packet: TimedPacket): void {
    if (packet.afterLoss) {
      this.#packets = [];
      this.#needsKeyframe = true;
    }
    const first = this.#packets[0];
    if (first !== undefined && first.rtp !== packet.rtp) this.flush();
    if (packet.payload.length > 0) this.#packets.push(packet);
    if (packet.marker || this.#packets.length > MAX_FRAME_PACKETS) this.flush();
  }

  /** The frame being collected has no more packets. */
  flush(): void {
    const packets = this.#packets;
    const first = packets[0];
    if (first === undefined) return;
    this.#packets = [];
    const built = this.#codec.build(packets);
    if (built === 'empty') return;
    if (built === 'damaged') {
      this.#needsKeyframe = true;
      return;
    }
    if (this.#needsKeyframe && built.config === undefined) return;
    const bytes = built.parts.reduce((sum, part) => sum + part.length, 0);
    const afterGap = this.#needsKeyframe;
    this.#needsKeyframe = false;
    this.#emit({ ...built, first, bytes, afterGap });
  }
}
