import type { RecordingEvent } from '../../contract.ts';
import type { SeatId, TrackId } from '../../../signaling/protocol/ids.ts';
import type { SourceTrack, TrackSpan } from './source-track.ts';

/** Between two pieces of a track the last picture stands this long; then its sender is shown by a name card. */
export const HOLD_US = 2_000_000;
/** Somebody must lead the talk this long before the picture goes to them … */
const SPEAKER_SETTLE_US = 2_000_000;
/** … and the picture stays at least this long. */
const SPEAKER_STAY_US = 4_000_000;

/** Half-open span of session time. */
export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

export function isWithin(spans: readonly Span[], atUs: number): boolean {
  return spans.some((span) => atUs >= span.fromUs && atUs < span.toUs);
}

/** When a track's picture is there: its pieces, short holes bridged, without what its sender had paused. */
export function visibleSpans(track: SourceTrack, events: readonly RecordingEvent[]): readonly Span[] {
  const bridged = track.files.reduce<Span[]>((spans, file) => {
    const last = spans.at(-1);
    if (last !== undefined && file.startUs - last.toUs <= HOLD_US) {
      spans[spans.length - 1] = { fromUs: last.fromUs, toUs: Math.max(last.toUs, file.endUs) };
    } else {
      spans.push({ fromUs: file.startUs, toUs: file.endUs });
    }
    return spans;
  }, []);
  return without(bridged, pausedSpans(track.trackId, events));
}

/** From a track's first piece to its last: its sender takes part, muted or not. */
export function attendanceSpan(track: SourceTrack): Span | undefined {
  const first = track.files.at(0);
  const last = track.files.at(-1);
  return first === undefined || last === undefined ? undefined : { fromUs: first.startUs, toUs: last.endUs };
}

/** How long a piece's last picture may stand: until the next piece, at most `HOLD_US` behind its end. */
export function holdEndUs(files: readonly TrackSpan[], index: number): number {
  const file = files[index];
  const next = files[index + 1];
  if (file === undefined) return 0;
  return Math.min(file.endUs + HOLD_US, next?.startUs ?? Infinity);
}

/** When, as the events tell, nothing of a track was sent to anybody. */
export function pausedSpans(trackId: TrackId, events: readonly RecordingEvent[]): readonly Span[] {
  const spans: Span[] = [];
  let sinceUs: number | undefined;
  const close = (atUs: number): void => {
    if (sinceUs !== undefined && atUs > sinceUs) spans.push({ fromUs: sinceUs, toUs: atUs });
    sinceUs = undefined;
  };
  for (const event of events) {
    if (!('data' in event) || !('trackId' in event.data) || event.data.trackId !== trackId) continue;
    if (event.type === 'producerPaused' || event.type === 'producerClosed') sinceUs ??= event.atUs;
    else close(event.atUs);
  }
  close(Infinity);
  return spans;
}

/** What of the spans none of the holes covers, in order. */
export function without(spans: readonly Span[], holes: readonly Span[]): readonly Span[] {
  return holes.reduce<readonly Span[]>(
    (left, hole) =>
      left.flatMap((span) =>
        [
          { fromUs: span.fromUs, toUs: Math.min(span.toUs, hole.fromUs) },
          { fromUs: Math.max(span.fromUs, hole.toUs), toUs: span.toUs },
        ].filter((part) => part.toUs > part.fromUs),
      ),
    spans,
  );
}

/** A value that holds from an instant until the next one of its list. */
export interface Step<T> {
  readonly fromUs: number;
  readonly value: T;
}

export function valueAt<T>(steps: readonly Step<T>[], atUs: number): T | undefined {
  return steps.findLast((step) => step.fromUs <= atUs)?.value;
}

/** Who leads the talk, without the flicker of short interjections. */
export function speakerSteps(events: readonly RecordingEvent[]): readonly Step<SeatId>[] {
  const heard = events.filter((event) => event.type === 'activeSpeaker');
  const steps: Step<SeatId>[] = [];
  heard.forEach((event, index) => {
    const seatId = event.data.seatId;
    const untilUs = heard[index + 1]?.atUs ?? Infinity;
    const last = steps.at(-1);
    if (seatId === null || seatId === last?.value) return;
    const fromUs = Math.max(event.atUs, last === undefined ? 0 : last.fromUs + SPEAKER_STAY_US);
    if (untilUs - fromUs >= SPEAKER_SETTLE_US) steps.push({ fromUs, value: seatId });
  });
  return steps;
}
