import * as z from 'zod';
import { classToolNotices, classToolRequests, ClassTools } from './class-tools.ts';
import { notice, request } from './define.ts';
import { groupNotices, GroupNumber, groupRequests, Groups } from './groups.ts';
import { LessonId, MessageId, ProducerId, RequestId, RoomId, SeatId } from './ids.ts';
import { ConsumerOffer, ProducerInfo, VideoCodec, mediaNotices, mediaRequests } from './media.ts';
import { LessonKind, LessonOrigin, PERMISSIONS, SeatKind } from './seats.ts';

/**
 * The wire of a room over Socket.IO (namespace `/room`, path `/socket.io` of the room's home). Times are epoch
 * milliseconds of the server's clock. Rules are numbered in SPEC.md.
 */

export const Layout = z.enum(['board', 'gallery', 'speaker']);
export type Layout = z.infer<typeof Layout>;

/** Why the server ended a connection for good; `lost` connections are not closed, they come back. */
export const CloseReason = z.enum([
  'lessonEnded',
  'left',
  'removed',
  'denied',
  'seatTakenOver',
  'clientTooOld',
  'seatTokenInvalid',
  'roomGone',
]);
export type CloseReason = z.infer<typeof CloseReason>;

export const Participant = z.object({
  seatId: SeatId,
  seat: SeatKind,
  displayName: z.string(),
  schoolName: z.string().nullable(),
  /** For a guardian: whose. */
  wardName: z.string().nullable(),
  /** It is the guest's own word, which nobody has checked. */
  isWardClaimed: z.boolean(),
  onStage: z.boolean(),
  /** A teacher with a phone beside the pupils, who sends nothing and is shown on no tile. */
  isPhone: z.boolean(),
  /** The group it is in, or as a teacher visits; null outside of all. */
  group: GroupNumber.nullable(),
  /** False while within the 30 s in which a lost connection may come back. */
  connected: z.boolean(),
  /** 0–10 (mediasoup score) of what arrives from it, null while it sends nothing. */
  lineUp: z.number().nullable(),
  lineDown: z.number().nullable(),
});
export type Participant = z.infer<typeof Participant>;

export const Hand = z.object({ seatId: SeatId, raisedAtMs: z.int() });
export type Hand = z.infer<typeof Hand>;

export const ChatMessage = z.object({
  messageId: MessageId,
  seatId: SeatId,
  displayName: z.string(),
  seat: SeatKind,
  text: z.string(),
  sentAtMs: z.int(),
  /** Said in this group; absent: to the whole class. */
  group: GroupNumber.optional(),
});
export type ChatMessage = z.infer<typeof ChatMessage>;

export const Waiting = z.object({
  seatId: SeatId,
  seat: SeatKind,
  displayName: z.string(),
  wardName: z.string().nullable(),
  /** It is the guest's own word, which nobody has checked. */
  isWardClaimed: z.boolean(),
  sinceMs: z.int(),
});
export type Waiting = z.infer<typeof Waiting>;

export const RollEntry = z.object({
  /** Null for somebody of the class group who has not come. */
  seatId: SeatId.nullable(),
  displayName: z.string(),
  classGroup: z.string().nullable(),
  state: z.enum(['present', 'late', 'absent', 'left']),
  firstJoinedAtMs: z.int().nullable(),
});
export type RollEntry = z.infer<typeof RollEntry>;

/** Somebody on the roll, and what it has done so far (SPEC D). */
export const ActivityEntry = RollEntry.extend({
  /** How long it was heard, by the media node. */
  talkedMs: z.int(),
  handsRaised: z.int(),
  /** To questions that are not anonymous. */
  answers: z.int(),
  /** 0–10, the worse direction; null while it is not measured. */
  line: z.number().nullable(),
  /** How long its line was measured, and for how much of that it was poor. */
  lineMs: z.int(),
  poorLineMs: z.int(),
});
export type ActivityEntry = z.infer<typeof ActivityEntry>;

export const RecordingState = z.enum(['off', 'starting', 'recording', 'paused', 'failed']);
export type RecordingState = z.infer<typeof RecordingState>;

/** What of a micro-lesson is recorded so far. Its last take can be done again: then it is not in what is played. */
export const RecordedTakes = z.object({
  /** Of all takes before the last one. */
  keptMs: z.int(),
  /** `toMs` is null while it runs. Null before the first take, and when the last one is to be done again. */
  last: z.object({ fromMs: z.int(), toMs: z.int().nullable() }).nullable(),
});
export type RecordedTakes = z.infer<typeof RecordedTakes>;

/** The room left where it is recorded: `low` is soon full, `full` records nothing more. */
export const RecordingDisk = z.enum(['ok', 'low', 'full']);
export type RecordingDisk = z.infer<typeof RecordingDisk>;

