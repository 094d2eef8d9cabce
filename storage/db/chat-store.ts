import { sql, type Kysely, type Selectable } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { ChatMessage } from '../../signaling/protocol/room.ts';
import type { ChatStore, NewChatMessage } from '../ports/chat-store.ts';
import type { ChatMessageTable, Database } from './schema.ts';

/** Two processes writing into one lesson in the same millisecond is a matter of seconds after a takeover. */
const MAX_ATTEMPTS = 10;

export function createChatStore(db: Kysely<Database>): ChatStore {
  return {
    append: (message) => append(db, message),
    async erase(lessonId, seatId) {
      const { numDeletedRows } = await db
        .deleteFrom('chat_messages')
        .where('lesson_id', '=', lessonId)
        .where('seat_id', '=', seatId)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
    async page(lessonId, { beforeMs, limit }) {
      let query = db.selectFrom('chat_messages').selectAll().where('lesson_id', '=', lessonId);
      if (beforeMs !== undefined) query = query.where('sent_at', '<', new Date(beforeMs));
      const rows = await query
        .orderBy('sent_at', 'desc')
        .limit(limit + 1)
        .execute();
      return { messages: rows.slice(0, limit).reverse().map(toMessage), more: rows.length > limit };
    },
  };
}

async function append(db: Kysely<Database>, message: NewChatMessage): Promise<ChatMessage> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const row = (await insert(db, message)) ?? (await findByRequest(db, message));
    if (row !== undefined) return toMessage(row);
  }
  throw new AppError('conflict');
}

/** Undefined when the request is stored already, or another message has just taken the same instant. */
function insert(db: Kysely<Database>, message: NewChatMessage): Promise<Selectable<ChatMessageTable> | undefined> {
  const sentAt = new Date(message.sentAtMs);
  return db
    .insertInto('chat_messages')
    .values({
      message_id: message.messageId,
      lesson_id: message.lessonId,
      seat_id: message.seatId,
      request_id: message.requestId,
      display_name: message.displayName,
      seat: message.seat,
      body: message.text,
      sent_at: sql<Date>`greatest(${sentAt}::timestamptz, (
        select max(sent_at) + interval '1 millisecond' from chat_messages where lesson_id = ${message.lessonId}))`,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
}

function findByRequest(
  db: Kysely<Database>,
  { seatId, requestId }: NewChatMessage,
): Promise<Selectable<ChatMessageTable> | undefined> {
  return db
    .selectFrom('chat_messages')
    .selectAll()
    .where('seat_id', '=', seatId)
    .where('request_id', '=', requestId)
    .executeTakeFirst();
}

function toMessage(row: Selectable<ChatMessageTable>): ChatMessage {
  return {
    messageId: row.message_id,
    seatId: row.seat_id,
    displayName: row.display_name,
    seat: row.seat,
    text: row.body,
    sentAtMs: row.sent_at.getTime(),
  };
}
