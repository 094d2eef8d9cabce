import { randomUUID } from 'node:crypto';
import { MessageId, type LessonId, type RequestId } from '../protocol/ids.ts';
import type { ChatMessage } from '../protocol/room.ts';
import { isUnavailable } from '../protocol/errors.ts';
import type { Clock, RoomStore } from './ports.ts';
import { RememberedRequests, requestKey } from './remembered-requests.ts';
import type { Seat } from './seat.ts';

/** Messages kept in memory: the snapshot's, and what there is while the database is away. */
const RECENT_COUNT = 100;
/** Messages in a snapshot. */
const SNAPSHOT_COUNT = 50;
const REMEMBERED_REQUESTS = 500;

export interface ChatLogOptions {
  readonly lessonId: LessonId;
  readonly clock: Clock;
  readonly store: Pick<RoomStore, 'appendChat' | 'chatBefore'>;
  readonly onMessage: (message: ChatMessage) => void;
}

/** The one chat of the room: everybody inside reads it; there is no private one (SPEC C). */
export class ChatLog {
  readonly #options: ChatLogOptions;
  readonly #recent: ChatMessage[] = [];
  readonly #requests = new RememberedRequests<Promise<ChatMessage>>(REMEMBERED_REQUESTS);
  #lastSentAtMs = 0;

  constructor(options: ChatLogOptions) {
    this.#options = options;
  }

  /** Resolves once the message is durable; a repeated request gets the same message (SPEC C2, C3). */
  send(seat: Seat, requestId: RequestId, text: string): Promise<ChatMessage> {
    const earlier = this.sent(seat, requestId);
    if (earlier !== null) return earlier;
    const key = requestKey(seat.seatId, requestId);
    const sending = this.#append(seat, requestId, text);
    this.#requests.remember(key, sending);
    sending.catch(() => this.#requests.forget(key));
    return sending;
  }

  /** What this request has sent, or is sending, already. */
  sent(seat: Seat, requestId: RequestId): Promise<ChatMessage> | null {
    return this.#requests.get(requestKey(seat.seatId, requestId)) ?? null;
  }

  recent(): ChatMessage[] {
    return this.#recent.slice(-SNAPSHOT_COUNT);
  }

  /** Null when there is none of this id at that instant. */
  async find(messageId: MessageId, sentAtMs: number): Promise<ChatMessage | null> {
    const recent = this.#recent.find((message) => message.messageId === messageId);
    if (recent !== undefined) return recent;
    if (sentAtMs < 0 || sentAtMs > this.#lastSentAtMs) return null;
    const [found] = await this.#read(sentAtMs + 1, 1);
    return found?.messageId === messageId ? found : null;
  }

  async history(beforeMs: number | undefined, limit: number): Promise<{ messages: ChatMessage[]; more: boolean }> {
    // A page may send any integer; not every one is a date.
    const isPast = beforeMs !== undefined && beforeMs <= this.#lastSentAtMs;
    const before = isPast ? Math.max(0, beforeMs) : null;
    const found = await this.#read(before, limit + 1);
    return { messages: found.slice(-limit), more: found.length > limit };
  }

  /** After a take-over: what the process before had written. */
  async reload(): Promise<void> {
    const messages = await this.#options.store.chatBefore(this.#options.lessonId, null, RECENT_COUNT);
    const known = new Set(this.#recent.map((message) => message.messageId));
    this.#recent.unshift(...messages.filter((message) => !known.has(message.messageId)));
    this.#lastSentAtMs = Math.max(this.#lastSentAtMs, ...messages.map((message) => message.sentAtMs));
  }

  async #append(seat: Seat, requestId: RequestId, text: string): Promise<ChatMessage> {
    // Strictly growing, so that "before this moment" never skips or repeats a message.
    this.#lastSentAtMs = Math.max(this.#options.clock.nowMs(), this.#lastSentAtMs + 1);
    const written: ChatMessage = {
      messageId: MessageId.parse(randomUUID()),
      seatId: seat.seatId,
      displayName: seat.displayName,
      seat: seat.kind,
      text,
      sentAtMs: this.#lastSentAtMs,
    };
    const message = await this.#options.store.appendChat(this.#options.lessonId, requestId, written);
    // A request repeated to another process, or after a restart, has been told already.
    if (this.#recent.some((known) => known.messageId === message.messageId)) return message;
    this.#recent.push(message);
    this.#recent.sort((a, b) => a.sentAtMs - b.sentAtMs);
    if (this.#recent.length > RECENT_COUNT) this.#recent.shift();
    this.#options.onMessage(message);
    return message;
  }

  async #read(before: number | null, limit: number): Promise<readonly ChatMessage[]> {
    try {
      return await this.#options.store.chatBefore(this.#options.lessonId, before, limit);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return this.#recent.filter((message) => before === null || message.sentAtMs < before).slice(-limit);
    }
  }
}
