import { randomInt } from 'node:crypto';
import { isTeacherSeat } from '../protocol/seats.ts';
import type { Log } from '../runtime/log.ts';
import type { Fence, SeatId } from '../protocol/ids.ts';
import { isForEverybody, type ProducerInfo } from '../protocol/media.ts';
import type { LessonFacts, RecordedTakes, RecordingDisk, RecordingState } from '../protocol/room.ts';
import { ChatLog } from './chat-log.ts';
import { GroupChat, type GroupChatOptions } from './group-chat.ts';
import { Groups, type GroupsOptions } from './groups.ts';
import { createRoomTools, type RoomTools } from './class-tools.ts';
import { HalfDuplex } from './half-duplex.ts';
import { Hands } from './hands.ts';
import { RoomLayout, type LayoutState } from './layout.ts';
import { Lobby } from './lobby.ts';
import { MediaMembers } from './media-members.ts';
import { Participants } from './participants.ts';
import type { Broadcast, Clock, MediaNode, RecordingControl, RoomLesson, RoomStore } from './ports.ts';
import { Presence } from './presence.ts';
import { RecordedTracks } from './recorded-tracks.ts';
import { RoomRecording } from './recording-control.ts';
import { Roll } from './roll.ts';
import { SafeMode } from './safe-mode.ts';
import type { Seat } from './seat.ts';
import { isVoiceOf, SendingRules } from './sending-rules.ts';
import { Stage } from './stage.ts';
import { tellMuted } from './teacher-orders.ts';

/** What happens before its clock is known waits so long for a media node. */
const MEDIA_CLOCK_TIMEOUT_MS = 10_000;

/** The managers of one room. None of them knows the room or another's insides; what they need is given to them. */
export interface RoomParts {
  readonly presence: Presence;
  readonly lobby: Lobby;
  readonly hands: Hands;
  readonly stage: Stage;
  readonly halfDuplex: HalfDuplex;
  readonly safeMode: SafeMode;
  readonly sending: SendingRules;
  readonly layout: RoomLayout;
  readonly chat: ChatLog;
  readonly roll: Roll;
  readonly participants: Participants;
  readonly media: MediaMembers;
  readonly recording: RoomRecording;
  readonly tracks: RecordedTracks;
  readonly groups: Groups;
  readonly groupChat: GroupChat;
  readonly tools: RoomTools;
}

export interface RoomPartsOptions {
  readonly lesson: RoomLesson;
  readonly fence: Fence;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: RoomStore;
  readonly recordingControl: RecordingControl;
  readonly broadcast: Broadcast;
  readonly node: () => MediaNode;
  readonly sfuUrl: () => string | null;
}

/** What the room does when a manager reports a fact. */
export interface RoomReactions {
  onSeatExpired(seat: Seat): void;
  onStageEntered(seatId: SeatId): void;
  onStageLeft(seatId: SeatId): void;
  onStageInvitation(seatId: SeatId, pending: boolean): void;
  onTalkingChanged(seatId: SeatId): void;
  onSafeModeChanged(active: boolean): void;
  onLayoutChanged(state: LayoutState): void;
  onWallChanged(isOn: boolean): void;
  onProducerAdded(producer: ProducerInfo, isAdopted: boolean): void;
  onProducerPaused(producer: ProducerInfo): void;
  onProducerClosed(producer: ProducerInfo): void;
  onRecordingState(state: RecordingState, takes: RecordedTakes | null): void;
  onRecordingDisk(level: RecordingDisk): void;
  onAnswersKnown(): void;
  readonly onGroupsOpening: GroupsOptions['onOpening'];
  readonly onGroupMoves: GroupsOptions['onMoved'];
  readonly onGroupsClosed: GroupsOptions['onClosed'];
  readonly onGroupsChanged: GroupsOptions['onChanged'];
  readonly onGroupMessage: GroupChatOptions['onMessage'];
  /** Of everybody, or of one seat's microphone alone. */
  onRulesChanged(seatId: SeatId | null): void;
  onKindsChanged(seats: readonly Seat[]): void;
  /** `atOnce`: losing it would undo somebody's word. */
  onSaveNeeded(atOnce?: boolean): void;
}

