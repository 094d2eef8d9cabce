import type { ConsumerOffer } from '../protocol/media.ts';
import type { InsideSnapshot, LessonFacts, Waiting, WaitingSnapshot } from '../protocol/room.ts';
import { isPermitted, isTeacherSeat, PERMISSIONS, type Permission } from '../protocol/seats.ts';
import { toolsFor } from './class-tools.ts';
import { maySee } from './class-wall.ts';
import type { RoomParts } from './room-parts.ts';
import type { Seat, SeatState } from './seat.ts';

export function permittedTo(
  seat: Seat,
  parts: Pick<RoomParts, 'stage' | 'groups' | 'safeMode' | 'tools'>,
): Permission[] {
  const onStage = parts.stage.has(seat.seatId) || parts.groups.memberOf(seat.seatId) !== null;
  const context = { onStage, safeMode: parts.safeMode.isActive, rules: parts.tools.rules.rules };
  return PERMISSIONS.filter((permission) => isPermitted(seat.kind, permission, context));
}

/** Those whom a teacher has to let in; who waits for the teacher comes in by itself (SPEC L). */
export function waitingList(parts: Pick<RoomParts, 'presence'>): Waiting[] {
  return parts.presence.waiting().flatMap((seat) => {
    if (seat.state.phase !== 'waiting' || seat.state.cause === 'teacher') return [];
    const { seatId, kind, displayName, wardName, isWardClaimed } = seat;
    return [{ seatId, seat: kind, displayName, wardName, isWardClaimed, sinceMs: seat.state.sinceMs }];
  });
}

export function waitingSnapshot(
  seat: Seat,
  state: Extract<SeatState, { phase: 'waiting' }>,
  lesson: LessonFacts,
): WaitingSnapshot {
  const { seatId, kind, displayName } = seat;
  return {
    phase: 'waiting',
    cause: state.cause,
    sinceMs: state.sinceMs,
    lesson,
    self: { seatId, seat: kind, displayName },
  };
}

export interface InsideFacts {
  readonly lesson: LessonFacts;
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly consumers: ConsumerOffer[];
  readonly activeSpeaker: InsideSnapshot['activeSpeaker'];
}

export function insideSnapshot(seat: Seat, parts: RoomParts, facts: InsideFacts): InsideSnapshot {
  const permitted = permittedTo(seat, parts);
  const group = parts.groups.placeOf(seat.seatId);
  const { activeSpeaker } = facts;
  return {
    phase: 'inside',
    lesson: facts.lesson,
    startedAtMs: facts.startedAtMs,
    serverNowMs: facts.nowMs,
    self: {
      seatId: seat.seatId,
      seat: seat.kind,
      leadsByTimetable: seat.leadsByTimetable,
      displayName: seat.displayName,
      onStage: parts.stage.has(seat.seatId),
      group,
      permitted,
      stageInvitation: parts.stage.isInvited(seat.seatId),
      talking: isTalking(seat, parts),
    },
    ...parts.participants.visible(),
    producers: parts.media.producers
      .list()
      .filter((one) => parts.groups.areTogether(seat.seatId, one.seatId) && maySee(seat, one)),
    consumers: facts.consumers,
    videoCodec: parts.media.videoCodec.codec,
    hands: parts.hands.list(),
    chat: [...parts.chat.recent(), ...parts.groupChat.of(group)].toSorted((a, b) => a.sentAtMs - b.sentAtMs),
    waiting: permitted.includes('manageLobby') ? waitingList(parts) : [],
    locked: parts.lobby.isLocked,
    ...parts.layout.state,
    activeSpeaker:
      activeSpeaker !== null && parts.groups.areTogether(seat.seatId, activeSpeaker) ? activeSpeaker : null,
    safeMode: parts.safeMode.isActive,
    recording: parts.recording.state,
    takes: parts.recording.takes,
    recordingDisk: isTeacherSeat(seat.kind) ? parts.recording.disk : 'ok',
    tools: toolsFor(seat, parts.tools),
    groups: parts.groups.shown,
    needsTransports: parts.media.needsTransports(seat.seatId),
  };
}

/** Whether a half-duplex seat's microphone is open; false for all others. */
export function isTalking(seat: Seat, parts: Pick<RoomParts, 'halfDuplex' | 'safeMode'>): boolean {
  return parts.halfDuplex.applies(seat) && parts.halfDuplex.isOpen(seat) && !parts.safeMode.isActive;
}
