import type { StoredSegment } from '../../mux/mux-state.ts';
import { HOLD_US, type Span } from './presence.ts';
import type { TrackPiece } from './source-track.ts';

/**
 * Of a piece, the segments that a span of the session shows: from the one whose picture stands at its beginning (each begins with a keyframe) to its end. None
 * when the piece, its held last picture included, lies outside.
 */
export function neededSegments(piece: TrackPiece, span: Span | undefined): readonly StoredSegment[] {
  if (span === undefined) return piece.segments;
  if (piece.startUs >= span.toUs || piece.endUs + HOLD_US <= span.fromUs) return [];
  const first = Math.max(
    0,
    piece.segments.findLastIndex((segment) => segment.startUs <= span.fromUs),
  );
  return piece.segments.filter((segment, index) => index >= first && segment.startUs < span.toUs);
}
