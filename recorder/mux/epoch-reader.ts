import { ABS_CAPTURE_TIME } from '../../signaling/protocol/rtp-extensions.ts';
import type { ManifestEpoch } from '../../storage/objects/manifest.ts';
import { parseAnnotation } from '../packet-log/annotation.ts';
import { ChunkReader, type LogRecord } from '../packet-log/format.ts';
import { readCaptureTime } from './capture-time.ts';
import { TrackClock } from './clock.ts';
import type { TimedPacket } from './depacketize/timed-packet.ts';
import type { EpochState, ResumePoint } from './mux-state.ts';
import { parseSenderReports, type SenderReport } from './rtcp.ts';
import { parseRtpPacket } from './rtp-packet.ts';
import { RtpTimeline } from './rtp-timeline.ts';
import { REPAIR_US, SequenceBuffer, sequenceDistance } from './sequence.ts';

interface ReceivedPacket {
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Buffer;
  /** Once it has been put in its place: when it was on its way. */
  receivedUs: number;
  readonly chunk: number;
  readonly isWithheld: boolean;
  /** When it was captured, on the sender's clock, where the sender tells. */
  readonly capturedUs: number | undefined;
  extended: number;
  afterLoss: boolean;
}

interface ReceivedReport extends SenderReport {
  readonly receivedUs: number;
}

/** Clock pairs of the node drift slowly: the least disturbed of so many is taken. */
const CLOCK_PAIRS_KEPT = 6;
const MAX_WAITING_REPORTS = 64;

export interface EpochReaderOptions {
  readonly epoch: Pick<ManifestEpoch, 'ssrc' | 'codec'>;
  readonly startedAtUnixUs: number;
  readonly state: Pick<EpochState, 'resume' | 'clock' | 'receivedUs'> | undefined;
  /** Whether what was received then (session time) is not for the recording. */
  readonly isWithheld: (receivedUs: number) => boolean;
  readonly onPacket: (packet: TimedPacket) => void;
}

/** Reads the chunks of one epoch in order and gives its packets in sending order, on a clock. */
export class EpochReader {
  readonly clock: TrackClock;
  readonly #options: EpochReaderOptions;
  readonly #sequence: SequenceBuffer<ReceivedPacket>;
  readonly #timeline: RtpTimeline<ReceivedPacket>;
  #reports: ReceivedReport[] = [];
  #pairs: { readonly rttUs: number; readonly offsetUs: number }[] = [];
  #clockOffsetUs: number;
  #isClockKnown: boolean;
  #receivedUs: number;
  #nextChunk: number;
  /** Id of the header extension that tells the instant of capture, in the chunk that is read. */
  #stampId: number | undefined;
  /** The last packet in the order of sending that was not for the recording. */
  #withheld: { readonly sequence: number; readonly receivedUs: number } | undefined;
  #followsWithheld = false;

