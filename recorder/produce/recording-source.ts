import type { Edition } from '../../signaling/protocol/edition.ts';
import type { RecordingEvent } from '../contract.ts';
import type { RecordingManifest } from '../../storage/objects/manifest.ts';
import type { SourceTrack } from './source-track.ts';

export interface PreparedRecording {
  readonly manifest: RecordingManifest;
  readonly events: readonly RecordingEvent[];
  readonly tracks: readonly SourceTrack[];
}

export interface PrepareOptions {
  readonly recordingId: RecordingManifest['recordingId'];
  /** Tracks that it leaves out do not come. */
  readonly edition: Edition;
  /** Where the tracks' files are written; it exists and is empty. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
}

/**
 * Port: brings a recording's tracks onto the local disk as files ffmpeg can read.
 *
 * Throws AppError `notFound` when there is no such recording.
 */
export interface RecordingSource {
  prepare(options: PrepareOptions): Promise<PreparedRecording>;
}
