import { randomUUID } from 'node:crypto';
import { LessonId, RoomId } from '../../../signaling/protocol/ids.ts';
import { RoomClient } from '../../integration/room/room-client.ts';
import { claimsOf, newLesson } from '../rooms/lessons.ts';
import type { RestClient } from './rest-client.ts';
import type { Stack } from '../stands/stack.ts';

/** A page without a browser in the room of a lesson: joined over REST, connected, with its first snapshot. */
export async function joinedRoom(stack: Stack, client: RestClient, lessonId: string): Promise<RoomClient> {
  const { joinToken, seat, displayName } = await client.call('joinLesson', { params: { lessonId } });
  const entered = await client.call('enterRoom', {
    params: { roomId: RoomId.parse(lessonId) },
    body: { joinToken },
  });
  // The room believes the token; these only say which room it is.
  const claims = {
    ...claimsOf(newLesson('live'), seat, displayName),
    jti: randomUUID(),
    lessonId: LessonId.parse(lessonId),
  };
  const room = new RoomClient(stack.url, claims, entered);
  await room.connect();
  return room;
}
