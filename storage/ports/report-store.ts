import type { LessonId, MessageId, PersonId, ReportId, SchoolId, SeatId } from '../../signaling/protocol/ids.ts';

/** What was reported in lessons. Errors as in `DirectoryStore`. */
export interface ReportStore {
  /** Idempotent by its id. */
  add(report: NewReport): Promise<void>;
  /**
   * Of the lessons of a school: not handled yet, or handled; newest first. Never what is about the person who asks.
   */
  list(
    schoolId: SchoolId,
    request: {
      readonly isHandled: boolean;
      readonly except: PersonId;
      readonly offset: number;
      readonly limit: number;
    },
  ): Promise<{ readonly items: ReportRecord[]; readonly total: number }>;
  /** Undefined also for one about the person who asks. */
  report(reportId: ReportId, except: PersonId): Promise<ReportRecord | undefined>;
  /** The first handling stays. @throws AppError `notFound` */
  handle(reportId: ReportId, by: PersonId, note: string, nowMs: number): Promise<void>;
}

export interface NewReport {
  readonly reportId: ReportId;
  readonly lessonId: LessonId;
  readonly reporterSeatId: SeatId;
  readonly reporterName: string;
  readonly aboutSeatId: SeatId;
  readonly aboutName: string;
  /** Null for a person. */
  readonly message: { readonly messageId: MessageId; readonly text: string; readonly sentAtMs: number } | null;
  readonly reason: string;
  readonly reportedAtMs: number;
}

export interface ReportRecord extends NewReport {
  readonly schoolId: SchoolId;
  readonly lessonTitle: string;
  readonly handled: { readonly atMs: number; readonly byName: string | null; readonly note: string } | null;
}
