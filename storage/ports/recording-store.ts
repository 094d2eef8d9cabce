import type { LessonId, PersonId, RecordingId, SchoolId } from '../../signaling/protocol/ids.ts';
import type {
  RecordingFailure,
  RecordingPhase,
  RecordingVisibility,
} from '../../signaling/protocol/rest/recordings.ts';
import type { LessonKind, LessonOrigin } from '../../signaling/protocol/seats.ts';
import type { Audience, Page, PageRequest } from './audience.ts';
import type { RecordingEdition } from './edition-store.ts';
import type { TextHit } from './recording-text-store.ts';

/**
 * Recordings as people know them; what was captured is in the manifests of the object store. Each `mark…` is one
 * conditional update, the atomic publish: what a viewer can open is wholly there. All are idempotent, and a step that
 * comes late never takes a recording back. Errors as in `DirectoryStore`; `conflict` for a step the phase forbids.
 */
export interface RecordingStore {
  /** Phase `recording`. Idempotent by `recordingId`. */
  create(recording: NewRecording): Promise<Recording>;
  recording(recordingId: RecordingId): Promise<Recording | undefined>;
  /**
   * The recording that has these media, as long as others than its managers may be watching them: while it is published, or a copy of it is there,
   * which outlives it.
   */
  openToViewers(mediaId: RecordingId): Promise<Recording | undefined>;
  /** Newest first. */
  listOfLesson(lessonId: LessonId): Promise<Recording[]>;
  /** Newest first; only `phase` other than `recording` unless asked for. */
  list(filter: RecordingFilter): Promise<Page<FoundRecording>>;
  /** What the recordings that the audience may watch can be told apart by. */
  facets(audience: Audience): Promise<RecordingFacets>;
  /** Whether the audience may watch this recording. */
  isVisible(recordingId: RecordingId, audience: Audience): Promise<boolean>;
  /** Not yet `ready` or `failed`: what a process that starts has to look after. */
  listUnfinished(): Promise<Recording[]>;

  /** The lesson has ended, the tail is on its way. */
  markFinishing(recordingId: RecordingId, endedAtMs: number): Promise<Recording>;
  /** Board and lecturer can be played; while the lesson is running the phase stays `recording`. */
  markPlayable(recordingId: RecordingId, views: PlayableViews): Promise<Recording>;
  markProducing(recordingId: RecordingId): Promise<Recording>;
  /** Ignored unless producing. `fraction` is 0–1. */
  setProgress(
    recordingId: RecordingId,
    progress: { readonly fraction: number; readonly secondsLeft: number | null },
  ): Promise<void>;
  markReady(recordingId: RecordingId, film: ComposedFilm): Promise<Recording>;
  /** What could be played before still can. */
  markFailed(recordingId: RecordingId, failure: RecordingFailure): Promise<Recording>;
  /** Production was cancelled: `producing` or `failed` → `playable` or, with a film of before, `ready`. */
  markProductionCancelled(recordingId: RecordingId): Promise<Recording>;

  change(recordingId: RecordingId, change: RecordingChange): Promise<Recording>;
  /** Null makes it a draft. What is published already keeps its instant. */
  setPublished(recordingId: RecordingId, atMs: number | null): Promise<Recording>;
  /** Nothing is taken out of a recording that is held. Null ends it. */
  setHold(recordingId: RecordingId, hold: NewHold | null): Promise<Recording>;
  /** What other schools were given of it, by school. */
  copies(recordingId: RecordingId): Promise<Recording[]>;
  /**
   * A recording of its own in another school, that plays the media of this one: published, for those of the school whom the lesson concerned and
   * its teachers. One per school. @throws AppError `notFound` for a copy or what is removed: copies are not copied.
   */
  createCopy(originId: RecordingId, schoolId: SchoolId, atMs: number): Promise<Recording>;
  /**
   * Takes it out of people's sight, for good. Copies stay when it is deleted, and go with it when it has expired; of a recording that has not
   * expired after all nothing is removed. Answers with what was. @throws AppError `conflict` (`details.field`: `hold`) while it is held.
   */
  remove(recordingId: RecordingId, cause: RemovalCause, atMs: number): Promise<RemovedRecording[]>;
  /** Whose time is over, the oldest first; nothing that is held or still running. */
  listExpired(nowMs: number, limit: number): Promise<RecordingId[]>;
  /** Removed, and no copy plays its media any more: the objects can go, then the row. */
  listRemoved(limit: number): Promise<{ readonly recordingId: RecordingId; readonly hasOwnMedia: boolean }[]>;
  /** The row only, and all that goes with it; the caller deletes the objects first. Idempotent. */
  delete(recordingId: RecordingId): Promise<void>;

  /** In play time of the whole recording, whatever its edition cuts out. */
  savePosition(personId: PersonId, recordingId: RecordingId, positionMs: number, nowMs: number): Promise<void>;
  /** Where the person stopped; recordings never opened are left out. */
  positions(personId: PersonId, recordingIds: readonly RecordingId[]): Promise<ReadonlyMap<RecordingId, number>>;
}