export function createRoomParts(options: RoomPartsOptions, reactions: RoomReactions): RoomParts {
  const { clock, broadcast, lesson } = options;
  const facts = (): LessonFacts => lesson.facts;
  const presence = new Presence({ clock, onExpired: (seat) => reactions.onSeatExpired(seat) });
  const lobby = new Lobby({ isTeacherHere: () => presence.connectedTeachers() > 0 });
  const stage: Stage = new Stage({
    onEntered: (seatId) => reactions.onStageEntered(seatId),
    onLeft: (seatId) => reactions.onStageLeft(seatId),
    onInvitation: (seatId, pending) => reactions.onStageInvitation(seatId, pending),
  });
  const hands: Hands = new Hands(
    (raised) => {
      broadcast.toInside('handsChanged', { hands: raised });
      reactions.onSaveNeeded();
    },
    (seatId) => tools.activity.handRaised(seatId),
  );
  const groups = createGroups(options, reactions, presence);
  const halfDuplex = new HalfDuplex({
    lessonKind: () => facts().kind,
    isOnStage: (seatId) => stage.has(seatId) || groups.memberOf(seatId) !== null,
    onChanged: (seatId) => reactions.onTalkingChanged(seatId),
  });
  const safeMode = new SafeMode({ clock, onChanged: (active) => reactions.onSafeModeChanged(active) });
  const media = createMedia(options, reactions, presence, groups);
  const recording = createRecording(options, reactions, { presence, media, groups });
  const chat = createChat(options, recording);
  const groupChat = new GroupChat({ clock, onMessage: reactions.onGroupMessage });
  const tools: RoomTools = createTools(options, reactions, {
    presence,
    media,
    recording,
    groups,
    halfDuplex,
    chat,
    groupChat,
  });
  return {
    ...{ presence, lobby, stage, hands, halfDuplex, safeMode, media, recording, groups, tools, chat, groupChat },
    tracks: new RecordedTracks(recording, (seatId) => groups.placeOf(seatId) === null),
    sending: new SendingRules({
      ...{ stage, groups, halfDuplex, safeMode, rules: tools.rules, wall: tools.wall },
      isMutedForEcho: (seatId) => tools.sound.isMuted(seatId),
    }),
    layout: new RoomLayout((state) => reactions.onLayoutChanged(state)),
    roll: new Roll({ startsAtMs: () => facts().startsAtMs, expected: () => lesson.expected }),
    participants: new Participants({
      clock,
      inside: () => presence.inside(),
      isOnStage: (seatId) => stage.has(seatId),
      groupOf: (seatId) => groups.placeOf(seatId),
      hasHand: (seatId) => hands.has(seatId),
      tell: (delta) => broadcast.toInside('participantsChanged', delta),
    }),
  };
}

function createTools(
  options: RoomPartsOptions,
  reactions: RoomReactions,
  parts: Pick<RoomParts, 'presence' | 'media' | 'recording' | 'groups' | 'halfDuplex' | 'chat' | 'groupChat'>,
): RoomTools {
  const { lesson, clock, log, store, broadcast } = options;
  const { presence, recording, chat, groupChat } = parts;
  const tools: RoomTools = createRoomTools({
    ...{ lesson, clock, log, store, broadcast, presence, recording },
    message: async (messageId, sentAtMs) => groupChat.find(messageId) ?? (await chat.find(messageId, sentAtMs)),
    openMicrophones: () => openMicrophones(parts),
    setEchoHeld: (seat, held) => holdForEcho({ ...parts, tools }, seat, held),
    onAnswersKnown: () => reactions.onAnswersKnown(),
    onRulesChanged: (seatId) => reactions.onRulesChanged(seatId),
    onKindsChanged: (seats) => reactions.onKindsChanged(seats),
    onWallChanged: (isOn) => reactions.onWallChanged(isOn),
    onSaveNeeded: () => reactions.onSaveNeeded(true),
    onSaveSoon: () => reactions.onSaveNeeded(),
  });
  return tools;
}

