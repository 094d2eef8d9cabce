import type { ComposedFilm, Recording } from '../../storage/ports.ts';
import { leavesSomethingOut } from '../protocol/edition.ts';
import { WHOLE_TIMELINE } from '../protocol/rest/recordings.ts';

/** What of a recording somebody may be given the addresses of. */
export interface ShownEdition {
  /** Object key of a `PlayIndex`. */
  readonly viewsIndexKey: string | null;
  readonly film: ComposedFilm | null;
  /** The time line of the views; `film` names its own edition. */
  readonly viewsVersion: number;
  readonly durationMs: number | null;
  /** There is something to watch, but not yet in the form in which it may be shown. */
  readonly isPreparing: boolean;
}

/** Of each way to watch. */
export function timelinesOf({ film, viewsVersion }: ShownEdition): { readonly film: number; readonly views: number } {
  return { film: film?.editionVersion ?? viewsVersion, views: viewsVersion };
}

/**
 * What everybody who may watch the recording gets. Nothing that the edition leaves out is in it: of an edition that leaves something out its own views, once they are made, and a
 * film that leaves out at least as much. A film of an older edition goes on being shown while the next is made, without views, whose time line would be another.
 */
export function shownToViewers(recording: Recording): ShownEdition {
  const { edition, isErasing, version } = recording.edition;
  const viewsVersion = edition.leftOut.length === 0 ? WHOLE_TIMELINE : version;
  const none = { viewsIndexKey: null, viewsVersion };
  if (isErasing) return { ...none, film: null, durationMs: recording.durationMs, isPreparing: true };
  const older = filmOfBefore(recording);
  if (older !== null) return { ...none, film: older, durationMs: older.durationMs, isPreparing: false };
  const film = allowedFilm(recording, 'sameFrom');
  const views = viewsOf(recording);
  const isPreparing = film === null && views === null && leavesSomethingOut(edition);
  const viewsIndexKey = views === null ? null : views.indexKey;
  return { viewsIndexKey, viewsVersion, film, durationMs: (film ?? views ?? recording).durationMs, isPreparing };
}

/** A film that may be shown although another edition counts, as long as nothing newer can be. */
function filmOfBefore(recording: Recording): ComposedFilm | null {
  const isNeeded = recording.progress !== null || viewsOf(recording) === null;
  return isNeeded && allowedFilm(recording, 'sameFrom') === null ? allowedFilm(recording, 'shownFrom') : null;
}

function allowedFilm({ film, edition }: Recording, from: 'sameFrom' | 'shownFrom'): ComposedFilm | null {
  return film !== null && film.editionVersion >= edition[from] ? film : null;
}

/** The recording with no more of it than somebody may be given the addresses of. Of a copy nobody sees more than viewers: the origin's school decides. */
export function asSeen(recording: Recording, isManager: boolean): Recording & ShownEdition {
  const seesAll = isManager && recording.mediaId === recording.recordingId;
  return { ...recording, ...(seesAll ? shownToManagers(recording) : shownToViewers(recording)) };
}

/** Whoever looks after a recording sees what viewers see, and as long as that is nothing, all there is. */
export function shownToManagers(recording: Recording): ShownEdition {
  const shown = shownToViewers(recording);
  if (!shown.isPreparing || recording.edition.isErasing) return shown;
  const { viewsIndexKey, film, durationMs } = recording;
  return { viewsIndexKey, viewsVersion: WHOLE_TIMELINE, film, durationMs, isPreparing: true };
}

function viewsOf(recording: Recording): { readonly indexKey: string; readonly durationMs: number | null } | null {
  const { edition, sameFrom, views } = recording.edition;
  if (leavesSomethingOut(edition)) return views !== null && views.version >= sameFrom ? views : null;
  if (recording.viewsIndexKey === null) return null;
  return { indexKey: recording.viewsIndexKey, durationMs: recording.durationMs };
}

/** Whether the views of the edition that counts have to be made first. */
export function lacksViews(recording: Recording): boolean {
  const { edition, isErasing } = recording.edition;
  const isPlayable = recording.viewsIndexKey !== null && recording.phase !== 'recording';
  return isPlayable && !isErasing && leavesSomethingOut(edition) && viewsOf(recording) === null;
}