export const LessonFacts = z.object({
  lessonId: LessonId,
  roomId: RoomId,
  kind: LessonKind,
  /** Absent in what an older process has saved. */
  origin: LessonOrigin.default('class'),
  title: z.string(),
  subject: z.string().nullable(),
  lecturerName: z.string(),
  schoolName: z.string(),
  startsAtMs: z.int(),
  endsAtMs: z.int(),
  /** Everybody is told before entering that the lesson is recorded. */
  isRecorded: z.boolean(),
});
export type LessonFacts = z.infer<typeof LessonFacts>;

export const WaitingSnapshot = z.object({
  phase: z.literal('waiting'),
  /** `teacher`: no teacher has come yet (pupils); `lobby`: a teacher has to admit; `locked`: the room is locked. */
  cause: z.enum(['teacher', 'lobby', 'locked']),
  sinceMs: z.int(),
  lesson: LessonFacts,
  self: z.object({ seatId: SeatId, seat: SeatKind, displayName: z.string() }),
});
export type WaitingSnapshot = z.infer<typeof WaitingSnapshot>;

export const InsideSnapshot = z.object({
  phase: z.literal('inside'),
  lesson: LessonFacts,
  startedAtMs: z.int(),
  serverNowMs: z.int(),
  self: z.object({
    seatId: SeatId,
    seat: SeatKind,
    /** The lecturer of the timetable, whoever leads now: may take the lesson back. */
    leadsByTimetable: z.boolean(),
    displayName: z.string(),
    onStage: z.boolean(),
    /** As of a participant. */
    group: GroupNumber.nullable(),
    permitted: z.array(z.enum(PERMISSIONS)),
    stageInvitation: z.boolean(),
    /** Site: whether its microphone is open now (called on or push-to-talk). */
    talking: z.boolean(),
  }),
  /** Teachers, the stage and sites always; of the audience the first page. */
  participants: z.array(Participant),
  audienceCount: z.int(),
  producers: z.array(ProducerInfo),
  /** Ready-made paused consumers for what is visible at once (empty until transports exist). */
  consumers: z.array(ConsumerOffer),
  videoCodec: VideoCodec,
  hands: z.array(Hand),
  chat: z.array(ChatMessage),
  waiting: z.array(Waiting),
  locked: z.boolean(),
  layout: Layout,
  pinnedSeatId: SeatId.nullable(),
  activeSpeaker: SeatId.nullable(),
  safeMode: z.boolean(),
  recording: RecordingState,
  /** Null in every lesson but a micro-lesson, and before its recording begins. */
  takes: RecordedTakes.nullable(),
  /** For teachers; `ok` to everybody else. */
  recordingDisk: RecordingDisk,
  tools: ClassTools,
  /** Null while none run. */
  groups: Groups.nullable(),
  /** True when transports of this seat must be (re)created before media flows. */
  needsTransports: z.boolean(),
});
export type InsideSnapshot = z.infer<typeof InsideSnapshot>;

export const RoomSnapshot = z.discriminatedUnion('phase', [WaitingSnapshot, InsideSnapshot]);
export type RoomSnapshot = z.infer<typeof RoomSnapshot>;

/** `auth` of the Socket.IO handshake. */
export const Handshake = z.object({
  version: z.int(),
  roomId: RoomId,
  seatToken: z.string().max(512),
  /** Absent while waiting in the lobby, or when the browser has no WebRTC. */
  rtpCapabilities: z.custom<object>((value) => typeof value === 'object' && value !== null).optional(),
});
export type Handshake = z.infer<typeof Handshake>;

const target = z.object({ seatId: SeatId });
const nothing = z.object({});

