import type { ManifestEpoch } from '../../storage/objects/manifest.ts';
import { encodeInit, encodeSegment, type CmafRun, type CmafSample } from './cmaf.ts';
import { OPUS_CLOCK_RATE, opusSamples } from './depacketize/opus.ts';
import type { TimedPacket } from './depacketize/timed-packet.ts';
import { EpochReader, type EpochReaderOptions } from './epoch-reader.ts';
import type { MuxedSegment, RunFormat } from './muxed-segment.ts';
import type { EpochState, ResumePoint } from './mux-state.ts';

/** Microseconds: fine enough to place sound between two samples. */
export const OPUS_TIMESCALE = 1_000_000;
const MAX_SEGMENT_US = 10_000_000;
/** Over which the clock jumps within a packet (`TrackClock` slews by less than a hundredth): what follows stands apart. */
const JUMP_RATIO = 1.5;

interface SoundPacket {
  readonly packet: TimedPacket;
  readonly samples: number;
}

/** One epoch of an audio track: chunks in, Opus segments out (the source of the mix and of production). */
export class AudioEpoch {
  readonly reader: EpochReader;
  #open: SoundPacket[] = [];
  #number: number;
  #format: RunFormat | undefined;

  static canMux(mimeType: string): boolean {
    return mimeType.toLowerCase() === 'audio/opus';
  }

  constructor(options: {
    readonly epoch: Pick<ManifestEpoch, 'ssrc' | 'codec'>;
    readonly startedAtUnixUs: number;
    readonly state: EpochState | undefined;
    readonly isWithheld: EpochReaderOptions['isWithheld'];
  }) {
    this.reader = new EpochReader({ ...options, onPacket: (packet) => this.#add(packet) });
    this.#number = (options.state?.runs ?? []).reduce((sum, run) => sum + run.segments.length, 1);
  }

  end(): void {
    this.reader.end();
  }

  resumePoint(): ResumePoint {
    return this.reader.resumePoint(this.#open[0]?.packet);
  }

  take(isEnding: boolean): MuxedSegment[] {
    if (this.#open.length === 0 || (!isEnding && !this.reader.clock.isSettled)) return [];
    const packets = this.#open;
    this.#open = [];
    const { clock } = this.reader;
    const segments: MuxedSegment[] = [];
    let part: SoundPacket[] = [];
    for (const each of packets) {
      const first = part[0];
      if (first !== undefined && clock.toUs(each.packet.rtp) - clock.toUs(first.packet.rtp) >= MAX_SEGMENT_US) {
        this.#encode(part, segments);
        part = [];
      }
      part.push(each);
    }
    this.#encode(part, segments);
    return segments;
  }

  #add(packet: TimedPacket): void {
    const samples = opusSamples(packet.payload);
    if (samples !== undefined) this.#open.push({ packet, samples });
  }

  #encode(packets: readonly SoundPacket[], segments: MuxedSegment[]): void {
    const { clock } = this.reader;
    const first = packets[0];
    const last = packets.at(-1);
    if (first === undefined || last === undefined) return;
    clock.publishTo(first.packet.rtp);
    clock.publishTo(last.packet.rtp + last.samples);
    const runs = this.#runsOf(packets);
    const start = runs[0]?.startTick;
    if (start === undefined) return;
    this.#format ??= {
      container: 'fmp4',
      mimeType: 'audio/mp4; codecs="opus"',
      init: encodeInit({ kind: 'opus' }, OPUS_TIMESCALE),
    };
    const body = encodeSegment(runs, this.#number);
    this.#number += 1;
    const endUs = Math.max(start + 1, Math.round(clock.toUs(last.packet.rtp + last.samples)));
    segments.push({ format: this.#format, startUs: start, endUs, body });
  }

  /** Packets that follow each other without a hole are one run; DTX, losses and jumps of the clock part runs. */
  #runsOf(packets: readonly SoundPacket[]): CmafRun[] {
    const { clock } = this.reader;
    const runs: { startTick: number; samples: CmafSample[] }[] = [];
    let expectedRtp = Number.NaN;
    for (const { packet, samples } of packets) {
      const startTick = Math.round(clock.toUs(packet.rtp));
      const spanUs = Math.round(clock.toUs(packet.rtp + samples)) - startTick;
      const soundUs = Math.round((samples * OPUS_TIMESCALE) / OPUS_CLOCK_RATE);
      const jumps = spanUs > soundUs * JUMP_RATIO;
      const duration = jumps ? soundUs : spanUs;
      if (startTick < 0 || duration <= 0) continue;
      const sample = { parts: [packet.payload], bytes: packet.payload.length, duration, isKey: true };
      if (packet.rtp === expectedRtp) runs.at(-1)?.samples.push(sample);
      else runs.push({ startTick, samples: [sample] });
      expectedRtp = jumps ? Number.NaN : packet.rtp + samples;
    }
    return runs;
  }
}
