import type { Log } from '../runtime/log.ts';
import { restoreTools, saveTools } from './class-tools.ts';
import type { LessonLife } from './lesson-life.ts';
import type { MediaNode, RoomLesson } from './ports.ts';
import type { RoomParts } from './room-parts.ts';
import { ROOM_STATE_VERSION, type RoomState } from './room-state.ts';

/** All that another process needs to take the room over (SPEC T). What a manager has to survive joins here, and in `room-state.ts`. */
export function saveRoom(parts: RoomParts, life: LessonLife, lesson: RoomLesson, node: MediaNode): RoomState {
  const { presence, lobby, hands, stage, layout, safeMode, media, roll, recording, groups, groupChat, tools } = parts;
  return {
    version: ROOM_STATE_VERSION,
    lesson: { ...lesson, expected: [...lesson.expected] },
    ...life.save(),
    nodeId: node.place?.nodeId ?? null,
    branchNodeIds: [...node.branchNodeIds],
    seats: presence.save(),
    ...lobby.save(),
    hands: hands.list(),
    ...stage.save(),
    layout: layout.state,
    safeMode: safeMode.isActive,
    holds: media.producers.saveHolds(),
    videoCodec: media.videoCodec.codec,
    roll: roll.save(),
    recording: recording.save(),
    groups: groups.save(),
    groupChat: groupChat.save(),
    tools: saveTools(tools),
  };
}

/** What the process before had saved, in a room that has just been made. */
export function restoreRoom(parts: RoomParts, saved: RoomState, log: Log): void {
  const { presence, lobby, hands, stage, layout, safeMode, roll, recording, chat, tools } = parts;
  presence.restore(saved.seats);
  parts.media.videoCodec.restore(saved.videoCodec);
  parts.groupChat.restore(saved.groupChat);
  lobby.restore(saved);
  hands.restore(saved.hands);
  stage.restore(saved);
  layout.restore(saved.layout);
  safeMode.restore(saved.safeMode);
  roll.restore(saved.roll);
  if (saved.recording !== null) recording.restore(saved.recording);
  if (saved.tools !== null) restoreTools(tools, saved.tools);
  // An end that fell into the time between the processes comes at once, when everything else is in its place.
  if (saved.groups !== null) parts.groups.restore(saved.groups);
  // Whoever taught has been cut off by the loss of the process before; they have as long as after any other cut.
  if (saved.startedAtMs !== null && saved.endedAtMs === null) safeMode.teacherGone();
  chat.reload().catch((error: unknown) => log.warn({ err: error }, 'chat could not be read'));
}
