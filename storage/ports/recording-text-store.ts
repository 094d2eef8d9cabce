import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { RecordingTextKind } from '../../signaling/protocol/rest/recordings.ts';

/**
 * What is said in a recording, line by line, so that it can be searched; the files themselves are in the object store. A copy says what its
 * origin says, so either's id may be given. The lines go with their recording. Errors as in `DirectoryStore`.
 */
export interface RecordingTextStore {
  /** All lines of this kind and language anew, or none of them; no lines take them away. */
  replace(
    recordingId: RecordingId,
    kind: RecordingTextKind,
    language: string,
    lines: readonly RecordingLine[],
  ): Promise<void>;
  /** Lines that have every one of the words, by time; at most `MAX_HITS`. Blanks part words; upper and lower case are the same. */
  find(recordingId: RecordingId, words: string): Promise<TextHit[]>;
}

/** Languages are BCP 47 tags; this one says that nobody knows. */
export const UNKNOWN_LANGUAGE = 'und';

export interface RecordingLine {
  /** Play time. */
  readonly atMs: number;
  readonly text: string;
}

export interface TextHit extends RecordingLine {
  readonly kind: RecordingTextKind;
  readonly language: string;
}
