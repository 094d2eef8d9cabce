import type { Watched } from '../../storage/ports.ts';
import type { PlayedSpan } from '../protocol/rest/watching.ts';

export const HEAT_BUCKET_MS = 10_000;
/** The player's own greatest speed, through silence; nobody sees more than that in a second. */
const MAX_SPEED = 6;
/** A report later than this was not a page that plays. */
const MAX_REPORT_MS = 300_000;
/** More stretches than this are joined where they are nearest. */
const MAX_SPANS = 300;

type Span = readonly [fromMs: number, toMs: number];

/**
 * What is known after a report. A client may say what it likes: all spans of all its pages together take no longer than the clock has passed since the last
 * report was counted, and each is no longer than what can be seen in its time.
 */
export function countReport(
  before: Watched,
  spans: readonly PlayedSpan[],
  { nowMs, durationMs }: { readonly nowMs: number; readonly durationMs: number },
): Watched {
  let leftMs = Math.max(0, Math.min(nowMs - before.countedAtMs, MAX_REPORT_MS));
  let { playedMs, lastMs } = before;
  const heat = [...before.heat];
  const seen: Span[] = [...before.spans];
  for (const { fromMs, toMs, tookMs } of spans) {
    const timeMs = Math.min(tookMs, leftMs);
    const endMs = Math.min(toMs, durationMs, fromMs + timeMs * MAX_SPEED);
    if (endMs <= fromMs) continue;
    leftMs -= timeMs;
    playedMs += timeMs;
    lastMs = endMs;
    seen.push([fromMs, endMs]);
    addHeat(heat, fromMs, endMs);
  }
  return { ...before, countedAtMs: Math.max(nowMs, before.countedAtMs), playedMs, lastMs, heat, spans: joined(seen) };
}

function addHeat(heat: number[], fromMs: number, toMs: number): void {
  for (let bucket = Math.floor(fromMs / HEAT_BUCKET_MS); bucket * HEAT_BUCKET_MS < toMs; bucket += 1) {
    while (heat.length <= bucket) heat.push(0);
    const startMs = Math.max(fromMs, bucket * HEAT_BUCKET_MS);
    const endMs = Math.min(toMs, (bucket + 1) * HEAT_BUCKET_MS);
    heat[bucket] = (heat[bucket] ?? 0) + endMs - startMs;
  }
}

/** Sorted and apart from each other. */
function joined(spans: readonly Span[], gapMs = 0): readonly Span[] {
  const result: Span[] = [];
  for (const [fromMs, toMs] of spans.toSorted((one, other) => one[0] - other[0])) {
    const last = result.at(-1);
    if (last === undefined || fromMs > last[1] + gapMs) result.push([fromMs, toMs]);
    else result[result.length - 1] = [last[0], Math.max(last[1], toMs)];
  }
  return result.length <= MAX_SPANS ? result : joined(result, gapMs === 0 ? 100 : gapMs * 2);
}

/** 0–1 of the recording that was seen at least once. */
export function completionOf({ spans }: Pick<Watched, 'spans'>, durationMs: number): number {
  if (durationMs <= 0) return 0;
  const seenMs = spans.reduce((sum, [fromMs, toMs]) => sum + toMs - fromMs, 0);
  return Math.min(1, seenMs / durationMs);
}

/** How often each bucket of the recording was played, all viewers together. */
export function heatCurve(watched: readonly Pick<Watched, 'heat'>[], durationMs: number): number[] {
  return Array.from({ length: Math.ceil(durationMs / HEAT_BUCKET_MS) }, (_, bucket) => {
    const lengthMs = Math.min(HEAT_BUCKET_MS, durationMs - bucket * HEAT_BUCKET_MS);
    const playedMs = watched.reduce((sum, { heat }) => sum + (heat[bucket] ?? 0), 0);
    return Math.round((playedMs / lengthMs) * 100) / 100;
  });
}
