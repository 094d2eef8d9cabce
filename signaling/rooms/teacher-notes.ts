import * as z from 'zod';
import { AppError } from '../protocol/errors.ts';
import type { RequestId, SeatId } from '../protocol/ids.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import { TeacherNote } from '../protocol/sites.ts';
import type { Clock } from './ports.ts';
import type { Presence } from './presence.ts';
import { connectionOf, type Seat } from './seat.ts';

/** Of a lesson; older ones go. */
const MAX_NOTES = 200;

export const SavedNotes = z.array(TeacherNote);

export interface TeacherNotesOptions {
  readonly clock: Clock;
  readonly presence: Presence;
  readonly onSaveNeeded: () => void;
}

/** Short lines between two teachers of a lesson, which nobody else hears and no recording has (SPEC F7). */
export class TeacherNotes {
  readonly #options: TeacherNotesOptions;
  #notes: TeacherNote[] = [];

  constructor(options: TeacherNotesOptions) {
    this.#options = options;
  }

  /** @throws AppError `notFound` when nobody of that seat is inside, `forbidden` when it is no teacher's. */
  send(from: Seat, requestId: RequestId, toSeatId: SeatId | null, text: string): TeacherNote {
    const noteId = `${from.seatId}:${requestId}`;
    const known = this.#notes.find((note) => note.noteId === noteId);
    if (known !== undefined) return known;
    const to = toSeatId === null ? this.#lecturer() : this.#options.presence.requireInside(toSeatId);
    if (!isTeacherSeat(to.kind) || to === from) throw new AppError('forbidden', { message: 'not to this seat' });
    const note: TeacherNote = {
      noteId,
      fromSeatId: from.seatId,
      fromName: from.displayName,
      toSeatId: to.seatId,
      text,
      sentAtMs: this.#options.clock.nowMs(),
    };
    this.#notes = [...this.#notes, note].slice(-MAX_NOTES);
    for (const seat of [from, to]) connectionOf(seat)?.tell('teacherNote', { note });
    this.#options.onSaveNeeded();
    return note;
  }

  of(seatId: SeatId): TeacherNote[] {
    return this.#notes.filter((note) => note.fromSeatId === seatId || note.toSeatId === seatId);
  }

  save(): TeacherNote[] {
    return this.#notes;
  }

  restore(notes: readonly TeacherNote[]): void {
    this.#notes = [...notes];
  }

  #lecturer(): Seat {
    const lecturer = this.#options.presence.inside().find(({ kind }) => kind === 'lecturer');
    if (lecturer === undefined) throw new AppError('notFound', { message: 'no lecturer is here' });
    return lecturer;
  }
}
