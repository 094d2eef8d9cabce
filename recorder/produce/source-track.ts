import type { SeatId, TrackId } from '../../signaling/protocol/ids.ts';
import type { MediaKind, TrackSource } from '../../storage/objects/manifest.ts';

/** A piece of one track as a local file ffmpeg can read: one codec, one resolution. Its first frame lies at `startUs` of session time. */
export interface TrackFile {
  readonly path: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly width?: number;
  readonly height?: number;
}

/** One track of the recording with its pieces, in order and without overlap. */
export interface SourceTrack {
  readonly trackId: TrackId;
  readonly seatId: SeatId;
  readonly seat: string;
  readonly displayName: string;
  readonly schoolName?: string;
  readonly kind: MediaKind;
  readonly source: TrackSource;
  readonly files: readonly TrackFile[];
}
