import type { EditionRange } from '../../signaling/protocol/edition.ts';

/** A pause that has not ended reaches to the end of time, which no ffmpeg can be told. */
export interface KeptSpan {
  readonly fromUs: number;
  readonly toUs: number;
}

/** What is left of a stretch of session time, in order. `leftOut` is merged. */
export function keptSpans(startUs: number, endUs: number, leftOut: readonly EditionRange[]): readonly KeptSpan[] {
  const spans: KeptSpan[] = [];
  let atUs = startUs;
  for (const { fromUs, toUs } of leftOut) {
    if (toUs <= atUs) continue;
    if (fromUs >= endUs) break;
    if (fromUs > atUs) spans.push({ fromUs: atUs, toUs: fromUs });
    atUs = Math.max(atUs, toUs);
  }
  if (atUs < endUs) spans.push({ fromUs: atUs, toUs: endUs });
  return spans;
}