export const roomRequests = {
  ...mediaRequests,
  ...classToolRequests,
  ...groupRequests,
  leave: request({ needs: 'waiting', params: nothing, result: nothing }),
  /** The full snapshot again, for a page that lost count. */
  resync: request({ needs: 'waiting', params: nothing, result: RoomSnapshot }),

  setHand: request({ needs: 'raiseHand', params: z.object({ raised: z.boolean() }), result: nothing }),
  lowerHand: request({ needs: 'manageStage', params: target, result: nothing }),
  /** A site comes on stage at once ("called on"); a person is asked first. Errors: `stageFull`. */
  inviteToStage: request({ needs: 'manageStage', params: target, result: nothing }),
  answerStageInvitation: request({ needs: 'seated', params: z.object({ accept: z.boolean() }), result: nothing }),
  leaveStage: request({ needs: 'seated', params: nothing, result: nothing }),
  removeFromStage: request({ needs: 'manageStage', params: target, result: nothing }),
  /** Half-duplex site: opens (pressed) or closes its microphone for as long as the button is held. */
  setTalking: request({ needs: 'seated', params: z.object({ talking: z.boolean() }), result: nothing }),

  muteSeat: request({ needs: 'muteOthers', params: target, result: nothing }),
  muteAll: request({ needs: 'muteOthers', params: nothing, result: nothing }),
  removeSeat: request({
    needs: 'removeOthers',
    params: z.object({ seatId: SeatId, keepOut: z.boolean() }),
    result: nothing,
  }),
  setLocked: request({ needs: 'manageLobby', params: z.object({ locked: z.boolean() }), result: nothing }),
  admit: request({ needs: 'manageLobby', params: target, result: nothing }),
  admitAll: request({ needs: 'manageLobby', params: nothing, result: nothing }),
  deny: request({ needs: 'manageLobby', params: target, result: nothing }),
  setLayout: request({
    needs: 'setLayout',
    params: z.object({ layout: Layout, pinnedSeatId: SeatId.nullable() }),
    result: nothing,
  }),
  endLesson: request({ needs: 'endLesson', params: nothing, result: nothing }),

  sendChat: request({
    needs: 'chat',
    params: z.object({
      requestId: RequestId,
      text: z.string().trim().min(1).max(1000),
      /** Where it was written, as of a participant: it goes nowhere else. Left out, it goes to whoever is with the seat. */
      group: GroupNumber.nullable().optional(),
    }),
    result: z.object({ message: ChatMessage }),
  }),
  chatHistory: request({
    needs: 'seated',
    params: z.object({ beforeMs: z.int().optional(), limit: z.int().min(1).max(100).default(50) }),
    result: z.object({ messages: z.array(ChatMessage), more: z.boolean() }),
  }),
  participants: request({
    needs: 'seated',
    params: z.object({ offset: z.int().min(0).default(0), limit: z.int().min(1).max(100).default(50) }),
    result: z.object({ participants: z.array(Participant), total: z.int() }),
  }),
  roll: request({ needs: 'seeRoll', params: nothing, result: z.object({ entries: z.array(RollEntry) }) }),
  /** `asked`: questions that are not anonymous. */
  activity: request({
    needs: 'seeRoll',
    params: nothing,
    result: z.object({ entries: z.array(ActivityEntry), asked: z.int() }),
  }),

  /** Begins the recording of a micro-lesson, paused; every other recorded lesson is recorded from its beginning. */
  startRecording: request({ needs: 'controlRecording', params: nothing, result: nothing }),
  setRecordingPaused: request({
    needs: 'controlRecording',
    params: z.object({ paused: z.boolean() }),
    result: nothing,
  }),
  /** The last take of a micro-lesson is not to be played; the recording is paused until the next one. */
  redoTake: request({ needs: 'controlRecording', params: nothing, result: nothing }),
  addMarker: request({
    needs: 'controlRecording',
    params: z.object({ requestId: RequestId, title: z.string().trim().min(1).max(80) }),
    result: nothing,
  }),
} as const;

export const roomNotices = {
  ...mediaNotices,
  ...classToolNotices,
  ...groupNotices,
  /** After each handshake that was not recovered, after admission, and after `mediaReset`. */
  snapshot: notice(RoomSnapshot),
  /** The token for the next handshake; the one before stays valid until this one is used or 30 s after a disconnect. */
  seatToken: notice(z.object({ seatToken: z.string() })),
  /** Batched, ≤ 4 per second, one in 2 s while only the audience changes. `changed` are whole participants; `left` are gone for good. */
  participantsChanged: notice(
    z.object({ changed: z.array(Participant), left: z.array(SeatId), audienceCount: z.int() }),
  ),
  handsChanged: notice(z.object({ hands: z.array(Hand) })),
  stageInvitation: notice(z.object({ pending: z.boolean() })),
  /** What this very seat may do now: after stage, group, safe mode. */
  selfChanged: notice(
    z.object({
      onStage: z.boolean(),
      group: GroupNumber.nullable(),
      permitted: z.array(z.enum(PERMISSIONS)),
      talking: z.boolean(),
    }),
  ),
  waitingChanged: notice(z.object({ waiting: z.array(Waiting) })),
  lockChanged: notice(z.object({ locked: z.boolean() })),
  layoutChanged: notice(z.object({ layout: Layout, pinnedSeatId: SeatId.nullable() })),
  safeModeChanged: notice(z.object({ active: z.boolean() })),
  recordingChanged: notice(z.object({ state: RecordingState, takes: RecordedTakes.nullable() })),
  /** To teachers alone. */
  recordingDiskChanged: notice(z.object({ level: RecordingDisk })),
  /** This seat was muted by a teacher, or for its echo: its microphone producer is paused on the server already. Half-duplex sites are not told: the server opens them. */
  mutedByTeacher: notice(z.object({ producerIds: z.array(ProducerId), cause: z.enum(['teacher', 'echo']) })),
  chat: notice(z.object({ message: ChatMessage })),
  /** The last word before the server disconnects. */
  closed: notice(z.object({ reason: CloseReason })),
} as const;

export type RoomRequests = typeof roomRequests;
export type RoomRequestName = keyof RoomRequests;
export type RoomParams<N extends RoomRequestName> = z.input<RoomRequests[N]['params']>;
export type RoomParsedParams<N extends RoomRequestName> = z.output<RoomRequests[N]['params']>;
export type RoomResult<N extends RoomRequestName> = z.output<RoomRequests[N]['result']>;
export type RoomNotices = typeof roomNotices;
export type RoomNoticeName = keyof RoomNotices;
export type RoomNotice<N extends RoomNoticeName> = z.output<RoomNotices[N]>;
