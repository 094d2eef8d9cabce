import type { ProducerId, SeatId } from '../../../signaling/protocol/ids.ts';
import type { ProducerInfo } from '../../../signaling/protocol/media.ts';
import type { ClassTools } from '../../../signaling/protocol/class-tools.ts';
import type { Groups } from '../../../signaling/protocol/groups.ts';
import type {
  ChatMessage,
  Hand,
  InsideSnapshot,
  Layout,
  LessonFacts,
  Participant,
  RecordedTakes,
  RecordingDisk,
  RecordingState,
  RoomNotice,
  RoomNoticeName,
  RoomSnapshot,
  Waiting,
  WaitingSnapshot,
} from '../../../signaling/protocol/room.ts';
import type { Permission } from '../../../signaling/protocol/seats.ts';
import { toolReducers } from './class-tools-state.ts';

export interface InsideState {
  readonly phase: 'inside';
  readonly lesson: LessonFacts;
  readonly startedAtMs: number;
  /** To add to this computer's clock to get the server's. */
  readonly clockOffsetMs: number;
  readonly self: InsideSnapshot['self'];
  /** In the order in which they were first seen: tiles keep their places. */
  readonly participants: readonly Participant[];
  readonly audienceCount: number;
  readonly producers: readonly ProducerInfo[];
  /** First raised first. */
  readonly hands: readonly Hand[];
  readonly chat: readonly ChatMessage[];
  readonly waiting: readonly Waiting[];
  readonly locked: boolean;
  readonly layout: Layout;
  readonly pinnedSeatId: SeatId | null;
  readonly activeSpeaker: SeatId | null;
  readonly safeMode: boolean;
  readonly recording: RecordingState;
  /** Of a micro-lesson. */
  readonly takes: RecordedTakes | null;
  readonly recordingDisk: RecordingDisk;
  /** What is run with the class. */
  readonly tools: ClassTools;
  readonly groups: Groups | null;
  /** What a teacher has told all groups last. */
  readonly told: RoomNotice<'groupsTold'> | null;
}

export type RoomView = { readonly phase: 'joining' } | WaitingSnapshot | InsideState;

const byRaisedAt = (a: Hand, b: Hand): number => a.raisedAtMs - b.raisedAtMs;

export const isMicro = ({ lesson }: InsideState): boolean => lesson.origin === 'micro';

export const may = (state: InsideState, permission: Permission): boolean => state.self.permitted.includes(permission);

/** Known ones keep their place and are replaced, new ones come last. */
function mergeParticipants(known: readonly Participant[], changed: readonly Participant[]): Participant[] {
  const news = new Map(changed.map((participant) => [participant.seatId, participant]));
  const merged = known.map((participant) => {
    const update = news.get(participant.seatId);
    news.delete(participant.seatId);
    return update ?? participant;
  });
  return [...merged, ...news.values()];
}

export function mergeChat(known: readonly ChatMessage[], more: readonly ChatMessage[]): readonly ChatMessage[] {
  const ids = new Set(known.map((message) => message.messageId));
  const added = more.filter((message) => !ids.has(message.messageId));
  if (added.length === 0) return known;
  return [...known, ...added].sort((a, b) => a.sentAtMs - b.sentAtMs);
}

/** Of what was said in groups only that of the own one stays. */
const chatIn = (chat: readonly ChatMessage[], group: number | null): readonly ChatMessage[] =>
  chat.some((message) => message.group !== undefined && message.group !== group)
    ? chat.filter((message) => message.group === undefined || message.group === group)
    : chat;

