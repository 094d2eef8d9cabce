import type { RecordingId, TrackId } from '../protocol/ids.ts';

const NONE: ReadonlySet<TrackId> = new Set();

/** Which tracks capture hears nothing of though they are sent, recording by recording, as it told last. */
export class SilentTracks {
  readonly #byRecording = new Map<RecordingId, Set<TrackId>>();

  of(recordingId: RecordingId): ReadonlySet<TrackId> {
    return this.#byRecording.get(recordingId) ?? NONE;
  }

  set(recordingId: RecordingId, trackId: TrackId, isSilent: boolean): void {
    const tracks = this.#byRecording.get(recordingId) ?? new Set();
    if (isSilent) tracks.add(trackId);
    else tracks.delete(trackId);
    if (tracks.size > 0) this.#byRecording.set(recordingId, tracks);
    else this.#byRecording.delete(recordingId);
  }

  /** Nobody is there who could tell any more. */
  forget(recordingId: RecordingId): void {
    this.#byRecording.delete(recordingId);
  }
}
