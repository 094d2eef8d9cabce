import * as z from 'zod';
import type { ClockMap } from '../../storage/objects/manifest.ts';
import { CaptureStamps, LostSound, MAX_SKEW, NO_STAMPS, StampState } from './capture-stamps.ts';

/** One piece of the published line: from `rtp` on, session time is `us + (t - rtp) * usPerTick`. */
const Piece = z.object({ rtp: z.number(), us: z.number(), usPerTick: z.number() });
type Piece = z.infer<typeof Piece>;
/** One observation: at `us` of session time the stream's clock showed `rtp` (unwrapped). */
const Pair = z.object({ rtp: z.number(), us: z.number() });
type Pair = z.infer<typeof Pair>;

export const ClockState = z.object({
  pieces: z.array(Piece),
  /** Everything up to here is published and stays as it is. */
  publishedRtp: z.number().nullable(),
  reports: z.array(Pair),
  /** The unbroken row of outliers that came last. */
  suspects: z.array(Pair),
  /** When the last of them came. */
  doubtUs: z.number().nullable().default(null),
  arrivals: z.array(Pair),
  stamps: StampState.default(NO_STAMPS),
  /** What was lost before anything was published. */
  earlyLosses: z.array(LostSound).default([]),
  observedUs: z.number(),
  /** By how much the reports have jumped away from what arrives, and are brought back. */
  jumpUs: z.number().default(0),
});
export type ClockState = z.infer<typeof ClockState>;

const NOTHING_KNOWN: ClockState = {
  pieces: [],
  publishedRtp: null,
  reports: [],
  suspects: [],
  doubtUs: null,
  arrivals: [],
  stamps: NO_STAMPS,
  earlyLosses: [],
  observedUs: Number.MIN_SAFE_INTEGER,
  jumpUs: 0,
};

/** A sender report further off than this is an outlier, or the first of a step. */
const OUTLIER_US = 20_000;
/** So many outliers in a row that agree with each other are a step. */
const STEP_REPORTS = 3;
/** So many in a row to one side that do not agree: the truth moves away, and the last of them are the nearest. */
const STRAY_REPORTS = 6;
const MAX_REPORTS = 240;
/** What lies between capture and arrival: no line takes longer and is still spoken over, and clocks of two machines differ by a little. */
const MAX_DELAY_US = 2_000_000;
const MIN_DELAY_US = -100_000;
/** A fit over less cannot tell skew from noise; the nominal rate is nearer. */
const SKEW_SPAN_US = 15_000_000;
/** Arrivals are kept as one minimum per this time: the least delayed packet of it. */
const ARRIVAL_BLOCK_US = 5_000_000;
const MAX_ARRIVALS = 12;
/** Without any report for so long there will be none soon. */
const REPORT_PATIENCE_US = 15_000_000;
/** Differences below are left alone; greater ones are made up for over at least `CATCH_UP_US`, never faster than `MAX_SLEW`. */
const TOLERANCE_US = 1_500;
const CATCH_UP_US = 5_000_000;
const MAX_SLEW = 0.01;
/** Beyond this the line jumps ahead, or nearly stands still. */
const JUMP_US = 1_000_000;
const NEAR_STANDSTILL = 0.5;

/**
 * The clock of one track and epoch (DESIGN §6.2): RTP time to session time. Sender reports carry the capture instant on the home worker's clock; a
 * robust line through them says where the truth lies, and a published line of pieces follows it causally: what has been published never changes, the
 * line has no steps (so sound can be placed by it without clicks) and errors are slewed away. Until the first report the lower
 * envelope of the receive times stands in.
 */
export class TrackClock {
  readonly #nominalUs: number;
  readonly #pieces: Piece[];
  #reports: Pair[];
  #stamps: CaptureStamps;
  #earlyLosses: LostSound[];
  #suspects: Pair[];
  #doubtUs: number | null;
  #arrivals: Pair[];
  #publishedRtp: number | null;
  #observedUs: number;
  #jumpUs: number;
  #fit: Piece | undefined;

  constructor(clockRate: number, state: ClockState = NOTHING_KNOWN) {
    this.#nominalUs = 1e6 / clockRate;
    this.#pieces = [...state.pieces];
    this.#reports = [...state.reports];
    this.#stamps = new CaptureStamps(this.#nominalUs, state.stamps);
    this.#earlyLosses = [...state.earlyLosses];
    this.#suspects = [...state.suspects];
    this.#doubtUs = state.doubtUs;
    this.#arrivals = [...state.arrivals];
    this.#publishedRtp = state.publishedRtp;
    this.#observedUs = state.observedUs;
    this.#jumpUs = state.jumpUs;
  }

