import { mergeRanges, type EditionRange } from '../../../signaling/protocol/edition.ts';
import type { RecordingEvent } from '../../contract.ts';

export const FRAME_RATE = 25;
export const FRAME_US = 1_000_000 / FRAME_RATE;
/** An end this near behind a frame's border is that border. */
const GRID_SLACK_US = 1_000;

/** A run of session time that is played: it starts at `outputStartUs` of the finished lesson. */
export interface KeptRange {
  readonly sessionStartUs: number;
  readonly outputStartUs: number;
  /** A whole number of frames, so that sound and picture of every range are equally long and never drift apart. */
  readonly durationUs: number;
}

/** The way from session time to the finished lesson's time: what lies between `paused` and `resumed` is left out, and what an edition leaves out. */
export interface Timeline {
  readonly ranges: readonly KeptRange[];
  readonly durationUs: number;
}

/**
 * Ranges begin and end on the session's own frames (0, 40 ms, …): what an edit leaves as it was is then made of the same frames as before, and needs
 * not be composed again.
 */
export function timelineOf(
  events: readonly RecordingEvent[],
  sessionEndUs: number,
  leftOut: readonly EditionRange[] = [],
): Timeline {
  const ranges: KeptRange[] = [];
  let outputUs = 0;
  for (const [startUs, endUs] of withoutRanges(keptSpans(events, sessionEndUs), leftOut)) {
    const sessionStartUs = Math.ceil(startUs / FRAME_US) * FRAME_US;
    const durationUs = Math.floor((endUs + GRID_SLACK_US) / FRAME_US) * FRAME_US - sessionStartUs;
    if (durationUs <= 0) continue;
    ranges.push({ sessionStartUs, outputStartUs: outputUs, durationUs });
    outputUs += durationUs;
  }
  return { ranges, durationUs: outputUs };
}

type SessionSpan = readonly [fromUs: number, toUs: number];

function keptSpans(events: readonly RecordingEvent[], sessionEndUs: number): readonly SessionSpan[] {
  const spans: SessionSpan[] = [];
  let startUs: number | undefined = 0;
  for (const event of events) {
    const atUs = Math.min(Math.max(event.atUs, 0), sessionEndUs);
    if (event.type === 'paused' && startUs !== undefined) {
      spans.push([startUs, atUs]);
      startUs = undefined;
    } else if (event.type === 'resumed' && startUs === undefined) {
      startUs = atUs;
    }
  }
  if (startUs !== undefined) spans.push([startUs, sessionEndUs]);
  return spans.filter(([from, to]) => to > from);
}

function withoutRanges(spans: readonly SessionSpan[], leftOut: readonly EditionRange[]): readonly SessionSpan[] {
  return mergeRanges(leftOut).reduce<readonly SessionSpan[]>(
    (kept, { fromUs, toUs }) =>
      kept.flatMap(([startUs, endUs]) =>
        [[startUs, Math.min(endUs, fromUs)] as const, [Math.max(startUs, toUs), endUs] as const].filter(
          ([from, to]) => to > from,
        ),
      ),
    spans,
  );
}

export function isKept({ ranges }: Timeline, sessionUs: number): boolean {
  return ranges.some(
    (range) => sessionUs >= range.sessionStartUs && sessionUs < range.sessionStartUs + range.durationUs,
  );
}

/** Where an instant of the session is in the finished lesson; one inside a pause is where the lesson goes on. */
export function toOutputUs(timeline: Timeline, sessionUs: number): number {
  for (const range of timeline.ranges) {
    if (sessionUs < range.sessionStartUs) return range.outputStartUs;
    if (sessionUs < range.sessionStartUs + range.durationUs)
      return range.outputStartUs + sessionUs - range.sessionStartUs;
  }
  return timeline.durationUs;
}
