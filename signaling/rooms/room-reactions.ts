import { isTeacherSeat } from '../protocol/seats.ts';
import type { ProducerInfo } from '../protocol/media.ts';
import type { SeatId } from '../protocol/ids.ts';
import type { Broadcast } from './ports.ts';
import { noteProducer } from './recording-notes.ts';
import type { RoomParts, RoomReactions } from './room-parts.ts';
import { isTalking, permittedTo } from './room-snapshot.ts';
import { connectionOf, type Seat } from './seat.ts';

export interface RoomReactionsOptions {
  /** The parts exist only once their reactions do. */
  readonly parts: () => RoomParts;
  readonly broadcast: Broadcast;
  readonly onSeatExpired: (seat: Seat) => void;
  readonly onAnswersKnown: () => void;
  readonly onSaveNeeded: (atOnce?: boolean) => void;
}

/** What follows in the room from what a manager reports: who is told, what is shut, what is written down. */
export function createRoomReactions(options: RoomReactionsOptions): RoomReactions {
  const { broadcast, onSaveNeeded } = options;
  return {
    ...stageReactions(options),
    ...producerReactions(options),
    onSeatExpired: options.onSeatExpired,
    onAnswersKnown: options.onAnswersKnown,
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
    onRecordingState: (state, takes) => broadcast.toInside('recordingChanged', { state, takes }),
    onRecordingDisk: (level) => broadcast.toTeachers('recordingDiskChanged', { level }),
    onSaveNeeded,
  };
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
  const noteTrack = (type: 'producerPaused' | 'producerResumed' | 'producerClosed', producer: ProducerInfo): void => {
    const { recording } = getParts();
    const trackId = recording.trackOf(producer.seatId, producer.source);
    if (trackId !== null) recording.note(type, { trackId });
  };
  return {
    onProducerAdded: (producer) => {
      broadcast.toInside('producerAdded', producer);
      noteProducer(getParts(), producer);
      // Whoever shares a screen wants it seen; a page that is shown again comes back.
      if (producer.source === 'screen' || producer.source === 'visualiser') getParts().tools.pages.hide();
      getParts().recording.goalChanged();
      onSaveNeeded();
    },
    onProducerPaused: (producer) => {
      const { producerId, paused } = producer;
      broadcast.toInside('producerPaused', { producerId, paused });
      noteTrack(paused ? 'producerPaused' : 'producerResumed', producer);
      onSaveNeeded();
    },
    onProducerClosed: (producer) => {
      broadcast.toInside('producerClosed', { producerId: producer.producerId });
      noteTrack('producerClosed', producer);
      getParts().recording.goalChanged();
      onSaveNeeded();
    },
  } satisfies Partial<RoomReactions>;
}

/** Shuts, opens or closes what the seat sends, after stage, talking or safe mode changed. */
function reviewSending({ media, sending }: RoomParts, seat: Seat): void {
  for (const { producerId, source } of media.producers.ofSeat(seat.seatId)) {
    if (sending.isGranted(seat, source)) {
      const held = sending.holdsOf(seat, source);
      media.producers.setHold(producerId, 'safeMode', held.includes('safeMode'));
      media.producers.setHold(producerId, 'halfDuplex', held.includes('halfDuplex'));
    } else {
      media.producers.close(producerId);
    }
  }
}

function tellSelf(parts: RoomParts, seat: Seat): void {
  const connection = connectionOf(seat);
  if (connection === null || seat.state.phase !== 'inside') return;
  connection.tell('selfChanged', {
    onStage: parts.stage.has(seat.seatId),
    permitted: permittedTo(seat, parts),
    talking: isTalking(seat, parts),
  });
}