  get state(): ClockState {
    return {
      pieces: [...this.#pieces],
      publishedRtp: this.#publishedRtp,
      reports: [...this.#reports],
      suspects: [...this.#suspects],
      doubtUs: this.#doubtUs,
      stamps: this.#stamps.state,
      earlyLosses: [...this.#earlyLosses],
      arrivals: [...this.#arrivals],
      observedUs: this.#observedUs,
      jumpUs: this.#jumpUs,
    };
  }

  /** Whether a first timestamp can be published well: a report has come, or none will. */
  get isSettled(): boolean {
    const first = this.#arrivals[0];
    const last = this.#arrivals.at(-1);
    if (this.#pieces.length > 0 || this.#reports.length > 0) return true;
    return first !== undefined && last !== undefined && last.us - first.us >= REPORT_PATIENCE_US;
  }

  /** `receivedUs` orders the reports: one that was seen before a restart is not counted twice. */
  observeReport(rtp: number, reportedUs: number, receivedUs: number): void {
    if (receivedUs <= this.#observedUs) return;
    this.#observedUs = receivedUs;
    // Whoever set a clock wrong may set it right again.
    if (this.#jumpUs !== 0 && Math.abs(reportedUs - valueOf(this.#target(rtp), rtp)) <= OUTLIER_US) this.#jumpUs = 0;
    const pair = { rtp, us: reportedUs - this.#jumpUs };
    if (this.#reports.length === 0 || Math.abs(this.#aheadUs(pair)) <= OUTLIER_US) {
      this.#believe([...this.#reports, pair]);
      this.#thinOut();
      return;
    }
    this.#suspects.push(pair);
    const agreeing = this.#suspects.filter((other) => this.#agree(other, pair));
    if (agreeing.length >= STEP_REPORTS) {
      // The sender's wall clock was set, and nothing else has changed: the line stays, its skew is still followed.
      const isClockFault = this.#isClockFault(pair);
      if (isClockFault) this.#jumpUs += this.#aheadUs(pair);
      this.#believe(isClockFault ? this.#reports : agreeing);
      return;
    }
    const isToOneSide = new Set(this.#suspects.map((each) => Math.sign(this.#aheadUs(each)))).size === 1;
    if (this.#suspects.length < STRAY_REPORTS) this.#doubtUs = receivedUs;
    else this.#believe(isToOneSide && !this.#isClockFault(pair) ? this.#suspects.slice(-STEP_REPORTS) : this.#reports);
  }

  /** Of each packet of a sender that tells when it captured, in the order of sending; undefined where it follows from the one before. */
  observeStamp(rtp: number, capturedUs: number | undefined): void {
    const lost = this.#stamps.observe(rtp, capturedUs);
    if (lost === undefined) return;
    if (this.#publishedRtp === null) {
      this.#earlyLosses.push(lost);
      this.#shift(lost);
      return;
    }
    const lastRtp = Math.max(lost.fromRtp - 1, this.#publishedRtp);
    this.publishTo(lastRtp);
    this.#shift(lost);
    // Nothing is there to be slewed: the line goes on where the truth is.
    const rtpAfter = lastRtp + 1;
    const target = this.#target(rtpAfter);
    const us = Math.max(this.toUs(rtpAfter), valueOf(target, rtpAfter));
    this.#pieces.push({ rtp: rtpAfter, us, usPerTick: target.usPerTick });
    this.#publishedRtp = rtpAfter;
  }

  /** What was observed before the loss tells of the same line, further on. A report may run ahead of the packets that it is about. */
  #shift({ fromRtp, lostUs }: LostSound): void {
    const later = (pair: Pair): Pair => ({ rtp: pair.rtp, us: pair.us + lostUs });
    const told = (pair: Pair): Pair => (this.#aheadUs(pair) < lostUs / 2 ? later(pair) : pair);
    // Both by the line of before.
    [this.#reports, this.#suspects] = [this.#reports.map(told), this.#suspects.map(told)];
    this.#arrivals = this.#arrivals.map((pair) => (pair.rtp < fromRtp ? later(pair) : pair));
    this.#fit = undefined;
  }

  /** These reports tell where the truth lies; there is nothing left to doubt. */
  #believe(reports: Pair[]): void {
    this.#reports = reports;
    this.#suspects = [];
    this.#doubtUs = null;
    this.#fit = undefined;
  }

  /** What a report says the truth is ahead of the line. */
  #aheadUs({ rtp, us }: Pair): number {
    return us - valueOf(this.#target(rtp), rtp);
  }

  observeArrival(rtp: number, receivedUs: number): void {
    const last = this.#arrivals.at(-1);
    const { us: lastUs = receivedUs } = last ?? {};
    const isFirstOfDoubt = this.#doubtUs !== null && lastUs < this.#doubtUs && receivedUs >= this.#doubtUs;
    if (last === undefined || isFirstOfDoubt || receivedUs - last.us >= ARRIVAL_BLOCK_US) {
      this.#arrivals.push({ rtp, us: receivedUs });
      if (this.#arrivals.length > MAX_ARRIVALS) this.#arrivals.shift();
      if (this.#reports.length === 0) this.#fit = undefined;
      return;
    }
    if (receivedUs - last.us >= (rtp - last.rtp) * this.#nominalUs) return;
    this.#arrivals[this.#arrivals.length - 1] = { rtp, us: receivedUs };
    if (this.#reports.length === 0) this.#fit = undefined;
  }

  /** The stream's clock has jumped: what was observed before says nothing about what follows. */
  restart(): void {
    this.#believe([]);
    this.#arrivals = [];
    this.#stamps = new CaptureStamps(this.#nominalUs, NO_STAMPS);
    this.#earlyLosses = [];
    this.#jumpUs = 0;
  }

  /** Publishes the line up to `rtp`. */
  publishTo(rtp: number): void {
    const last = this.#pieces.at(-1);
    if (last === undefined || this.#publishedRtp === null) {
      this.#publishFirst(rtp);
      return;
    }
    if (rtp <= this.#publishedRtp) return;
    const start = this.#publishedRtp;
    const errorUs = valueOf(this.#target(rtp), rtp) - valueOf(last, rtp);
    if (Math.abs(errorUs) > TOLERANCE_US) this.#correct(start, valueOf(last, start), rtp);
    this.#publishedRtp = rtp;
  }

  /** Where the line is by now, back to there. */
  #publishFirst(rtp: number): void {
    const losses = this.#earlyLosses.filter(({ fromRtp }) => fromRtp > rtp);
    const now = this.#pieceAt(rtp);
    let piece: Piece = { ...now, us: now.us - losses.reduce((sum, { lostUs }) => sum + lostUs, 0) };
    this.#pieces.push(piece);
    for (const { fromRtp, lostUs } of losses) {
      piece = { ...piece, rtp: fromRtp, us: valueOf(piece, fromRtp) + lostUs };
      this.#pieces.push(piece);
    }
    this.#publishedRtp = piece.rtp;
    this.#earlyLosses = [];
  }

  /** Session time, microseconds. Of what lies before the first publication it is an estimate. */
  toUs(rtp: number): number {
    for (let index = this.#pieces.length - 1; index >= 0; index -= 1) {
      const piece = this.#pieces[index];
      if (piece !== undefined && (index === 0 || rtp >= piece.rtp)) return valueOf(piece, rtp);
    }
    return valueOf(this.#target(rtp), rtp);
  }

  /** The best straight line for what came last, for the manifest. */
  toMap(): ClockMap | undefined {
    // The last one: what is before a loss lies on another line.
    const anchor = this.#reports.at(-1) ?? this.#arrivals.at(-1);
    if (anchor === undefined) return undefined;
    const line = this.#target(anchor.rtp);
    return {
      anchorRtp: anchor.rtp,
      anchorUs: Math.round(valueOf(line, anchor.rtp)),
      skewPpm: (line.usPerTick / this.#nominalUs - 1) * 1e6,
      basis: this.#reports.length > 0 ? 'senderReports' : 'receiveTimes',
    };
  }

  #pieceAt(rtp: number): Piece {
    const line = this.#target(rtp);
    return { rtp, us: valueOf(line, rtp), usPerTick: line.usPerTick };
  }

  /** From where the line stands to the truth, and along it from there on if that is before `endRtp`: or a long stretch would run past the truth. */
  #correct(rtp: number, us: number, endRtp: number): void {
    const target = this.#target(rtp);
    const errorUs = valueOf(target, rtp) - us;
    if (errorUs > JUMP_US) {
      this.#pieces.push({ rtp: rtp + 1, us: valueOf(target, rtp + 1), usPerTick: target.usPerTick });
      return;
    }
    const slewUs =
      errorUs < -JUMP_US ? -errorUs / NEAR_STANDSTILL : Math.max(CATCH_UP_US, Math.abs(errorUs) / MAX_SLEW);
    this.#pieces.push({ rtp, us, usPerTick: target.usPerTick * (1 + errorUs / slewUs) });
    const caughtUpRtp = rtp + slewUs / target.usPerTick;
    if (caughtUpRtp >= endRtp) return;
    this.#pieces.push({ rtp: caughtUpRtp, us: valueOf(target, caughtUpRtp), usPerTick: target.usPerTick });
  }

  #target(rtp: number): Piece {
    if (this.#fit !== undefined) return this.#fit;
    this.#fit = this.#reports.length > 0 ? this.#fitReports() : this.#fitArrivals(rtp);
    return this.#fit;
  }

  #fitReports(): Piece {
    const reports = this.#reports;
    const origin = reports[0] ?? { rtp: 0, us: 0 };
    const spanUs = ((reports.at(-1)?.rtp ?? origin.rtp) - origin.rtp) * this.#nominalUs;
    if (spanUs < SKEW_SPAN_US) return this.#nominalLine(origin, median);
    const first = this.#leastSquares(origin, reports);
    const near = reports.filter((pair) => Math.abs(pair.us - valueOf(first, pair.rtp)) <= OUTLIER_US);
    return near.length >= 3 ? this.#leastSquares(origin, near) : first;
  }

  /** Least delay wins: every packet comes later than it was captured, never sooner. */
  #fitArrivals(rtp: number): Piece {
    const origin = this.#arrivals[0];
    if (origin === undefined) {
      const last = this.#pieces.at(-1);
      return last ?? { rtp, us: 0, usPerTick: this.#nominalUs };
    }
    const offsets = this.#arrivals.map((pair) => pair.us - origin.us - (pair.rtp - origin.rtp) * this.#nominalUs);
    return { rtp: origin.rtp, us: origin.us + Math.min(...offsets), usPerTick: this.#nominalUs };
  }

  #nominalLine(origin: Pair, middle: (values: number[]) => number): Piece {
    const offsets = this.#reports.map((pair) => pair.us - origin.us - (pair.rtp - origin.rtp) * this.#nominalUs);
    return { rtp: origin.rtp, us: origin.us + middle(offsets), usPerTick: this.#nominalUs };
  }

  #leastSquares(origin: Pair, pairs: readonly Pair[]): Piece {
    const meanX = pairs.reduce((sum, pair) => sum + (pair.rtp - origin.rtp), 0) / pairs.length;
    const meanY = pairs.reduce((sum, pair) => sum + (pair.us - origin.us), 0) / pairs.length;
    let covariance = 0;
    let variance = 0;
    for (const pair of pairs) {
      const x = pair.rtp - origin.rtp - meanX;
      covariance += x * (pair.us - origin.us - meanY);
      variance += x * x;
    }
    const skew = variance === 0 ? 0 : covariance / variance / this.#nominalUs - 1;
    const usPerTick = this.#nominalUs * (1 + Math.max(-MAX_SKEW, Math.min(MAX_SKEW, skew)));
    return { rtp: origin.rtp, us: origin.us + meanY - meanX * usPerTick, usPerTick };
  }

  /** What arrived since the last doubt bears the old line out, and not the new one. */
  #isClockFault({ rtp, us }: Pair): boolean {
    const since = this.#arrivals.filter((pair) => pair.us >= (this.#doubtUs ?? Number.POSITIVE_INFINITY));
    const known = since.length > 0 ? since : this.#arrivals;
    if (known.length === 0) return false;
    const earliestUs = Math.min(...known.map((pair) => pair.us + (rtp - pair.rtp) * this.#nominalUs));
    const isPlausible = (at: number): boolean => earliestUs - at >= MIN_DELAY_US && earliestUs - at <= MAX_DELAY_US;
    return isPlausible(valueOf(this.#target(rtp), rtp)) && !isPlausible(us);
  }

  #agree(one: Pair, other: Pair): boolean {
    return Math.abs(other.us - one.us - (other.rtp - one.rtp) * this.#nominalUs) <= OUTLIER_US;
  }

  /** Keeps the span and halves the density of the older half. */
  #thinOut(): void {
    if (this.#reports.length <= MAX_REPORTS) return;
    const half = this.#reports.length >> 1;
    this.#reports = this.#reports.filter((_, index) => index >= half || index % 2 === 0);
  }
}

function valueOf(line: Piece, rtp: number): number {
  return line.us + (rtp - line.rtp) * line.usPerTick;
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
