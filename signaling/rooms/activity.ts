import type { LessonId, SeatId } from '../protocol/ids.ts';
import type { ActivityEntry, RollEntry } from '../protocol/room.ts';
import type { Log } from '../runtime/log.ts';
import type { Clock, RoomStore, SeatActivity } from './ports.ts';
import type { Roll } from './roll.ts';
import type { Seat } from './seat.ts';

/** What is lost with this process is at most so long. */
const WRITE_EVERY_MS = 5_000;
/** A score (0–10) below this is a line on which words are lost; the bars of a tile say the same. */
const POOR_BELOW = 4;

type Counts = Omit<SeatActivity, 'seatId'>;

const NOTHING: Counts = { talkedMs: 0, handsRaised: 0, lineMs: 0, poorLineMs: 0, lineScoreMs: 0 };

export interface ActivityOptions {
  readonly lessonId: LessonId;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Pick<RoomStore, 'saveActivity' | 'closeActivity' | 'activity'>;
  /** Of the lecturing school. */
  readonly schoolName: string;
  /** Connected: what its line is like can be known. */
  readonly isHere: (seatId: SeatId) => boolean;
  /** To questions that are not anonymous. */
  readonly answersOf: (seatId: SeatId) => number;
}

interface MeasuredLine {
  readonly score: number;
  readonly sinceMs: number;
}

/**
 * What each seat does in the lesson, in totals that only grow (SPEC D). They are written down every five seconds while they change; what the
 * process before has written is read once, and added.
 */
export class Activity {
  readonly #options: ActivityOptions;
  readonly #before = new Map<SeatId, Counts>();
  readonly #since = new Map<SeatId, Counts>();
  readonly #lines = new Map<SeatId, MeasuredLine>();
  readonly #unwritten = new Set<SeatId>();
  #loading: Promise<void> | null = null;
  #isLoaded = false;
  #isWriting = false;
  #isClosed = false;
  #cancel: (() => void) | null = null;

  constructor(options: ActivityOptions) {
    this.#options = options;
  }

  talked(seats: readonly { readonly seatId: SeatId; readonly ms: number }[]): void {
    for (const { seatId, ms } of seats) this.#add(seatId, { talkedMs: ms });
  }

  handRaised(seatId: SeatId): void {
    this.#add(seatId, { handsRaised: 1 });
  }

  /** The worse direction counts. */
  lineChanged({ seatId }: { readonly seatId: SeatId }, up: number | null, down: number | null): void {
    this.#measure(seatId);
    const scores = [up, down].filter((score) => score !== null);
    if (scores.length === 0) this.#lines.delete(seatId);
    else this.#lines.set(seatId, { score: Math.min(...scores), sinceMs: this.#options.clock.nowMs() });
    this.#writeLater();
  }

  /**
   * What this teacher may know: who lectures, and the lecturing school's teachers, of everybody; another school's teachers of their own
   * pupils (SPEC D4). @throws AppError `unavailable` as `entries`
   */
  async entriesFor(
    { kind, schoolName }: Pick<Seat, 'kind' | 'schoolName'>,
    roll: Pick<Roll, 'entries'>,
  ): Promise<ActivityEntry[]> {
    if (kind === 'lecturer' || schoolName === this.#options.schoolName) return await this.entries(roll.entries());
    return schoolName === null ? [] : await this.entries(roll.entries({ ofSchool: schoolName }));
  }

  /** With what each person on the roll has done so far. @throws AppError `unavailable` while what was counted before cannot be read. */
  async entries(roll: readonly RollEntry[]): Promise<ActivityEntry[]> {
    await this.#load();
    return roll.map((entry) => {
      const { seatId } = entry;
      if (seatId === null) return { ...entry, ...NOTHING, answers: 0, line: null };
      this.#measure(seatId);
      const isHere = entry.state !== 'left' && this.#options.isHere(seatId);
      const line = isHere ? (this.#lines.get(seatId)?.score ?? null) : null;
      return { ...entry, ...this.#totalOf(seatId), answers: this.#options.answersOf(seatId), line };
    });
  }

  /** The lesson has ended: what is not written yet is, for good. */
  finish(): void {
    for (const seatId of this.#lines.keys()) this.#measure(seatId);
    this.#lines.clear();
    this.#load()
      .then(async () => await this.#options.store.closeActivity(this.#options.lessonId, this.#takeUnwritten()))
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'activity could not be kept'));
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    this.#cancel = null;
  }

  #add(seatId: SeatId, more: Partial<Counts>): void {
    this.#since.set(seatId, sum(this.#since.get(seatId) ?? NOTHING, { ...NOTHING, ...more }));
    this.#unwritten.add(seatId);
    this.#writeLater();
  }

  /** Counts the time since the line was last looked at; nobody's line is measured once it is gone. */
  #measure(seatId: SeatId): void {
    const line = this.#lines.get(seatId);
    if (line === undefined) return;
    const nowMs = this.#options.clock.nowMs();
    const lineMs = Math.max(0, nowMs - line.sinceMs);
    if (this.#options.isHere(seatId)) this.#lines.set(seatId, { ...line, sinceMs: nowMs });
    else this.#lines.delete(seatId);
    if (lineMs === 0) return;
    const poorLineMs = line.score < POOR_BELOW ? lineMs : 0;
    this.#add(seatId, { lineMs, poorLineMs, lineScoreMs: Math.round(line.score * lineMs) });
  }

  #totalOf(seatId: SeatId): Counts {
    return sum(this.#before.get(seatId) ?? NOTHING, this.#since.get(seatId) ?? NOTHING);
  }

  async #load(): Promise<void> {
    if (this.#isLoaded) return;
    this.#loading ??= this.#read().finally(() => {
      this.#loading = null;
    });
    await this.#loading;
  }

  async #read(): Promise<void> {
    const stored = await this.#options.store.activity(this.#options.lessonId);
    for (const { seatId, ...counts } of stored) this.#before.set(seatId, counts);
    this.#isLoaded = true;
  }

  #writeLater(): void {
    if (this.#isClosed) return;
    this.#cancel ??= this.#options.clock.after(WRITE_EVERY_MS, () => {
      this.#cancel = null;
      void this.#write();
    });
  }

  /** What could not be written is said again with the next. */
  async #write(): Promise<void> {
    for (const seatId of this.#lines.keys()) this.#measure(seatId);
    if (this.#isWriting) return;
    this.#isWriting = true;
    let seats: SeatActivity[] = [];
    try {
      await this.#load();
      seats = this.#takeUnwritten();
      if (seats.length > 0) await this.#options.store.saveActivity(this.#options.lessonId, seats);
    } catch (error) {
      this.#options.log.debug({ err: error }, 'activity could not be written');
      for (const { seatId } of seats) this.#unwritten.add(seatId);
    } finally {
      this.#isWriting = false;
    }
    if (this.#unwritten.size > 0 || this.#lines.size > 0) this.#writeLater();
  }

  #takeUnwritten(): SeatActivity[] {
    const seats = [...this.#unwritten].map((seatId) => ({ seatId, ...this.#totalOf(seatId) }));
    this.#unwritten.clear();
    return seats;
  }
}

const sum = (one: Counts, other: Counts): Counts => ({
  talkedMs: one.talkedMs + other.talkedMs,
  handsRaised: one.handsRaised + other.handsRaised,
  lineMs: one.lineMs + other.lineMs,
  poorLineMs: one.poorLineMs + other.poorLineMs,
  lineScoreMs: one.lineScoreMs + other.lineScoreMs,
});
