import type { ProducerInfo } from '../protocol/media.ts';
import type { RoomParts } from './room-parts.ts';
import { hasJoined, type Seat } from './seat.ts';

type Parts = Pick<RoomParts, 'presence' | 'stage' | 'layout' | 'media' | 'recording'>;

export function noteJoined({ recording }: Pick<Parts, 'recording'>, seat: Seat): void {
  const { seatId, kind, displayName, schoolName } = seat;
  recording.note('joined', { seatId, seat: kind, displayName, ...(schoolName === null ? {} : { schoolName }) });
}

export function noteProducer({ recording }: Pick<Parts, 'recording'>, producer: ProducerInfo): void {
  const { seatId, source, kind, paused } = producer;
  const trackId = recording.trackOf(seatId, source);
  if (trackId === null) return;
  recording.note('producerAdded', { seatId, trackId, source, kind });
  if (paused) recording.note('producerPaused', { trackId });
}

/** What is so at the moment the recording begins. */
export function noteEverything(parts: Parts): void {
  for (const seat of parts.presence.inside().filter(hasJoined)) noteJoined(parts, seat);
  parts.recording.note('stage', { seatIds: parts.stage.list() });
  parts.recording.note('layout', { layout: parts.layout.state.layout });
  for (const producer of parts.media.producers.list()) noteProducer(parts, producer);
}
