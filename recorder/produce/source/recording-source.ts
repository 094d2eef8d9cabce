import type { RecordingEvent } from '../../contract.ts';
import type { RecordingManifest } from '../../../storage/objects/manifest.ts';
import type { SourceTrack, TrackFile, TrackPiece } from './source-track.ts';
import type { Span } from './presence.ts';

export interface StoredTracks {
  readonly manifest: RecordingManifest;
  readonly events: readonly RecordingEvent[];
  readonly tracks: readonly SourceTrack<TrackPiece>[];
}

export interface FetchOptions {
  readonly recordingId: RecordingManifest['recordingId'];
  /** Of these tracks … */
  readonly tracks: readonly SourceTrack<TrackPiece>[];
  /** … what is seen or heard in this span of session time; everything when there is none. */
  readonly span?: Span;
  /** Where the files are written; it exists and is empty. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
}

/** Port: what a recording consists of, and its tracks as files that ffmpeg can read. */
export interface RecordingSource {
  /** @throws AppError `notFound` when there is no such recording, or nothing of it has been muxed. */
  read(recordingId: RecordingManifest['recordingId']): Promise<StoredTracks>;
  fetch(options: FetchOptions): Promise<readonly SourceTrack<TrackFile>[]>;
}