/** What is left out stays. Of a copy the visibility is `lesson` or `school`. */
export interface RecordingChange {
  readonly title?: string;
  readonly description?: string;
  readonly subject?: string | null;
  readonly grade?: string | null;
  readonly series?: string | null;
  readonly allowsDownload?: boolean;
  readonly visibility?: RecordingVisibility;
}

export interface NewRecording {
  readonly recordingId: RecordingId;
  readonly lessonId: LessonId;
  readonly title: string;
  /** Zero of session time, as in the manifest. */
  readonly startedAtUnixUs: number;
  readonly allowsDownload: boolean;
}

export interface PlayableViews {
  /** Object key of the `PlayIndex`. */
  readonly indexKey: string;
  readonly durationMs: number;
  /** The tail is in. Without it the views count only while the lesson is running: a step that was under way when it ended changes nothing. */
  readonly isFinal: boolean;
}

/** Object keys of what production made. */
export interface ComposedFilm {
  readonly attempt: string;
  readonly masterKey: string;
  readonly mp4Key: string;
  readonly posterKey: string;
  readonly thumbnailsKey: string;
  readonly chaptersKey: string | null;
  /** Films of before have none. */
  readonly waveformKey?: string;
  readonly durationMs: number;
  readonly mp4Bytes: number;
  /** Of which edition it was made. */
  readonly editionVersion: number;
}

export interface Recording {
  readonly recordingId: RecordingId;
  /** The recording whose media it plays: of a copy its origin, else itself. */
  readonly mediaId: RecordingId;
  /** Of a copy: the school that gave it. */
  readonly originSchoolName: string | null;
  readonly lessonId: LessonId;
  readonly kind: LessonKind;
  readonly lessonOrigin: LessonOrigin;
  readonly title: string;
  readonly description: string;
  readonly subject: string | null;
  /** As a manager has written it; null: the grades of the class groups that attended. */
  readonly grade: string | null;
  /** A name given freely, beside the timetable's series. */
  readonly series: string | null;
  /** The school that answers for it. */
  readonly schoolId: SchoolId;
  readonly schoolName: string;
  /** The school's, IANA. */
  readonly timeZone: string;
  /** Who manages it beside the school's administrators; nobody of a copy. */
  readonly managerId: PersonId | null;
  readonly lecturerId: PersonId;
  readonly lecturerName: string;
  readonly phase: RecordingPhase;
  readonly startedAtUnixUs: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly durationMs: number | null;
  readonly viewsIndexKey: string | null;
  readonly film: ComposedFilm | null;
  readonly progress: { readonly fraction: number; readonly secondsLeft: number | null } | null;
  readonly failure: RecordingFailure | null;
  readonly allowsDownload: boolean;
  readonly visibility: RecordingVisibility;
  readonly edition: RecordingEdition;
  /** Null: a draft, which only its managers see. */
  readonly publishedAtMs: number | null;
  /** When it will be removed by itself; null: never. */
  readonly expiresAtMs: number | null;
  /** While it is held, nothing may be taken out of it. */
  readonly hold: { readonly reason: string; readonly sinceMs: number } | null;
}

export interface FoundRecording extends Recording {
  /** What was searched for, as it is said in it. */
  readonly hit: TextHit | null;
}

export interface NewHold {
  readonly reason: string;
  readonly byPersonId: PersonId;
  readonly atMs: number;
}

export interface RemovedRecording {
  readonly recordingId: RecordingId;
  readonly schoolId: SchoolId;
}

/** By its managers, or because its school keeps recordings no longer than that. */
export type RemovalCause = 'deleted' | 'expired';

export interface RecordingFilter extends PageRequest {
  readonly audience: Audience;
  readonly schoolId?: SchoolId;
  readonly subject?: string;
  /** Words, each of which is in the title, the lecturer's name, the description, the series, a chapter or a caption. */
  readonly search?: string;
  /** By the recording's start. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly includeRunning?: boolean;
  /** Of a class group that attended. */
  readonly grade?: string;
  /** Lessons of one entry of the timetable. */
  readonly seriesId?: string;
  /** The name of a series given freely. */
  readonly series?: string;
  /** Only drafts that the audience manages, or only what is published. */
  readonly isDraft?: boolean;
  /** Only what this person has begun and not finished, what was watched last first. */
  readonly begunBy?: PersonId;
}

/** Sorted by name; nothing that no recording has. */
export interface RecordingFacets {
  readonly schools: readonly { readonly schoolId: SchoolId; readonly name: string }[];
  readonly subjects: readonly string[];
  readonly grades: readonly string[];
  /** `seriesId` is null for a name given freely. */
  readonly series: readonly { readonly seriesId: string | null; readonly title: string }[];
}
