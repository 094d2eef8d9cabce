import type { Log } from '../runtime/log.ts';
import type { Doorway } from './doorway.ts';
import type { Clock, RoomLesson, RoomStore } from './ports.ts';
import { noteEverything } from './recording-notes.ts';
import type { RoomParts } from './room-parts.ts';
import type { RoomState } from './room-state.ts';
import { finishTools, toolsPresenceChanged } from './class-tools.ts';
import { hasJoined } from './seat.ts';

/** A room that is empty this long after its end closes by itself (SPEC E4). */
export const EMPTY_AFTER_END_MS = 10 * 60_000;

export interface LessonLifeOptions {
  readonly parts: RoomParts;
  readonly lesson: RoomLesson;
  readonly saved: Pick<RoomState, 'startedAtMs' | 'endedAtMs' | 'emptySinceMs'> | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Pick<RoomStore, 'markLessonLive' | 'markLessonEnded' | 'saveRoll'>;
  readonly door: () => Pick<Doorway, 'reviewAll' | 'sendAway'>;
  /** A write that may fail without anybody waiting for it. */
  readonly keep: (writing: Promise<void>) => void;
  readonly closeMedia: () => Promise<void>;
  /** `atOnce`: losing it would undo somebody's word. */
  readonly onSaveNeeded: (atOnce?: boolean) => void;
}

/** How a lesson goes live, is without a teacher or empty, and ends (SPEC E, L2, X). */
export class LessonLife {
  readonly #options: LessonLifeOptions;
  readonly #parts: RoomParts;
  #startedAtMs: number | null;
  #endedAtMs: number | null;
  #emptySinceMs: number | null;
  #wasTeacherHere = false;

  constructor(options: LessonLifeOptions) {
    const { saved, clock } = options;
    this.#options = options;
    this.#parts = options.parts;
    this.#startedAtMs = saved?.startedAtMs ?? null;
    this.#endedAtMs = saved?.endedAtMs ?? null;
    this.#emptySinceMs = saved === null ? clock.nowMs() : saved.emptySinceMs;
  }

  get startedAtMs(): number | null {
    return this.#startedAtMs;
  }

  get isEnded(): boolean {
    return this.#endedAtMs !== null;
  }

  /** The first teacher opens the room, the last one's going starts the way to safe mode (SPEC L2, X1). */
  teachersChanged(): void {
    const { presence, recording, safeMode } = this.#parts;
    const isHere = presence.connectedTeachers() > 0;
    if (isHere === this.#wasTeacherHere || this.isEnded) return;
    this.#wasTeacherHere = isHere;
    recording.handleAttendance(isHere);
    if (isHere) {
      safeMode.teacherHere();
      this.#goLive();
    } else {
      safeMode.teacherGone();
    }
    this.#options.door().reviewAll();
  }

  /** Somebody has come or gone. */
  attendanceChanged(): void {
    if (this.#parts.presence.inside().some(hasJoined)) this.#emptySinceMs = null;
    else this.#emptied();
    this.teachersChanged();
    toolsPresenceChanged(this.#parts.tools);
    this.#options.onSaveNeeded();
  }

  /** Ends the lesson for everybody. Idempotent (SPEC E3). */
  end(): void {
    if (this.#endedAtMs !== null) return;
    const { lesson, clock, store, keep, log } = this.#options;
    const nowMs = clock.nowMs();
    this.#endedAtMs = nowMs;
    const { lessonId } = lesson.facts;
    for (const seat of this.#parts.presence.present()) this.#options.door().sendAway(seat, 'lessonEnded');
    this.#parts.groups.finish();
    finishTools(this.#parts.tools);
    this.#parts.recording.finish();
    keep(store.markLessonEnded(lessonId, nowMs));
    keep(store.saveRoll(lessonId, this.#parts.roll.marks()));
    this.#options.closeMedia().catch((error: unknown) => log.warn({ err: error }, 'media room could not be closed'));
    log.info('lesson ended');
    this.#options.onSaveNeeded(true);
  }

  /** Called now and then: ends a lesson that everybody has left long after the bell. */
  sweep(): void {
    if (this.isEnded || this.#emptySinceMs === null) return;
    const from = Math.max(this.#emptySinceMs, this.#options.lesson.facts.endsAtMs);
    if (this.#options.clock.nowMs() >= from + EMPTY_AFTER_END_MS) this.end();
  }

  save(): Pick<RoomState, 'startedAtMs' | 'endedAtMs' | 'emptySinceMs'> {
    return { startedAtMs: this.#startedAtMs, endedAtMs: this.#endedAtMs, emptySinceMs: this.#emptySinceMs };
  }

  #goLive(): void {
    const { lesson, clock, store, keep, log } = this.#options;
    const { facts } = lesson;
    if (this.#startedAtMs === null) {
      this.#startedAtMs = clock.nowMs();
      keep(store.markLessonLive(facts.lessonId, this.#startedAtMs));
      log.info('lesson is live');
      this.#options.onSaveNeeded(true);
    }
    // Of a micro-lesson the lecturer says when (SPEC W2).
    if (facts.isRecorded && facts.origin !== 'micro') {
      void this.#parts.recording.begin(() => noteEverything(this.#parts));
    }
  }

  #emptied(): void {
    this.#emptySinceMs ??= this.#options.clock.nowMs();
    this.#parts.recording.handleEmptied();
  }
}
