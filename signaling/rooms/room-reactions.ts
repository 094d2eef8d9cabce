import { isTeacherSeat } from '../protocol/seats.ts';
import { isForEverybody, RecordedSource } from '../protocol/media.ts';
import type { SeatId } from '../protocol/ids.ts';
import type { Broadcast } from './ports.ts';
import type { RoomParts, RoomReactions } from './room-parts.ts';
import { afterGroups, beforeGroups, regroup, tellOfProducer } from './regrouping.ts';
import { connectionOf, type Seat } from './seat.ts';
import { reviewSending, tellSelf } from './sending-review.ts';

export interface RoomReactionsOptions {
  /** The parts exist only once their reactions do. */
  readonly parts: () => RoomParts;
  readonly broadcast: Broadcast;
  readonly onSeatExpired: (seat: Seat) => void;
  readonly tellSnapshot: (seat: Seat) => void;
  readonly onSaveNeeded: (atOnce?: boolean) => void;
}

/** What follows in the room from what a manager reports: who is told, what is shut, what is written down. */
export function createRoomReactions(options: RoomReactionsOptions): RoomReactions {
  const { broadcast, onSaveNeeded } = options;
  return {
    ...stageReactions(options),
    ...producerReactions(options),
    ...groupReactions(options),
    onSeatExpired: options.onSeatExpired,
    ...orderReactions(options),
    onAnswersKnown: () => {
      for (const seat of options.parts().presence.inside()) options.tellSnapshot(seat);
    },
    onSafeModeChanged: (active) => {
      const parts = options.parts();
      broadcast.toInside('safeModeChanged', { active });
      if (active) parts.halfDuplex.silenceAll();
      for (const seat of parts.presence.inside().filter((other) => !isTeacherSeat(other.kind))) {
        reviewSending(parts, seat);
        tellSelf(parts, seat);
      }
      onSaveNeeded();
    },
    onLayoutChanged: (state) => {
      broadcast.toInside('layoutChanged', { ...state });
      options.parts().recording.note('layout', { layout: state.layout });
      onSaveNeeded();
    },
    onWallChanged: (isOn) => {
      const parts = options.parts();
      broadcast.toInside('wallChanged', { isOn });
      for (const seat of parts.presence.inside().filter(({ kind }) => kind === 'pupil')) reviewSending(parts, seat);
      // Lost in a crash, it would show those whom the teacher does not look at any more.
      onSaveNeeded(true);
    },
    onRecordingState: (state, takes) => broadcast.toInside('recordingChanged', { state, takes }),
    onRecordingDisk: (level) => broadcast.toTeachers('recordingDiskChanged', { level }),
    onSaveNeeded,
  };
}

function orderReactions({ parts: getParts, tellSnapshot }: RoomReactionsOptions) {
  return {
    onRulesChanged: (seatId) => {
      const parts = getParts();
      const ofClass = parts.presence.inside().filter((seat) => !isTeacherSeat(seat.kind));
      for (const seat of ofClass.filter((one) => seatId === null || one.seatId === seatId)) reviewSending(parts, seat);
      // A teacher may write or not by the rules too.
      if (seatId === null) for (const seat of parts.presence.inside()) tellSelf(parts, seat);
    },
    onKindsChanged: (seats) => {
      const parts = getParts();
      for (const seat of seats) {
        connectionOf(seat)?.enterRoom({ teachers: isTeacherSeat(seat.kind) });
        beginTracks(parts, seat);
      }
      parts.recording.goalChanged();
      parts.participants.touch();
      for (const seat of seats) tellSnapshot(seat);
    },
  } satisfies Partial<RoomReactions>;
}

/** What a seat sends once it is of another kind is a track of its own, so that the recording's views follow who lectures (SPEC R5, O7). */
function beginTracks({ media, recording, tracks }: RoomParts, { seatId }: Seat): void {
  const sent = media.producers.ofSeat(seatId);
  for (const producer of sent) tracks.begunAnew(producer);
  const isSent = (source: RecordedSource): boolean => sent.some((producer) => producer.source === source);
  for (const source of RecordedSource.options) if (!isSent(source)) recording.trackOf(seatId, source, true);
}

function stageReactions({ parts: getParts, onSaveNeeded }: RoomReactionsOptions) {
  const stageChanged = (seatId: SeatId): void => {
    const parts = getParts();
    const seat = parts.presence.find(seatId);
    if (seat !== null) {
      reviewSending(parts, seat);
      tellSelf(parts, seat);
    }
    parts.participants.touch();
    parts.recording.note('stage', { seatIds: parts.stage.list() });
    onSaveNeeded();
  };
  return {
    onStageEntered: (seatId) => {
      getParts().hands.lower(seatId);
      stageChanged(seatId);
    },
    onStageLeft: (seatId) => {
      getParts().tools.sites.setSpeaker(seatId, null);
      getParts().tools.rules.shut(seatId);
      stageChanged(seatId);
    },
    onStageInvitation: (seatId, pending) => {
      const seat = getParts().presence.find(seatId);
      if (seat !== null) connectionOf(seat)?.tell('stageInvitation', { pending });
      onSaveNeeded();
    },
    onTalkingChanged: (seatId) => {
      const parts = getParts();
      const seat = parts.presence.find(seatId);
      if (seat === null) return;
      reviewSending(parts, seat);
      tellSelf(parts, seat);
    },
  } satisfies Partial<RoomReactions>;
}

function producerReactions({ parts: getParts, broadcast, onSaveNeeded }: RoomReactionsOptions) {
  return {
    onProducerAdded: (producer, isAdopted) => {
      const { groups, recording, tools, tracks } = getParts();
      tellOfProducer(getParts(), broadcast, producer, 'producerAdded', producer);
      if (!isForEverybody(producer)) {
        onSaveNeeded();
        return;
      }
      tracks.added(producer);
      // Whoever shares a screen wants it seen; a page that is shown again comes back.
      const isBoard = producer.source === 'screen' || producer.source === 'visualiser';
      if (isBoard && !isAdopted && groups.placeOf(producer.seatId) === null) tools.pages.hide();
      recording.goalChanged();
      onSaveNeeded();
    },
    onProducerPaused: (producer) => {
      const { producerId, paused } = producer;
      tellOfProducer(getParts(), broadcast, producer, 'producerPaused', { producerId, paused });
      getParts().tracks.pausedOrResumed(producer);
      onSaveNeeded();
    },
    onProducerClosed: (producer) => {
      const { producerId } = producer;
      tellOfProducer(getParts(), broadcast, producer, 'producerClosed', { producerId });
      getParts().tracks.closed(producer);
      if (isForEverybody(producer)) getParts().recording.goalChanged();
      onSaveNeeded();
    },
  } satisfies Partial<RoomReactions>;
}

function groupReactions({ parts, broadcast, tellSnapshot, onSaveNeeded }: RoomReactionsOptions) {
  return {
    onGroupsOpening: (count) => beforeGroups(parts(), count),
    onGroupMoves: (moves) => regroup(parts(), moves, tellSnapshot),
    onGroupsClosed: (before) => afterGroups(parts(), before),
    onGroupsChanged: (groups) => {
      broadcast.toInside('groupsChanged', { groups });
      parts().participants.touch();
      onSaveNeeded(true);
    },
    onGroupMessage: (message, group) => {
      const { groups, presence } = parts();
      for (const seat of presence.inside().filter((other) => groups.placeOf(other.seatId) === group))
        connectionOf(seat)?.tell('chat', { message });
      onSaveNeeded(true);
    },
  } satisfies Partial<RoomReactions>;
}