function createGroups({ clock, lesson }: RoomPartsOptions, reactions: RoomReactions, presence: Presence): Groups {
  return new Groups({
    clock,
    lesson: () => lesson.facts,
    inside: () => presence.inside(),
    random: (count) => (count === 0 ? 0 : randomInt(count)),
    onOpening: reactions.onGroupsOpening,
    onMoved: reactions.onGroupMoves,
    onClosed: reactions.onGroupsClosed,
    onChanged: reactions.onGroupsChanged,
  });
}

function createChat({ lesson, clock, store, broadcast }: RoomPartsOptions, recording: RoomRecording): ChatLog {
  return new ChatLog({
    lessonId: lesson.facts.lessonId,
    clock,
    store,
    onMessage: (message) => {
      broadcast.toInside('chat', { message });
      const { seatId, displayName, text } = message;
      recording.note('chat', { seatId, displayName, text });
    },
  });
}

/** Those that the class hears: in a group everybody opens the own one. */
const openMicrophones = ({ media, groups }: Pick<RoomParts, 'media' | 'groups'>): SeatId[] =>
  media.producers.list().flatMap(({ source, paused, seatId }) => {
    const isHeard = source === 'microphone' && !paused && groups.memberOf(seatId) === null;
    return isHeard ? [seatId] : [];
  });

function holdForEcho(
  parts: Pick<RoomParts, 'media' | 'halfDuplex' | 'groups' | 'tools'>,
  seat: Seat,
  held: boolean,
): void {
  for (const { producerId, source } of parts.media.producers.ofSeat(seat.seatId)) {
    if (isVoiceOf(seat, source)) parts.media.producers.setHold(producerId, 'echo', held);
  }
  if (!held) return;
  parts.halfDuplex.setTalking(seat.seatId, false);
  // What holds outside of groups is as it was when they are over.
  if (parts.groups.memberOf(seat.seatId) === null) parts.tools.rules.shut(seat.seatId);
  tellMuted(parts, seat, 'echo');
}

function createMedia(
  options: RoomPartsOptions,
  reactions: RoomReactions,
  presence: Presence,
  groups: Groups,
): MediaMembers {
  return new MediaMembers({
    node: options.node,
    log: options.log,
    seatKindOf: (seatId) => presence.find(seatId)?.kind ?? null,
    isWithin: (receiver, sender) => presence.find(receiver)?.phoneOf === null && groups.areTogether(receiver, sender),
    regionOf: (seatId) => presence.find(seatId)?.region ?? null,
    onVideoCodec: (codec) => options.broadcast.toInside('videoCodecChanged', { codec }),
    onAdded: (producer, isAdopted) => reactions.onProducerAdded(producer, isAdopted),
    onPaused: (producer) => reactions.onProducerPaused(producer),
    onClosed: (producer) => reactions.onProducerClosed(producer),
  });
}

function createRecording(
  options: RoomPartsOptions,
  reactions: RoomReactions,
  { presence, media, groups }: Pick<RoomParts, 'presence' | 'media' | 'groups'>,
): RoomRecording {
  return new RoomRecording({
    lesson: () => options.lesson.facts,
    allowsDownload: options.lesson.allowsDownload,
    fence: options.fence,
    clock: options.clock,
    log: options.log,
    control: options.recordingControl,
    store: options.store,
    senders: () =>
      media.producers
        .list()
        .filter(isForEverybody)
        .flatMap((producer) => {
          const seat = presence.find(producer.seatId);
          const isRecorded = seat !== null && (options.lesson.recordsPupils || isTeacherSeat(seat.kind));
          // What is said in a group is not recorded, the visiting teacher's part of it neither.
          return isRecorded && groups.placeOf(seat.seatId) === null ? [{ producer, seat }] : [];
        }),
    sfuUrl: options.sfuUrl,
    clockOffsetUs: () => options.node().clockOffsetUs(),
    untilPlaced: () => options.node().opened(MEDIA_CLOCK_TIMEOUT_MS),
    onStateChanged: (state, takes) => reactions.onRecordingState(state, takes),
    onDiskChanged: (level) => reactions.onRecordingDisk(level),
    onSaveNeeded: () => reactions.onSaveNeeded(),
  });
}
