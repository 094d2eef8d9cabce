import * as z from 'zod';
import { RecordingEvent } from '../../recorder/contract.ts';
import { Fence, InvitationId, PersonId, ProducerId, RecordingId, SeatId, SiteId, TrackId } from '../protocol/ids.ts';
import { VideoCodec } from '../protocol/media.ts';
import { GroupNumber, Groups } from '../protocol/groups.ts';
import { ChatMessage, Hand, Layout, LessonFacts } from '../protocol/room.ts';
import { SeatKind } from '../protocol/seats.ts';
import { SavedTools } from './saved-tools.ts';
import { SavedTakes } from './takes.ts';

/**
 * What a room writes to Redis so that another process can take it over (SPEC T). Media is not in it: that is asked from the media
 * node, which knows better. A snapshot of another version is ignored.
 */
export const ROOM_STATE_VERSION = 1;

export const SavedSeat = z.object({
  seatId: SeatId,
  kind: SeatKind,
  /** Absent in what an older process has saved. */
  leadsByTimetable: z.boolean().default(false),
  identityKey: z.string(),
  displayName: z.string(),
  schoolName: z.string().nullable(),
  wardName: z.string().nullable(),
  /** Absent in what an older process has saved. */
  isWardClaimed: z.boolean().default(false),
  classGroup: z.string().nullable(),
  /** Absent in what an older process has saved. */
  region: z.string().nullable().default(null),
  /** Absent in what an older process has saved. */
  mayTeach: z.boolean().default(false),
  /** Absent in what an older process has saved. */
  allowsWall: z.boolean().default(false),
  /** Absent in what an older process has saved. */
  invitationId: InvitationId.nullable().default(null),
  /** Absent in what an older process has saved. */
  phoneOf: SiteId.nullable().default(null),
  tokenFloor: z.int(),
  tokenIssued: z.int(),
  state: z.discriminatedUnion('phase', [
    z.object({ phase: z.literal('waiting'), cause: z.enum(['teacher', 'lobby', 'locked']), sinceMs: z.int() }),
    z.object({ phase: z.literal('inside'), joinedAtMs: z.int().nullable() }),
    z.object({ phase: z.literal('gone') }),
  ]),
});
export type SavedSeat = z.infer<typeof SavedSeat>;

export const Hold = z.enum(['self', 'teacher', 'echo', 'safeMode', 'halfDuplex', 'groups', 'rules']);
/** Why a producer is paused; it runs only while nothing holds it. */
export type Hold = z.infer<typeof Hold>;

export const SavedRecording = z.object({
  recordingId: RecordingId,
  fence: Fence,
  startedAtUnixUs: z.int(),
  clockOffsetUs: z.int(),
  paused: z.boolean(),
  accepted: z.boolean(),
  nextN: z.int(),
  unacknowledged: z.array(RecordingEvent),
  /** `{seatId}:{source}` → track. */
  tracks: z.record(z.string(), TrackId),
  /** Of a micro-lesson; absent in what an older process has saved. */
  takes: SavedTakes.nullable().default(null),
  endedAtUs: z.int().nullable(),
  finished: z.boolean(),
});
export type SavedRecording = z.infer<typeof SavedRecording>;

export const SavedRollEntry = z.object({
  rollKey: z.string(),
  seatId: SeatId,
  displayName: z.string(),
  classGroup: z.string().nullable(),
  /** Absent in what an older process has saved. */
  schoolName: z.string().nullable().default(null),
  firstJoinedAtMs: z.int(),
  isThere: z.boolean(),
});
export type SavedRollEntry = z.infer<typeof SavedRollEntry>;

export const SavedGroups = Groups.extend({
  /** Null: a teacher has put it outside of all groups. */
  members: z.record(SeatId, GroupNumber.nullable()),
  visits: z.record(SeatId, GroupNumber),
  /** Those on stage who were not heard when the groups began. */
  quietOnStage: z.array(SeatId),
  /** The recording pauses for the groups, not by a teacher's word. */
  hasPausedRecording: z.boolean(),
});
export type SavedGroups = z.infer<typeof SavedGroups>;

export const RoomState = z.object({
  version: z.literal(ROOM_STATE_VERSION),
  lesson: z.object({
    facts: LessonFacts,
    state: z.enum(['scheduled', 'live', 'ended', 'cancelled']),
    region: z.string().nullable(),
    allowsDownload: z.boolean(),
    recordsPupils: z.boolean(),
    /** Absent in what an older process has saved. */
    allowsWall: z.boolean().default(false),
    expected: z.array(
      z.object({
        ...{ personId: PersonId, rollKey: z.string(), displayName: z.string(), classGroup: z.string().nullable() },
        /** Absent in what an older process has saved. */
        schoolName: z.string().nullable().default(null),
      }),
    ),
  }),
  startedAtMs: z.int().nullable(),
  endedAtMs: z.int().nullable(),
  emptySinceMs: z.int().nullable(),
  nodeId: z.string().nullable(),
  /** Absent in what an older process has saved. */
  branchNodeIds: z.array(z.string()).default([]),
  seats: z.array(SavedSeat),
  keptOut: z.array(z.string()),
  admitted: z.array(z.string()),
  locked: z.boolean(),
  hands: z.array(Hand),
  stage: z.array(SeatId),
  invitations: z.array(SeatId),
  layout: z.object({ layout: Layout, pinnedSeatId: SeatId.nullable() }),
  safeMode: z.boolean(),
  holds: z.record(ProducerId, z.array(Hold)),
  /** Absent in what an older process has saved. */
  videoCodec: VideoCodec.default('h264'),
  roll: z.array(SavedRollEntry),
  recording: SavedRecording.nullable(),
  /** Absent in what an older process has saved. */
  groups: SavedGroups.nullable().default(null),
  groupChat: z.array(ChatMessage).default([]),
  /** Absent in what an older process has saved. */
  tools: SavedTools.nullable().default(null),
});
export type RoomState = z.infer<typeof RoomState>;

/** Where its media was, for `OpenMedia`. */
export const savedPlaceOf = (saved: RoomState | null) => ({
  wasOnNodeId: saved?.nodeId ?? null,
  wasOnBranches: saved?.branchNodeIds ?? [],
});
