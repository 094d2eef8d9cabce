import { joinsGroups } from '../protocol/groups.ts';
import type { SeatId } from '../protocol/ids.ts';
import { isForEverybody, type ProducerInfo } from '../protocol/media.ts';
import type { RoomNotice, RoomNoticeName } from '../protocol/room.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import { maySee } from './class-wall.ts';
import type { GroupMove } from './groups.ts';
import type { Broadcast } from './ports.ts';
import type { RoomParts } from './room-parts.ts';
import type { SavedGroups } from './room-state.ts';
import { connectionOf, hasJoined, isInside, type Seat } from './seat.ts';
import { isVoiceOf } from './sending-rules.ts';
import { reviewSending, tellSelf } from './sending-review.ts';
import { tellMuted } from './teacher-orders.ts';

/** To everybody who may hear and see this seat, itself too. */
export function tellTogether<N extends RoomNoticeName>(
  parts: Pick<RoomParts, 'groups' | 'presence'>,
  broadcast: Broadcast,
  seatId: SeatId,
  name: N,
  data: RoomNotice<N>,
): void {
  if (parts.groups.shown === null) {
    broadcast.toInside(name, data);
    return;
  }
  for (const other of parts.presence.inside().filter(hasJoined))
    if (parts.groups.areTogether(seatId, other.seatId)) connectionOf(other)?.tell(name, data);
}

/** To everybody who may receive it; of the class wall that is the teachers, and whoever is on it (SPEC V3). */
export function tellOfProducer<N extends 'producerAdded' | 'producerPaused' | 'producerClosed'>(
  parts: Pick<RoomParts, 'groups' | 'presence'>,
  broadcast: Broadcast,
  producer: ProducerInfo,
  name: N,
  data: RoomNotice<N>,
): void {
  if (isForEverybody(producer)) {
    tellTogether(parts, broadcast, producer.seatId, name, data);
    return;
  }
  for (const other of parts.presence.inside().filter((seat) => hasJoined(seat) && maySee(seat, producer)))
    if (parts.groups.areTogether(producer.seatId, other.seatId)) connectionOf(other)?.tell(name, data);
}

/**
 * What follows for media when seats are elsewhere: what they may not send or receive any more is closed on the node before anything new
 * is opened, the recording loses them or gets them back, and every page learns whom it has with it now (SPEC N3).
 */
export function regroup(parts: RoomParts, moves: readonly GroupMove[], tellSnapshot: (seat: Seat) => void): void {
  const { media, presence, participants, recording, tools, tracks } = parts;
  const moved = new Map(moves.map((move) => [move.seatId, move]));
  const seats = moves.flatMap(({ seatId }) => presence.find(seatId) ?? []).filter(isInside);
  const sent = media.producers.list();
  for (const producer of sent) if (moved.get(producer.seatId)?.from === null) tracks.closed(producer);
  const isReviewed = ({ seatId, kind }: Seat): boolean =>
    moved.has(seatId) || !(joinsGroups(kind) || isTeacherSeat(kind));
  dropForbidden(parts);
  // Whoever spoke of a class spoke where it was.
  for (const { seatId } of moves) tools.sites.setSpeaker(seatId, null);
  for (const seat of presence.inside().filter(isReviewed)) reviewSending(parts, seat);
  tellWhoStayed(parts, moved, sent);
  for (const producer of media.producers.list()) if (moved.get(producer.seatId)?.to === null) tracks.added(producer);
  for (const seat of seats) {
    tellSelf(parts, seat);
    tellSnapshot(seat);
  }
  participants.touch();
  recording.goalChanged();
}

/** Closes what a seat receives from somebody who is elsewhere. */
export function dropForbidden({ media, presence }: Pick<RoomParts, 'media' | 'presence'>): void {
  for (const [seatId, consumerIds] of media.dropForbidden()) {
    const seat = presence.find(seatId);
    if (seat !== null) connectionOf(seat)?.tell('consumersClosed', { consumerIds });
  }
}

/** Whoever stays where it is sees others come and go. */
function tellWhoStayed(
  { groups, media, presence }: RoomParts,
  moved: ReadonlyMap<SeatId, GroupMove>,
  sent: readonly ProducerInfo[],
): void {
  const ofMoved = sent.flatMap((producer) => {
    const move = moved.get(producer.seatId);
    return move === undefined ? [] : [{ producer, move, now: media.producers.find(producer.producerId) }];
  });
  if (ofMoved.length === 0) return;
  for (const seat of presence.inside().filter((other) => hasJoined(other) && !moved.has(other.seatId))) {
    const place = groups.placeOf(seat.seatId);
    for (const { producer, move, now } of ofMoved.filter((one) => maySee(seat, one.producer))) {
      if (move.from === place) connectionOf(seat)?.tell('producerClosed', { producerId: producer.producerId });
      else if (now !== null && move.to === place) connectionOf(seat)?.tell('producerAdded', now);
    }
  }
}

/** What is to be as it was once everybody is back: the recording goes on, and who was not heard on stage is not. */
export function beforeGroups(
  parts: RoomParts,
  count: number,
): Pick<SavedGroups, 'quietOnStage' | 'hasPausedRecording'> {
  const { recording, stage } = parts;
  const quietOnStage = stage.list().filter((seatId) => openVoicesOf(parts, seatId).length === 0);
  recording.note('groupsOpened', { count });
  return { quietOnStage, hasPausedRecording: recording.pauseIfRunning() };
}

export function afterGroups(parts: RoomParts, before: Pick<SavedGroups, 'quietOnStage' | 'hasPausedRecording'>): void {
  const { groupChat, hands, media, presence, recording } = parts;
  groupChat.clear();
  // A hand was a call to the teacher who is here now.
  for (const { seatId } of hands.list()) {
    const seat = presence.find(seatId);
    if (seat !== null && !isTeacherSeat(seat.kind)) hands.lower(seatId);
  }
  for (const seatId of before.quietOnStage) {
    const sounding = openVoicesOf(parts, seatId);
    if (sounding.length === 0) continue;
    for (const { producerId } of sounding) media.producers.setHold(producerId, 'teacher', true);
    const seat = presence.find(seatId);
    if (seat !== null) tellMuted(parts, seat, 'teacher');
  }
  recording.note('groupsClosed', {});
  if (before.hasPausedRecording) recording.resumeIfPaused();
}

function openVoicesOf({ media, presence }: RoomParts, seatId: SeatId): ProducerInfo[] {
  const seat = presence.find(seatId);
  if (seat === null) return [];
  return media.producers.ofSeat(seatId).filter(({ source, paused }) => isVoiceOf(seat, source) && !paused);
}
