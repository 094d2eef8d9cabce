import type { SeatId, TrackId } from '../../../signaling/protocol/ids.ts';
import type { MediaKind, TrackSource } from '../../../storage/objects/manifest.ts';
import type { StoredRun, StoredSegment } from '../../mux/mux-state.ts';

/** When a piece of a track is there, and how large its picture is: one codec, one resolution. */
export interface TrackSpan {
  /** Session time of its first frame. */
  readonly startUs: number;
  readonly endUs: number;
  readonly width?: number;
  readonly height?: number;
}

/** A piece as it lies in the object store: segments without a hole, each of which begins with a keyframe. */
export interface TrackPiece extends TrackSpan {
  readonly container: StoredRun['container'];
  /** Like the segments' `uri` relative to `play/{recording}/`. */
  readonly init: string;
  readonly segments: readonly StoredSegment[];
}

/** A piece, or as much of it as is needed, as a local file ffmpeg can read. */
export interface TrackFile extends TrackSpan {
  readonly path: string;
}

/** One track of the recording with its pieces, in order and without overlap. */
export interface SourceTrack<Piece extends TrackSpan = TrackSpan> {
  readonly trackId: TrackId;
  readonly seatId: SeatId;
  readonly seat: string;
  readonly displayName: string;
  readonly schoolName?: string;
  readonly kind: MediaKind;
  readonly source: TrackSource;
  readonly files: readonly Piece[];
}
