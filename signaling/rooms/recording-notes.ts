import type { ShownPage } from '../protocol/pages.ts';
import type { RoomParts } from './room-parts.ts';
import { hasJoined, type Seat } from './seat.ts';

type Parts = Pick<RoomParts, 'presence' | 'stage' | 'layout' | 'media' | 'recording' | 'tracks' | 'tools'>;

export function noteJoined({ recording }: Pick<Parts, 'recording'>, seat: Seat): void {
  const { seatId, kind, displayName, schoolName } = seat;
  recording.note('joined', { seatId, seat: kind, displayName, ...(schoolName === null ? {} : { schoolName }) });
}

/** A page is a chapter; a picture on its own is called as its file is. */
export function notePage(recording: Pick<RoomParts['recording'], 'note'>, page: ShownPage | null): void {
  if (page === null) {
    recording.note('slideHidden', {});
    return;
  }
  const { coursewareId, fileName, pageCount } = page;
  const title = pageCount === 1 ? { title: fileName.replace(/\.\w{1,5}$/, '') } : {};
  recording.note('slide', { page: page.page, coursewareId, ...title });
}

/** What is so at the moment the recording begins. */
export function noteEverything(parts: Parts): void {
  for (const seat of parts.presence.inside().filter(hasJoined)) noteJoined(parts, seat);
  parts.recording.note('stage', { seatIds: parts.stage.list() });
  parts.recording.note('layout', { layout: parts.layout.state.layout });
  if (parts.tools.pages.shown !== null) notePage(parts.recording, parts.tools.pages.shown);
  for (const producer of parts.media.producers.list()) parts.tracks.added(producer);
}