export function fromSnapshot(snapshot: RoomSnapshot, before: RoomView, nowMs: number): RoomView {
  if (snapshot.phase === 'waiting') return snapshot;
  const { serverNowMs, consumers: _consumers, needsTransports: _needs, ...rest } = snapshot;
  const wasInside = before.phase === 'inside' && before.lesson.roomId === snapshot.lesson.roomId;
  const present = new Set(snapshot.participants.map((participant) => participant.seatId));
  const kept = wasInside ? before.participants.filter((participant) => present.has(participant.seatId)) : [];
  return {
    ...rest,
    clockOffsetMs: serverNowMs - nowMs,
    participants: mergeParticipants(kept, snapshot.participants),
    hands: snapshot.hands.toSorted(byRaisedAt),
    // Older messages that were already paged in stay.
    chat: wasInside ? mergeChat(chatIn(before.chat, snapshot.self.group), snapshot.chat) : snapshot.chat,
    told: wasInside ? before.told : null,
  };
}

type Reducer<N extends RoomNoticeName> = (state: InsideState, data: RoomNotice<N>) => InsideState;

const reducers: { readonly [N in RoomNoticeName]?: Reducer<N> } = {
  participantsChanged: (state, { changed, left, audienceCount }) => {
    const gone = new Set(left);
    const participants = mergeParticipants(state.participants, changed).filter(({ seatId }) => !gone.has(seatId));
    return { ...state, participants, audienceCount };
  },
  handsChanged: (state, { hands }) => ({ ...state, hands: hands.toSorted(byRaisedAt) }),
  stageInvitation: (state, { pending }) => ({ ...state, self: { ...state.self, stageInvitation: pending } }),
  selfChanged: (state, change) => ({
    ...state,
    self: { ...state.self, ...change },
    chat: chatIn(state.chat, change.group),
  }),
  groupsChanged: (state, { groups }) => ({ ...state, groups, told: groups === null ? null : state.told }),
  groupsTold: (state, told) => ({ ...state, told }),
  waitingChanged: (state, { waiting }) => ({ ...state, waiting }),
  lockChanged: (state, { locked }) => ({ ...state, locked }),
  layoutChanged: (state, change) => ({ ...state, ...change }),
  safeModeChanged: (state, { active }) => ({ ...state, safeMode: active }),
  recordingChanged: (state, { state: recording, takes }) => ({ ...state, recording, takes }),
  recordingDiskChanged: (state, { level }) => ({ ...state, recordingDisk: level }),
  chat: (state, { message }) => ({ ...state, chat: mergeChat(state.chat, [message]) }),
  activeSpeaker: (state, { seatId }) => ({ ...state, activeSpeaker: seatId }),
  producerAdded: (state, producer) => ({
    ...state,
    producers: [...withoutProducer(state.producers, producer.producerId), producer],
  }),
  producerPaused: (state, { producerId, paused }) => ({
    ...state,
    producers: state.producers.map((producer) =>
      producer.producerId === producerId ? { ...producer, paused } : producer,
    ),
  }),
  producerClosed: (state, { producerId }) => ({ ...state, producers: withoutProducer(state.producers, producerId) }),
  mediaReset: (state) => ({ ...state, producers: [] }),
};

function withoutProducer(producers: readonly ProducerInfo[], producerId: ProducerId): readonly ProducerInfo[] {
  return producers.filter((producer) => producer.producerId !== producerId);
}

/** The room after a notice. Notices about the inside say nothing to somebody who waits. */
export function reduceNotice<N extends RoomNoticeName>(view: RoomView, name: N, data: RoomNotice<N>): RoomView {
  if (view.phase !== 'inside') return view;
  if (Object.hasOwn(toolReducers, name)) return { ...view, tools: reduceTools(view.tools, name, data) };
  const reducer: Reducer<N> | undefined = reducers[name];
  return reducer === undefined ? view : reducer(view, data);
}

function reduceTools<N extends RoomNoticeName>(tools: ClassTools, name: N, data: RoomNotice<N>): ClassTools {
  // Each reducer takes its own notice's data; a lookup by a union of names loses the tie.
  const reduce = toolReducers[name as keyof typeof toolReducers] as (tools: ClassTools, data: unknown) => ClassTools;
  return reduce(tools, data);
}
