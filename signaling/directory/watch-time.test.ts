import { describe, expect, it } from 'vitest';
import { EditionTimes } from '../recordings/edition-times.ts';
import { completionOf, countReport, heatCurve, HEAT_BUCKET_MS } from './watch-time.ts';

const nothing = { firstAtMs: 0, countedAtMs: 0, views: 1, playedMs: 0, lastMs: 0, spans: [], heat: [] };
const durationMs = 100_000;
const span = (fromMs: number, toMs: number, tookMs = toMs - fromMs) => ({ fromMs, toMs, tookMs });

describe('watch time', () => {
  it('counts what was played, and what was seen twice only once for completion', () => {
    const once = countReport(nothing, [span(0, 10_000), span(50_000, 60_000)], { nowMs: 20_000, durationMs });
    expect(once).toMatchObject({
      playedMs: 20_000,
      lastMs: 60_000,
      spans: [
        [0, 10_000],
        [50_000, 60_000],
      ],
    });
    const again = countReport(once, [span(5_000, 15_000)], { nowMs: 30_000, durationMs });
    expect(again).toMatchObject({
      playedMs: 30_000,
      spans: [
        [0, 15_000],
        [50_000, 60_000],
      ],
    });
    expect(completionOf(again, durationMs)).toBe(0.25);
    expect(heatCurve([again], durationMs).slice(0, 3)).toEqual([1.5, 0.5, 0]);
  });

  it('never counts more time than has passed, whatever the client says', () => {
    const crafted = [span(0, durationMs, 3_600_000), span(0, durationMs, 3_600_000)];
    const after = countReport(nothing, crafted, { nowMs: 5_000, durationMs });
    expect(after.playedMs).toBe(5_000);
    expect(completionOf(after, durationMs)).toBe(0.3);
    expect(countReport(after, crafted, { nowMs: 5_000, durationMs })).toMatchObject({
      playedMs: 5_000,
      heat: after.heat,
    });
    expect(countReport(nothing, [span(0, durationMs, 0)], { nowMs: 60_000, durationMs }).spans).toEqual([]);
    const late = countReport(nothing, [span(0, 86_000_000, 3_600_000)], { nowMs: 86_000_000, durationMs: 86_000_000 });
    expect(late.playedMs).toBe(300_000);
  });

  it('counts all of a silence that was run through, and nothing beyond the end', () => {
    const after = countReport(nothing, [span(80_000, 104_000, 4_000)], { nowMs: 4_000, durationMs });
    expect(after).toMatchObject({ playedMs: 4_000, spans: [[80_000, 100_000]] });
  });

  it('keeps few stretches of somebody who jumps about', () => {
    let watched: ReturnType<typeof countReport> = nothing;
    for (let n = 0; n < 1_000; n += 1) {
      watched = countReport(watched, [span(n * 80, n * 80 + 20)], { nowMs: (n + 1) * 20, durationMs });
    }
    expect(watched.spans.length).toBeLessThanOrEqual(300);
    expect(watched.playedMs).toBe(20_000);
    expect(watched.heat).toHaveLength(Math.ceil(80_000 / HEAT_BUCKET_MS));
  });

  it('lies on the whole recording, so that another edition shows it where its picture is', () => {
    const cut = new EditionTimes([{ fromMs: 25_000, toMs: 55_000 }]);
    const context = { nowMs: 20_000, durationMs: 70_000, times: cut };
    const after = countReport(nothing, [span(20_000, 40_000)], context);
    const spans = [
      [20_000, 25_000],
      [55_000, 70_000],
    ];
    expect(after).toMatchObject({ playedMs: 20_000, lastMs: 70_000, spans });
    expect(after.heat).toEqual([0, 0, 5_000, 0, 0, 5_000, 10_000]);
    expect(completionOf(after, 70_000, cut)).toBeCloseTo(20 / 70, 6);
    expect(heatCurve([after], 70_000, cut)).toEqual([0, 0, 1, 1, 0, 0, 0]);
    expect(heatCurve([after], durationMs)).toEqual([0, 0, 0.5, 0, 0, 0.5, 1, 0, 0, 0]);
    const whole = countReport(nothing, [span(0, 100_000)], { nowMs: 100_000, durationMs });
    expect(completionOf(whole, 70_000, cut)).toBe(1);
  });
});
