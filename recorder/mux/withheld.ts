import * as z from 'zod';
import { TrackId } from '../../signaling/protocol/ids.ts';
import type { RecordingEvent } from '../contract.ts';

/**
 * Session time in which a track is not for the recording: between its `producerClosed` and its next `producerAdded`. Capture may have gone on, since the
 * goal that let go of the track had not reached it: then what was said in a group, or by a seat that has left, is in the packet log, and must be in nothing else.
 */
export const WithheldSpan = z.object({
  trackId: TrackId,
  fromUs: z.int(),
  toUs: z.int(),
  /** Nothing is withheld: the track goes on as another from there, and what is said of that one holds for what capture still has of this one. */
  continuesAs: TrackId.optional(),
});
export type WithheldSpan = z.infer<typeof WithheldSpan>;

/** Stands for the end of a span that has not ended yet; still a safe integer when added to. */
export const OPEN_END_US = Number.MAX_SAFE_INTEGER - 1;
/** What was on its way when a producer was closed was sent to the class; it is not worth deriving an epoch again. */
const ON_ITS_WAY_US = 300_000;

export function withheldAfter(withheld: readonly WithheldSpan[], event: RecordingEvent): readonly WithheldSpan[] {
  if (event.type !== 'producerClosed' && event.type !== 'producerAdded') return withheld;
  const { type, atUs } = event;
  const { trackId } = event.data;
  if (type === 'producerAdded') {
    return withheld.map((span) => (isOpenOf(span, trackId) ? { ...span, toUs: Math.max(span.fromUs, atUs) } : span));
  }
  const { continuesAs } = event.data;
  if (continuesAs !== undefined) return [...withheld, { trackId, fromUs: atUs, toUs: atUs, continuesAs }];
  const ended = namesOf(withheld, trackId).filter((name) => !withheld.some((span) => isOpenOf(span, name)));
  return [...withheld, ...ended.map((name) => ({ trackId: name, fromUs: atUs, toUs: OPEN_END_US }))];
}

const isOpenOf = (span: WithheldSpan, trackId: TrackId): boolean =>
  span.trackId === trackId && span.toUs === OPEN_END_US;

/** The track, and all that it was before. */
function namesOf(withheld: readonly WithheldSpan[], trackId: TrackId): TrackId[] {
  const before = withheld.filter(({ continuesAs }) => continuesAs === trackId);
  return [trackId, ...before.flatMap((span) => namesOf(withheld, span.trackId))];
}

export function isWithheld(withheld: readonly WithheldSpan[], trackId: TrackId, atUs: number): boolean {
  return withheld.some((span) => span.trackId === trackId && atUs >= span.fromUs && atUs < span.toUs);
}

/** Spans whose packets are to be derived otherwise than they were while only `before` was known. */
export function changedSpans(before: readonly WithheldSpan[], after: readonly WithheldSpan[]): WithheldSpan[] {
  const changed = after.flatMap((span): WithheldSpan[] => {
    const known = sameIn(before, span);
    if (known === undefined) return [{ ...span, fromUs: span.fromUs + ON_ITS_WAY_US }];
    if (known.toUs === span.toUs) return [];
    return [{ ...span, fromUs: Math.min(known.toUs, span.toUs), toUs: Math.max(known.toUs, span.toUs) }];
  });
  const gone = before.filter((span) => sameIn(after, span) === undefined);
  return [...changed, ...gone].filter(({ fromUs, toUs }) => toUs > fromUs);
}

const sameIn = (spans: readonly WithheldSpan[], { trackId, fromUs }: WithheldSpan): WithheldSpan | undefined =>
  spans.find((span) => span.trackId === trackId && span.fromUs === fromUs);
