import type { ConsumerOffer } from '../protocol/media.ts';
import type { InsideSnapshot, LessonFacts, Waiting, WaitingSnapshot } from '../protocol/room.ts';
import { isPermitted, isTeacherSeat, PERMISSIONS, type Permission } from '../protocol/seats.ts';
import { toolsFor } from './class-tools.ts';
import type { RoomParts } from './room-parts.ts';
import type { Seat, SeatState } from './seat.ts';

export function permittedTo(seat: Seat, parts: Pick<RoomParts, 'stage' | 'safeMode'>): Permission[] {
  const context = { onStage: parts.stage.has(seat.seatId), safeMode: parts.safeMode.isActive };
  return PERMISSIONS.filter((permission) => isPermitted(seat.kind, permission, context));
}

/** Those whom a teacher has to let in; who waits for the teacher comes in by itself (SPEC L). */
export function waitingList(parts: Pick<RoomParts, 'presence'>): Waiting[] {
  return parts.presence.waiting().flatMap((seat) => {
    if (seat.state.phase !== 'waiting' || seat.state.cause === 'teacher') return [];
    const { seatId, kind, displayName, wardName } = seat;
    return [{ seatId, seat: kind, displayName, wardName, sinceMs: seat.state.sinceMs }];
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
  return {
    phase: 'inside',
    lesson: facts.lesson,
    startedAtMs: facts.startedAtMs,
    serverNowMs: facts.nowMs,
    self: {
      seatId: seat.seatId,
      seat: seat.kind,
      displayName: seat.displayName,
      onStage: parts.stage.has(seat.seatId),
      permitted,
      stageInvitation: parts.stage.isInvited(seat.seatId),
      talking: isTalking(seat, parts),
    },
    ...parts.participants.visible(),
    producers: parts.media.producers.list(),
    consumers: facts.consumers,
    hands: parts.hands.list(),
    chat: parts.chat.recent(),
    waiting: permitted.includes('manageLobby') ? waitingList(parts) : [],
    locked: parts.lobby.isLocked,
    ...parts.layout.state,
    activeSpeaker: facts.activeSpeaker,
    safeMode: parts.safeMode.isActive,
    recording: parts.recording.state,
    takes: parts.recording.takes,
    recordingDisk: isTeacherSeat(seat.kind) ? parts.recording.disk : 'ok',
    tools: toolsFor(seat, parts.tools),
    needsTransports: parts.media.needsTransports(seat.seatId),
  };
}

/** Whether a half-duplex seat's microphone is open; false for all others. */
export function isTalking(seat: Seat, parts: Pick<RoomParts, 'halfDuplex' | 'safeMode'>): boolean {
  return parts.halfDuplex.applies(seat) && parts.halfDuplex.isOpen(seat) && !parts.safeMode.isActive;
}
