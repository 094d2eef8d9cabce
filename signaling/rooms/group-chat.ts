import { randomUUID } from 'node:crypto';
import { MessageId, type RequestId } from '../protocol/ids.ts';
import type { ChatMessage } from '../protocol/room.ts';
import type { Clock } from './ports.ts';
import { RememberedRequests, requestKey } from './remembered-requests.ts';
import type { Seat } from './seat.ts';

/** Kept of each group, for who joins or visits it later. */
const KEPT_PER_GROUP = 30;
const REMEMBERED_REQUESTS = 200;

export interface GroupChatOptions {
  readonly clock: Clock;
  readonly onMessage: (message: ChatMessage, group: number) => void;
}

/** What is written in a group stays in it, and is gone when the groups are (SPEC N7). */
export class GroupChat {
  readonly #options: GroupChatOptions;
  readonly #requests = new RememberedRequests<ChatMessage>(REMEMBERED_REQUESTS);
  #messages: ChatMessage[] = [];

  constructor(options: GroupChatOptions) {
    this.#options = options;
  }

  /** What this request has sent already, also after the groups. */
  sent({ seatId }: Seat, requestId: RequestId): ChatMessage | null {
    return this.#requests.get(requestKey(seatId, requestId)) ?? null;
  }

  /** Idempotent by `requestId`. */
  send(seat: Seat, group: number, requestId: RequestId, text: string): ChatMessage {
    const earlier = this.sent(seat, requestId);
    if (earlier !== null) return earlier;
    const { seatId, displayName, kind } = seat;
    const message: ChatMessage = {
      messageId: MessageId.parse(randomUUID()),
      ...{ seatId, displayName, seat: kind, text, group },
      sentAtMs: Math.max(this.#options.clock.nowMs(), (this.#messages.at(-1)?.sentAtMs ?? 0) + 1),
    };
    this.#requests.remember(requestKey(seatId, requestId), message);
    this.#messages.push(message);
    const ofGroup = this.of(group);
    if (ofGroup.length > KEPT_PER_GROUP) this.#messages = this.#messages.filter((one) => one !== ofGroup[0]);
    this.#options.onMessage(message, group);
    return message;
  }

  find(messageId: MessageId): ChatMessage | null {
    return this.#messages.find((message) => message.messageId === messageId) ?? null;
  }

  of(group: number | null): ChatMessage[] {
    return group === null ? [] : this.#messages.filter((message) => message.group === group);
  }

  clear(): void {
    this.#messages = [];
  }

  save(): ChatMessage[] {
    return this.#messages;
  }

  restore(messages: readonly ChatMessage[]): void {
    this.#messages = [...messages];
  }
}
