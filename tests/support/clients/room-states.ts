import { FIRST_RULES } from '../../../signaling/protocol/class-order.ts';
import { LessonId, ProducerId, RoomId, SeatId } from '../../../signaling/protocol/ids.ts';
import type { ProducerInfo, Source } from '../../../signaling/protocol/media.ts';
import type { InsideSnapshot, Participant } from '../../../signaling/protocol/room.ts';
import { PERMISSIONS } from '../../../signaling/protocol/seats.ts';

/** Rooms for tests, as the contract describes them. */

export const seatId = (name: string): SeatId => SeatId.parse(name);

export function participant(name: string, change: Partial<Participant> = {}): Participant {
  return {
    seatId: seatId(name),
    seat: 'pupil',
    displayName: name,
    schoolName: null,
    wardName: null,
    isWardClaimed: false,
    onStage: false,
    group: null,
    connected: true,
    lineUp: null,
    lineDown: null,
    isPhone: false,
    ...change,
  };
}

export function producer(of: string, source: Source, change: Partial<ProducerInfo> = {}): ProducerInfo {
  const isAudio = source === 'microphone' || source === 'screenAudio';
  return {
    producerId: ProducerId.parse(`${of}-${source}`),
    seatId: seatId(of),
    kind: isAudio ? 'audio' : 'video',
    source,
    paused: false,
    ...change,
  };
}

export function insideSnapshot(change: Partial<InsideSnapshot> = {}): InsideSnapshot {
  return {
    phase: 'inside',
    lesson: {
      lessonId: LessonId.parse('lesson'),
      roomId: RoomId.parse('room'),
      kind: 'live',
      origin: 'class',
      title: '语文',
      subject: null,
      lecturerName: '林老师',
      schoolName: '实验小学',
      startsAtMs: 0,
      endsAtMs: 1,
      isRecorded: false,
    },
    startedAtMs: 0,
    serverNowMs: Date.now(),
    self: {
      seatId: seatId('teacher'),
      seat: 'lecturer',
      leadsByTimetable: true,
      displayName: '林老师',
      onStage: false,
      group: null,
      permitted: [...PERMISSIONS],
      stageInvitation: false,
      talking: false,
    },
    participants: [participant('teacher', { seat: 'lecturer' })],
    audienceCount: 0,
    producers: [],
    consumers: [],
    videoCodec: 'h264',
    hands: [],
    chat: [],
    waiting: [],
    locked: false,
    layout: 'board',
    pinnedSeatId: null,
    activeSpeaker: null,
    safeMode: false,
    groups: null,
    recording: 'off',
    takes: null,
    recordingDisk: 'ok',
    tools: {
      ...{ poll: null, myAnswer: null, pick: null, countdown: null, race: null, page: null, polls: [], reports: [] },
      ink: { strokes: [], isOpen: false },
      sites: { setups: [], speakers: [], ownSite: null, notes: [] },
      wall: { isAllowed: true, isOn: false },
      order: { rules: FIRST_RULES, openedSeatIds: [], takeOverFromMs: null },
      sound: { checks: [], echoes: [], isDucked: false },
    },
    needsTransports: false,
    ...change,
  };
}
