import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AppError } from '../protocol/errors.ts';
import { MessageId, ReportId, SeatId, type LessonId } from '../protocol/ids.ts';
import type { ReportTarget, RoomReport } from '../protocol/class-order.ts';
import type { ChatMessage } from '../protocol/room.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import type { Clock, RoomStore } from './ports.ts';
import type { Presence } from './presence.ts';
import { connectionOf, type Seat } from './seat.ts';

/** What one seat may report in a lesson. */
const MOST_OF_SEAT = 10;
/** Of all together: so many that a few seats cannot use it up for the others, and few enough to be kept and saved with the room. */
const MOST_OF_LESSON = 1_000;
/** In a snapshot; the school's administrators have all. */
const MOST_SHOWN = 200;
/** Of the message, in the room; the school's administrators have all of it. */
const SHOWN_CHARACTERS = 300;

export const SavedReport = z.object({
  reportId: ReportId,
  /** Who has reported whom or what: the same is not reported twice. */
  key: z.string(),
  bySeatId: SeatId,
  byName: z.string(),
  aboutSeatId: SeatId,
  aboutName: z.string(),
  messageId: MessageId.nullable(),
  text: z.string().nullable(),
  reason: z.string(),
  atMs: z.int(),
  isSeen: z.boolean(),
});
type SavedReport = z.infer<typeof SavedReport>;

export interface RoomReportsOptions {
  readonly lessonId: LessonId;
  readonly clock: Clock;
  readonly presence: Presence;
  readonly store: Pick<RoomStore, 'saveReport'>;
  readonly message: (messageId: MessageId, sentAtMs: number) => Promise<ChatMessage | null>;
  readonly onSaveNeeded: () => void;
}

interface Reported {
  readonly seatId: SeatId;
  readonly displayName: string;
  readonly message: { readonly messageId: MessageId; readonly text: string; readonly sentAtMs: number } | null;
}

/** What was reported to the teachers of the room; nobody is told what is about it (SPEC Y). */
export class RoomReports {
  readonly #options: RoomReportsOptions;
  readonly #reports = new Map<ReportId, SavedReport>();
  /** Being written. */
  readonly #pending = new Map<string, { readonly by: SeatId; readonly saving: Promise<void> }>();

  constructor(options: RoomReportsOptions) {
    this.#options = options;
  }

  /** Resolves once it is durable. The same seat's second report of the same changes nothing. @throws AppError `notFound`, `forbidden` about oneself, `tooManyRequests` */
  async report(by: Seat, target: ReportTarget, reason: string): Promise<void> {
    const key = `${by.seatId} ${target.kind === 'message' ? target.messageId : target.seatId}`;
    const pending = this.#pending.get(key);
    if (pending !== undefined) return await pending.saving;
    if (this.#all().some((one) => one.key === key)) return;
    this.#assertNotTooMany(by.seatId);
    const saving = this.#save(by, key, target, reason).finally(() => this.#pending.delete(key));
    this.#pending.set(key, { by: by.seatId, saving });
    await saving;
  }

  /** For a teacher: everything but what is about it; of very many those that nobody has seen to, and the newest. */
  forTeacher(seatId: SeatId): RoomReport[] {
    return this.#all()
      .filter(({ aboutSeatId }) => aboutSeatId !== seatId)
      .toSorted((one, other) => Number(other.isSeen) - Number(one.isSeen))
      .slice(-MOST_SHOWN)
      .toSorted((one, other) => one.atMs - other.atMs)
      .map(viewOf);
  }

  /** A teacher has seen to it. @throws AppError `notFound`, also for what is about the teacher */
  see(by: Seat, reportId: ReportId): void {
    const report = this.#reports.get(reportId);
    if (report === undefined || report.aboutSeatId === by.seatId) throw new AppError('notFound');
    if (report.isSeen) return;
    report.isSeen = true;
    this.#tell(report);
  }

  save(): SavedReport[] {
    return this.#all();
  }

  restore(saved: readonly SavedReport[]): void {
    for (const report of saved) this.#reports.set(report.reportId, report);
  }

  #all(): SavedReport[] {
    return [...this.#reports.values()];
  }

  #assertNotTooMany(seatId: SeatId): void {
    const pending = [...this.#pending.values()];
    const own =
      this.#all().filter(({ bySeatId }) => bySeatId === seatId).length +
      pending.filter(({ by }) => by === seatId).length;
    if (own >= MOST_OF_SEAT || this.#reports.size + pending.length >= MOST_OF_LESSON)
      throw new AppError('tooManyRequests');
  }

  async #save(by: Seat, key: string, target: ReportTarget, reason: string): Promise<void> {
    const about = await this.#reportedOf(target);
    if (about.seatId === by.seatId) throw new AppError('forbidden', { message: 'nobody reports itself' });
    const { lessonId, clock, store } = this.#options;
    const { message } = about;
    const report: SavedReport = {
      ...{ reportId: ReportId.parse(randomUUID()), key, reason, atMs: clock.nowMs(), isSeen: false },
      ...{ bySeatId: by.seatId, byName: by.displayName },
      ...{ aboutSeatId: about.seatId, aboutName: about.displayName },
      ...{ messageId: message?.messageId ?? null, text: message?.text.slice(0, SHOWN_CHARACTERS) ?? null },
    };
    await store.saveReport({
      ...{ reportId: report.reportId, lessonId, reason, reportedAtMs: report.atMs, message },
      ...{ reporterSeatId: by.seatId, reporterName: by.displayName },
      ...{ aboutSeatId: about.seatId, aboutName: about.displayName },
    });
    this.#reports.set(report.reportId, report);
    this.#tell(report);
  }

  async #reportedOf(target: ReportTarget): Promise<Reported> {
    if (target.kind === 'person') {
      const { seatId, displayName } = this.#options.presence.requireInside(target.seatId);
      return { seatId, displayName, message: null };
    }
    const message = await this.#options.message(target.messageId, target.sentAtMs);
    if (message === null) throw new AppError('notFound', { message: 'no such message' });
    const { messageId, seatId, displayName, text, sentAtMs } = message;
    return { seatId, displayName, message: { messageId, text, sentAtMs } };
  }

  #tell(report: SavedReport): void {
    const teachers = this.#options.presence
      .inside()
      .filter((seat) => isTeacherSeat(seat.kind) && seat.seatId !== report.aboutSeatId);
    for (const seat of teachers) connectionOf(seat)?.tell('reported', { report: viewOf(report) });
    this.#options.onSaveNeeded();
  }
}

const viewOf = ({ reportId, byName, aboutSeatId, aboutName, text, reason, atMs, isSeen }: SavedReport): RoomReport => ({
  ...{ reportId, byName, aboutSeatId, aboutName, text, reason, atMs, isSeen },
});