  constructor(options: EpochReaderOptions) {
    this.#options = options;
    const { state, epoch } = options;
    this.clock = new TrackClock(epoch.codec.clockRate, state?.clock);
    this.#clockOffsetUs = state?.resume.clockOffsetUs ?? 0;
    this.#isClockKnown = this.#clockOffsetUs !== 0;
    this.#receivedUs = state?.receivedUs ?? 0;
    this.#nextChunk = state?.resume.chunk ?? 0;
    this.#timeline = new RtpTimeline<ReceivedPacket>({
      clockRate: epoch.codec.clockRate,
      point: state?.resume.point ?? undefined,
      emit: (packet, rtp) => this.#emit(packet, rtp),
      onHealed: () => this.clock.restart(),
    });
    this.#sequence = new SequenceBuffer<ReceivedPacket>((packet, { extended, afterLoss, onItsWayUs }) => {
      packet.extended = extended;
      packet.afterLoss = afterLoss;
      packet.receivedUs = onItsWayUs;
      this.#timeline.push(packet);
    }, state?.resume.sequence ?? undefined);
  }

  /** The chunk to be fed next. */
  get nextChunk(): number {
    return this.#nextChunk;
  }

  /** Session time at which the last packet was received. */
  get receivedUs(): number {
    return this.#receivedUs;
  }

  feed(chunk: number, bytes: Buffer): void {
    this.#nextChunk = chunk + 1;
    const reader = new ChunkReader(bytes);
    const records = [...reader];
    // Pictures are stamped as they are taken: nothing is lost between the two.
    this.#stampId = reader.header?.kind === 'audio' ? reader.header.headerExtensions[ABS_CAPTURE_TIME] : undefined;
    // Capture that has just come to a node has packets before it has seen the node's clock: they are on that clock all the same.
    const first = this.#isClockKnown ? undefined : records.find((record) => clockOf(record) !== undefined);
    if (first !== undefined) this.#readClock(first);
    for (const record of records) this.#read(record, chunk);
  }

  /** Nothing more will come: what waits for late packets is let go. */
  end(): void {
    this.#sequence.flush();
    this.#timeline.flush();
  }

  /** Where a fresh reader would have to begin, given the first packet that its owner still holds. */
  resumePoint(oldest: TimedPacket | undefined): ResumePoint {
    const held = this.#timeline.held();
    const waiting = [...this.#sequence.pending(), ...held, ...(oldest === undefined ? [] : [oldest])];
    const chunk = waiting.reduce((lowest, packet) => Math.min(lowest, packet.chunk), this.#nextChunk);
    const clockOffsetUs = this.#clockOffsetUs;
    if (oldest !== undefined) {
      const { timestamp, rtp: unwrapped, receivedUs, extended } = oldest;
      return { chunk, sequence: extended, point: { timestamp, unwrapped, receivedUs }, clockOffsetUs };
    }
    const sequence = held[0]?.extended ?? this.#sequence.expected ?? null;
    return { chunk, sequence, point: this.#timeline.point ?? null, clockOffsetUs };
  }

  #read(record: LogRecord, chunk: number): void {
    const receivedUs = record.receivedUnixUs + this.#clockOffsetUs - this.#options.startedAtUnixUs;
    if (record.kind === 'rtp') this.#readPacket(record.bytes, receivedUs, chunk);
    if (record.kind === 'rtcp') this.#readReports(record.bytes, receivedUs);
    if (record.kind === 'annotation') this.#readClock(record);
  }

  #readPacket(bytes: Buffer, receivedUs: number, chunk: number): void {
    const packet = parseRtpPacket(bytes);
    const { ssrc, codec } = this.#options.epoch;
    if (packet === undefined || packet.ssrc !== ssrc || packet.payloadType !== codec.payloadType) return;
    this.#receivedUs = Math.max(this.#receivedUs, receivedUs);
    const { sequence, timestamp, marker, payload, extension } = packet;
    const isWithheld = this.#isWithheld(sequence, receivedUs);
    const capturedUs =
      extension === undefined || this.#stampId === undefined ? undefined : readCaptureTime(extension, this.#stampId);
    const place = { chunk, isWithheld, capturedUs, extended: 0, afterLoss: false };
    this.#sequence.push({ sequence, timestamp, marker, payload, receivedUs, ...place });
    if (this.#reports.length > 0) this.#settleReports();
  }

  /** Also a packet that was sent with those, and was repaired later. */
  #isWithheld(sequence: number, receivedUs: number): boolean {
    const last = this.#withheld;
    const isBehind = last !== undefined && sequenceDistance(last.sequence, sequence) <= 0;
    if (this.#options.isWithheld(receivedUs)) {
      if (!isBehind) this.#withheld = { sequence, receivedUs };
      return true;
    }
    return isBehind && receivedUs - last.receivedUs < REPAIR_US;
  }

  #readReports(bytes: Buffer, receivedUs: number): void {
    for (const report of parseSenderReports(bytes)) {
      if (report.ssrc === this.#options.epoch.ssrc) this.#reports.push({ ...report, receivedUs });
    }
    this.#settleReports();
  }

  /** A report that arrives before its packets have been let go waits for them. */
  #settleReports(): void {
    if (this.#reports.length > MAX_WAITING_REPORTS) this.#reports.shift();
    const waiting: ReceivedReport[] = [];
    for (const report of this.#reports) {
      const rtp = this.#timeline.unwrap(report.rtpTimestamp);
      if (rtp === undefined) waiting.push(report);
      else this.clock.observeReport(rtp, report.ntpUnixUs - this.#options.startedAtUnixUs, report.receivedUs);
    }
    this.#reports = waiting;
  }

  #readClock(record: LogRecord): void {
    const pair = clockOf(record);
    if (pair === undefined) return;
    const { rttUs, remoteUnixUs, localUnixUs } = pair;
    this.#isClockKnown = true;
    this.#pairs = [...this.#pairs, { rttUs, offsetUs: remoteUnixUs - localUnixUs }].slice(-CLOCK_PAIRS_KEPT);
    this.#clockOffsetUs = this.#pairs.reduce((best, pair) => (pair.rttUs < best.rttUs ? pair : best)).offsetUs;
  }

  #emit(packet: ReceivedPacket, rtp: number): void {
    this.clock.observeArrival(rtp, packet.receivedUs);
    if (this.#stampId !== undefined) this.clock.observeStamp(rtp, packet.capturedUs);
    if (packet.isWithheld) {
      this.#followsWithheld = true;
      return;
    }
    const { payload, marker, extended, receivedUs, chunk, timestamp } = packet;
    // Pictures that follow do not stand upon what is not shown.
    const afterLoss = packet.afterLoss || this.#followsWithheld;
    this.#followsWithheld = false;
    this.#options.onPacket({ payload, marker, extended, rtp, receivedUs, afterLoss, chunk, timestamp });
  }
}

function clockOf({ kind, bytes }: LogRecord) {
  const annotation = kind === 'annotation' ? parseAnnotation(bytes) : undefined;
  return annotation?.type === 'clock' ? annotation : undefined;
}
