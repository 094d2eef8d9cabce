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

/** From the time of what somebody is shown to that of the whole recording, and back. */
export interface ShownTimes {
  toShownMs(wholeMs: number): number;
  /** Without what is not shown. */
  toWholeSpans(shown: Span): readonly Span[];
  keptOf(whole: Span): readonly Span[];
}

const WHOLE: ShownTimes = { toShownMs: (ms) => ms, toWholeSpans: (span) => [span], keptOf: (span) => [span] };

interface ReportContext {
  readonly nowMs: number;
  /** Of what is shown. */
  readonly durationMs: number;
  /** Of what was played. */
  readonly times?: ShownTimes;
}

/**
 * What is known after a report. A client may say what it likes: all spans of all its pages together take no longer than the clock has passed since the last
 * report was counted, and each is no longer than what can be seen in its time.
 */
export function countReport(
  before: Watched,
  spans: readonly PlayedSpan[],
  { nowMs, durationMs, times = WHOLE }: ReportContext,
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
    for (const whole of times.toWholeSpans([fromMs, endMs])) {
      lastMs = whole[1];
      seen.push(whole);
      addHeat(heat, whole[0], whole[1]);
    }
  }
  return { ...before, countedAtMs: Math.max(nowMs, before.countedAtMs), playedMs, lastMs, heat, spans: joined(seen) };
}

/** `rate`: how often the stretch was played. */
function addHeat(heat: number[], fromMs: number, toMs: number, rate = 1): void {
  for (let bucket = Math.floor(fromMs / HEAT_BUCKET_MS); bucket * HEAT_BUCKET_MS < toMs; bucket += 1) {
    while (heat.length <= bucket) heat.push(0);
    const startMs = Math.max(fromMs, bucket * HEAT_BUCKET_MS);
    const endMs = Math.min(toMs, (bucket + 1) * HEAT_BUCKET_MS);
    heat[bucket] = (heat[bucket] ?? 0) + (endMs - startMs) * rate;
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

/** 0–1 of what is shown of the recording that was seen at least once. */
export function completionOf({ spans }: Pick<Watched, 'spans'>, durationMs: number, times: ShownTimes = WHOLE): number {
  if (durationMs <= 0) return 0;
  const kept = spans.flatMap((span) => times.keptOf(span));
  return Math.min(1, kept.reduce((sum, [fromMs, toMs]) => sum + toMs - fromMs, 0) / durationMs);
}

/** How often each bucket of what is shown was played, all viewers together. */
export function heatCurve(
  watched: readonly Pick<Watched, 'heat'>[],
  durationMs: number,
  times: ShownTimes = WHOLE,
): number[] {
  const shownHeat: number[] = [];
  const buckets = Math.max(0, ...watched.map(({ heat }) => heat.length));
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const playedMs = watched.reduce((sum, { heat }) => sum + (heat[bucket] ?? 0), 0);
    const shown = shownOf(bucket, times, durationMs);
    const lengthMs = shown.reduce((sum, [fromMs, toMs]) => sum + toMs - fromMs, 0);
    // Whoever has played a bucket since it was cut has played what is left of it: so all of its heat lies there.
    for (const [fromMs, toMs] of shown) addHeat(shownHeat, fromMs, toMs, playedMs / lengthMs);
  }
  return Array.from({ length: Math.ceil(durationMs / HEAT_BUCKET_MS) }, (_, bucket) => {
    const lengthMs = Math.min(HEAT_BUCKET_MS, durationMs - bucket * HEAT_BUCKET_MS);
    return Math.round(((shownHeat[bucket] ?? 0) / lengthMs) * 100) / 100;
  });
}

/** What is shown of a bucket of the whole. */
function shownOf(bucket: number, times: ShownTimes, durationMs: number): readonly Span[] {
  const startMs = bucket * HEAT_BUCKET_MS;
  return times
    .keptOf([startMs, startMs + HEAT_BUCKET_MS])
    .map(([fromMs, toMs]): Span => [times.toShownMs(fromMs), Math.min(times.toShownMs(toMs), durationMs)])
    .filter(([fromMs, toMs]) => toMs > fromMs);
}
