import type { PersonId, RecordingId, SchoolId } from '../../signaling/protocol/ids.ts';

/** Who has played what of a recording. It goes with its recording. Errors as in `DirectoryStore`. */
export interface WatchStore {
  /** The player was opened: seconds count from now on. */
  open(personId: PersonId, recordingId: RecordingId, nowMs: number): Promise<void>;
  /** Changes what is known, one report after another; nothing happens for somebody who never opened it. */
  count(personId: PersonId, recordingId: RecordingId, change: (before: Watched) => Watched): Promise<void>;
  /** By name. */
  list(recordingId: RecordingId): Promise<Watcher[]>;
}

/** All times of the recording in play time of the whole, whatever its edition cuts out. */
export interface Watched {
  readonly firstAtMs: number;
  /** Until when wall-clock time has been accounted for. */
  readonly countedAtMs: number;
  readonly views: number;
  /** Wall-clock time of playing. */
  readonly playedMs: number;
  /** Where play stopped last. */
  readonly lastMs: number;
  /** What was seen at all: sorted, apart from each other. */
  readonly spans: readonly (readonly [fromMs: number, toMs: number])[];
  /** Play time played per bucket, again and again included. */
  readonly heat: readonly number[];
}

export interface Watcher extends Watched {
  readonly personId: PersonId;
  readonly displayName: string;
  readonly classGroup: string | null;
  readonly schoolId: SchoolId | null;
  readonly schoolName: string | null;
}
