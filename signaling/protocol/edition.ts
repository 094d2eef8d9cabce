import * as z from 'zod';
import { TrackId } from './ids.ts';
import { SeatKind } from './seats.ts';
import type { RecordedSource } from './media.ts';

/** No recording is longer. */
const LONGEST_US = 10 * 86_400_000_000;
const SessionUs = z.int().min(0).max(LONGEST_US);

/**
 * What of a recording is published. The recording itself stays as it was captured: an edition only says what is left out, and everything that viewers
 * get is made from both. Read by the browser and by the recorder. Times are integer microseconds of session time.
 */
export const EditionRange = z
  .object({ fromUs: SessionUs, toUs: SessionUs })
  .refine(({ fromUs, toUs }) => fromUs < toUs, { error: 'a range ends after it begins' });
export type EditionRange = z.infer<typeof EditionRange>;

export const EditionChapter = z.object({ atUs: SessionUs, title: z.string().trim().min(1).max(80) });
export type EditionChapter = z.infer<typeof EditionChapter>;

/** `lecturerAndBoard`: picture and sound of everybody else are left out, also of a room camera that films all at once. */
export const EditionPeople = z.enum(['everyone', 'lecturerAndBoard']);
export type EditionPeople = z.infer<typeof EditionPeople>;

export const Edition = z.object({
  leftOut: z.array(EditionRange).max(500),
  leftOutTracks: z.array(TrackId).max(500),
  people: EditionPeople,
  /** Null: chapters follow from what happened. */
  chapters: z.array(EditionChapter).max(200).nullable(),
});
export type Edition = z.infer<typeof Edition>;

/** An edition with its number. 0 is what the school's setting gave when the recording began; each save is one more. */
export const NumberedEdition = z.object({ version: z.int().min(0), edition: Edition });
export type NumberedEdition = z.infer<typeof NumberedEdition>;

export const WHOLE_EDITION: Edition = { leftOut: [], leftOutTracks: [], people: 'everyone', chapters: null };

/** What decides whether a track is part of an edition. */
interface EditedTrack {
  readonly trackId: TrackId;
  readonly seat: string;
  readonly source: RecordedSource;
}

const BOARD_SOURCES: ReadonlySet<RecordedSource> = new Set<RecordedSource>(['screen', 'screenAudio', 'visualiser']);

/** The lecturer with all they send, and what another teacher put on the board; boards of pupils and sites are theirs, not the lecturer's. */
function isLecturerOrBoard({ seat, source }: EditedTrack): boolean {
  return seat === SeatKind.enum.lecturer || (seat === SeatKind.enum.coTeacher && BOARD_SOURCES.has(source));
}

export function keepsTrack(edition: Edition, track: EditedTrack): boolean {
  if (edition.leftOutTracks.includes(track.trackId)) return false;
  return edition.people === 'everyone' || isLecturerOrBoard(track);
}

/** Whether viewers may not get all that was captured. */
export function leavesSomethingOut({ leftOut, leftOutTracks, people }: Edition): boolean {
  return leftOut.length > 0 || leftOutTracks.length > 0 || people !== 'everyone';
}

/** In order, without overlap or touching: the same parts of the session in one way only. */
export function mergeRanges(ranges: readonly EditionRange[]): EditionRange[] {
  const merged: EditionRange[] = [];
  for (const range of ranges.toSorted((one, other) => one.fromUs - other.fromUs)) {
    const last = merged.at(-1);
    if (last === undefined || range.fromUs > last.toUs) merged.push({ ...range });
    else merged[merged.length - 1] = { fromUs: last.fromUs, toUs: Math.max(last.toUs, range.toUs) };
  }
  return merged;
}

/** The one way to write an edition down. */
export function normalEdition(edition: Edition): Edition {
  return {
    leftOut: mergeRanges(edition.leftOut),
    leftOutTracks: [...new Set(edition.leftOutTracks)].sort(),
    people: edition.people,
    chapters: edition.chapters?.toSorted((one, other) => one.atUs - other.atUs) ?? null,
  };
}

/** Nothing that `edition` leaves out is in what was made of `other`. When it cannot be told from the two alone, false. */
export function isLeftOutOf(other: Edition, edition: Edition): boolean {
  const ranges = mergeRanges(other.leftOut);
  return (
    edition.leftOut.every(({ fromUs, toUs }) => ranges.some((range) => range.fromUs <= fromUs && toUs <= range.toUs)) &&
    edition.leftOutTracks.every((trackId) => other.leftOutTracks.includes(trackId)) &&
    (edition.people === 'everyone' || other.people === edition.people)
  );
}

/** Both leave out the same, so that both have the same picture, sound and time line. */
export function leavesOutTheSame(one: Edition, other: Edition): boolean {
  return isLeftOutOf(one, other) && isLeftOutOf(other, one);
}

/** Between two peaks of `EditorFacts`. */
export const PEAK_STEP_MS = 100;

/** `play/{recording}/editor.json`: what the editor draws of the whole recording, in session time. */
export const EditorFacts = z.object({
  /** How loud the mix is at most in each step, 0–100. */
  peaks: z.array(z.int().min(0).max(100)),
  /** Chapters as they follow from what happened. */
  chapters: z.array(z.object({ atUs: z.int(), title: z.string() })),
  /** When something of a track is there, to within a few seconds. */
  tracks: z.array(z.object({ trackId: TrackId, spans: z.array(EditionRange) })),
});
export type EditorFacts = z.infer<typeof EditorFacts>;
