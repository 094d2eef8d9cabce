import type { LessonId, RequestId, SeatId } from '../../signaling/protocol/ids.ts';
import type { ChatMessage } from '../../signaling/protocol/room.ts';

/** Chat of lessons. Errors as in `DirectoryStore`. */
export interface ChatStore {
  /**
   * Durable once resolved. The same seat's second message with a `requestId` is not stored; the first is answered.
   * `sentAtMs` is moved on where needed, so that it grows within a lesson and pages never split a millisecond.
   *
   * @throws AppError `notFound` when there is no such lesson or seat.
   */
  append(message: NewChatMessage): Promise<ChatMessage>;
  /** Everything that a seat has written; answers how many there were. Idempotent. */
  erase(lessonId: LessonId, seatId: SeatId): Promise<number>;
  /** The last `limit` messages before `beforeMs` (left out: before now), oldest first; `more`: there are older ones. */
  page(
    lessonId: LessonId,
    request: { readonly beforeMs?: number; readonly limit: number },
  ): Promise<{ readonly messages: ChatMessage[]; readonly more: boolean }>;
}

export interface NewChatMessage extends ChatMessage {
  readonly lessonId: LessonId;
  readonly requestId: RequestId;
}
