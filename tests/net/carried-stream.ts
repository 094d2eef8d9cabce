import { rtpTimeline, type RtpStreamOptions, type TimedPacket } from '../support/rtp/rtp-timeline.ts';
import { Line, type LineConditions } from './line.ts';

const SEQUENCE_AT = 2;
const TIMESTAMP_AT = 4;

export interface CarriedOptions extends RtpStreamOptions {
  readonly line?: LineConditions;
  readonly seed?: number;
  /** While the line is cut, media time. */
  readonly outages?: readonly Stretch[];
  /** Frames that the device never sends, as with DTX and a muted microphone: no sequence number is used up for them. */
  readonly isUnsent?: (mediaUs: number, frame: number) => boolean;
}

export interface Stretch {
  readonly fromUs: number;
  readonly toUs: number;
}

/** What came of a stream that went over a line in simulated time, and what can be made of it. */
export interface CarriedStream {
  /** In the order of their arrival; sender reports all arrive. */
  readonly packets: readonly TimedPacket[];
  /** Media times of the frames that arrived whole and with everything that they refer to, back to a keyframe. */
  readonly decodableUs: readonly number[];
  readonly sentPackets: number;
}

interface SentFrame {
  readonly mediaUs: number;
  readonly isKey: boolean;
  missing: number;
}

export function carryStream(options: CarriedOptions): CarriedStream {
  const line = new Line(options.seed ?? 1, options.line);
  const arrived: TimedPacket[] = [];
  const frames: SentFrame[] = [];
  for (const { packet, mediaUs, isKey } of sentPackets(options)) {
    if (packet.kind === 'rtcp') {
      arrived.push(packet);
      continue;
    }
    const frame = frameAt(frames, mediaUs, isKey);
    line.change(conditionsAt(options, mediaUs));
    const fate = line.send(packet.atUnixUs / 1000, packet.bytes.length);
    if ('arrivesAtMs' in fate) arrived.push({ ...packet, atUnixUs: fate.arrivesAtMs * 1000 });
    else frame.missing += 1;
  }
  return {
    packets: arrived.toSorted((a, b) => a.atUnixUs - b.atUnixUs),
    decodableUs: decodable(frames, options.clip.kind),
    sentPackets: line.counters.sent,
  };
}

function frameAt(frames: SentFrame[], mediaUs: number, isKey: boolean): SentFrame {
  const last = frames.at(-1);
  if (last?.mediaUs === mediaUs) return last;
  const frame = { mediaUs, isKey, missing: 0 };
  frames.push(frame);
  return frame;
}

function conditionsAt({ outages = [], line = {} }: CarriedOptions, mediaUs: number): LineConditions {
  const isCut = outages.some(({ fromUs, toUs }) => mediaUs >= fromUs && mediaUs < toUs);
  return isCut ? { isCut } : line;
}

function* sentPackets(options: CarriedOptions): Generator<{ packet: TimedPacket; mediaUs: number; isKey: boolean }> {
  const { clip, isUnsent } = options;
  let frame = -1;
  let timestamp: number | undefined;
  let unsent = 0;
  for (const packet of rtpTimeline({ ...options })) {
    if (packet.kind === 'rtp') {
      const own = packet.bytes.readUInt32BE(TIMESTAMP_AT);
      if (own !== timestamp) frame += 1;
      timestamp = own;
    }
    const round = Math.floor(Math.max(0, frame) / clip.frames.length);
    const { ptsUs = 0, isKey = false } = clip.frames[Math.max(0, frame) % clip.frames.length] ?? {};
    const mediaUs = round * clip.durationUs + ptsUs;
    if (packet.kind === 'rtp') {
      if (isUnsent?.(mediaUs, frame) === true) {
        unsent += 1;
        continue;
      }
      packet.bytes.writeUInt16BE((packet.bytes.readUInt16BE(SEQUENCE_AT) - unsent) & 0xffff, SEQUENCE_AT);
    }
    yield { packet, mediaUs, isKey };
  }
}

function decodable(frames: readonly SentFrame[], kind: 'audio' | 'video'): number[] {
  let hasReferences = false;
  return frames.flatMap(({ mediaUs, isKey, missing }) => {
    hasReferences = missing === 0 && (isKey || kind === 'audio' || hasReferences);
    return hasReferences ? [mediaUs] : [];
  });
}
