import type { SeatId, TrackId } from '../../signaling/protocol/ids.ts';
import { RecordingEvent } from '../contract.ts';

/** The lines of a chunk of events without what tells of a seat: what it did, said and sent is gone, what others did stays where it is. */
export function withoutSeat(text: string, seatId: SeatId, trackIds: ReadonlySet<TrackId>): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const event = parsed(line);
      // What nobody can read is nothing that anybody is shown, but it may hold a name.
      if (event === undefined) return [];
      const kept = withoutSeatIn(event, seatId, trackIds);
      return kept === undefined ? [] : [JSON.stringify(kept)];
    });
}

function withoutSeatIn(
  event: RecordingEvent,
  seatId: SeatId,
  trackIds: ReadonlySet<TrackId>,
): RecordingEvent | undefined {
  if (event.type === 'stage') {
    return { ...event, data: { seatIds: event.data.seatIds.filter((each) => each !== seatId) } };
  }
  if (event.type === 'activeSpeaker') {
    return event.data.seatId === seatId ? { ...event, data: { seatId: null } } : event;
  }
  if ('seatId' in event.data && event.data.seatId === seatId) return undefined;
  if ('trackId' in event.data && trackIds.has(event.data.trackId)) return undefined;
  return event;
}

function parsed(line: string): RecordingEvent | undefined {
  try {
    return RecordingEvent.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
