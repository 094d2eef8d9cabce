import { describe, expect, it } from 'vitest';
import { ClockState, TrackClock } from './clock.ts';

const RATE = 90_000;
const HOUR_S = 3600;

function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** RTP time at a true second, for a device whose clock is `ppm` fast. */
const rtpAt = (second: number, ppm: number): number => 5_000_000_000 + second * RATE * (1 + ppm / 1e6);

interface Published {
  readonly rtp: number;
  readonly us: number;
}

/** An hour of reports each second with 3 ms of noise and an outlier now and then; a segment is published each 10 s. */
function publishHour(clock: TrackClock, ppm: number): Published[] {
  const random = seeded(Math.abs(ppm) + 3);
  const published: Published[] = [];
  for (let second = 0; second < HOUR_S; second += 1) {
    const noiseUs = (random() - 0.5) * 6000 + (random() < 0.02 ? 250_000 : 0);
    clock.observeArrival(rtpAt(second, ppm), second * 1e6 + 80_000);
    clock.observeReport(rtpAt(second, ppm), second * 1e6 + noiseUs, second * 1e6 + 80_000);
    if (second % 10 !== 9) continue;
    const rtp = rtpAt(second, ppm);
    clock.publishTo(rtp);
    published.push({ rtp, us: clock.toUs(rtp) });
  }
  return published;
}

describe('TrackClock', () => {
  it.each([100, -100, 0])('stays within 5 ms of the truth for an hour with %i ppm of skew', (ppm) => {
    const errors = publishHour(new TrackClock(RATE), ppm).map(({ us }, index) => us - (index * 10 + 9) * 1e6);
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(5000);
  });

  it('never changes what it has published, and survives being stored', () => {
    const clock = new TrackClock(RATE);
    const published = publishHour(clock, 60);
    const restored = new TrackClock(RATE, structuredClone(clock.state));
    for (const { rtp, us } of published) {
      expect(clock.toUs(rtp)).toBe(us);
      expect(restored.toUs(rtp)).toBe(us);
    }
    expect(clock.toMap()).toMatchObject({ basis: 'senderReports' });
    expect(Math.abs((clock.toMap()?.skewPpm ?? 0) + 60)).toBeLessThan(2);
  });

  it('is continuous: it slews to a step of the reports and never runs backwards', () => {
    const clock = new TrackClock(RATE);
    let previous = Number.NEGATIVE_INFINITY;
    for (let second = 0; second < 120; second += 1) {
      const stepUs = second < 30 ? 0 : -180_000;
      clock.observeReport(rtpAt(second, 0), second * 1e6 + stepUs, second * 1e6);
      if (second % 5 !== 4) continue;
      clock.publishTo(rtpAt(second, 0));
      for (let at = second - 4.5; at <= second; at += 0.02) {
        const us = clock.toUs(rtpAt(at, 0));
        expect(us).toBeGreaterThan(previous);
        if (Number.isFinite(previous)) expect(us - previous).toBeLessThan(20_000 * 27);
        previous = us;
      }
    }
    expect(Math.abs(previous - (119e6 - 180_000))).toBeLessThan(2000);
  });

  it('makes a step of the reports up within 5 s and never runs past it, however long the stretch that is published at once', () => {
    const clock = new TrackClock(RATE);
    const stepUs = -40_000;
    const errors: number[] = [];
    for (let second = 0; second < 60; second += 1) {
      clock.observeReport(rtpAt(second, 0), second * 1e6 + (second < 20 ? 0 : stepUs), second * 1e6);
      if (second % 10 !== 9) continue;
      clock.publishTo(rtpAt(second, 0));
      for (let at = second - 9; at <= second; at += 1) {
        if (at >= 30) errors.push(clock.toUs(rtpAt(at, 0)) - (at * 1e6 + stepUs));
      }
    }
    expect(Math.min(...errors)).toBeGreaterThan(-2000);
    expect(Math.max(...errors.slice(5).map(Math.abs))).toBeLessThan(2000);
  });

  describe('of a sender that loses sound again and again', () => {
    const LOSSES = [20, 23.5, 25, 26, 27.2, 31, 32, 33, 34, 47].map((atS, index) => ({
      atS,
      lostUs: 60_000 + index * 9_000,
    }));

    /** By how much the line is off, of each report; one comes each 1.2 s, and a segment is published each 10 s. */
    function errorsOf(seconds: number, isStamped: boolean): number[] {
      const clock = new TrackClock(RATE);
      const random = seeded(21);
      const reports: { readonly rtp: number; readonly us: number }[] = [];
      const errors: number[] = [];
      let lastRtp = Number.NaN;
      for (let packet = 0; packet < seconds * 50; packet += 1) {
        const us = packet * 20_000;
        const lostUs = LOSSES.reduce(
          (sum, { atS, ...loss }) => sum + Math.min(loss.lostUs, Math.max(0, us - atS * 1e6)),
          0,
        );
        // What is lost is not counted: the stream's clock stands still.
        const rtp = rtpAt((us - lostUs) / 1e6, 0);
        if (rtp === lastRtp) continue;
        lastRtp = rtp;
        clock.observeArrival(rtp, us + 25_000 + random() * 30_000);
        if (isStamped) clock.observeStamp(rtp, 1.7e15 + us + (random() - 0.5) * 6_000);
        if (packet % 60 === 0) {
          const report = { rtp, us: us + (random() - 0.5) * 6_000 };
          clock.observeReport(report.rtp, report.us, us + 30_000);
          reports.push(report);
        }
        if (packet % 500 !== 499) continue;
        clock.publishTo(rtp);
        while (errors.length < reports.length) {
          const report = reports[errors.length] ?? { rtp: 0, us: 0 };
          errors.push(Math.abs(clock.toUs(report.rtp) - report.us));
        }
      }
      return errors;
    }

    it('jumps over what is missing, where it is missing, when packets tell when they were captured', () => {
      expect(Math.max(...errorsOf(80, true))).toBeLessThan(20_000);
    });

    it('jumps over what is lost before the first report, and publishes nothing before it', () => {
      const clock = new TrackClock(RATE);
      const packets = Array.from({ length: 20 * 50 }, (_packet, index) => {
        const us = index * 20_000;
        return { us, rtp: rtpAt((us - (us >= 560_000 ? 60_000 : 0)) / 1e6, 0) };
      }).filter(({ us }) => us < 500_000 || us >= 560_000);
      for (const { us, rtp } of packets) {
        clock.observeArrival(rtp, us + 300_000);
        clock.observeStamp(rtp, 1.7e15 + us);
        if (us < 1_500_000) expect(clock.isSettled).toBe(false);
        if (us % 1_500_000 === 0 && us > 0) clock.observeReport(rtp, us, us + 300_000);
      }
      const [first, last] = [packets[0], packets.at(-1)];
      clock.publishTo(first?.rtp ?? 0);
      clock.publishTo(last?.rtp ?? 0);
      for (const { us, rtp } of packets) expect(Math.abs(clock.toUs(rtp) - us)).toBeLessThan(1_000);
    });

    it('comes back to the reports when packets do not tell', () => {
      expect(Math.max(...errorsOf(180, false).slice(-10))).toBeLessThan(5_000);
    });
  });

  it('stands on the least delayed arrivals until reports come, then moves to them slowly', () => {
    const clock = new TrackClock(RATE);
    const random = seeded(9);
    for (let at = 0; at < 20; at += 0.04) clock.observeArrival(rtpAt(at, 0), at * 1e6 + 30_000 + random() * 90_000);
    expect(clock.isSettled).toBe(true);
    expect(clock.toMap()?.basis).toBe('receiveTimes');
    clock.publishTo(rtpAt(20, 0));
    const firstError = clock.toUs(rtpAt(20, 0)) - 20e6;
    expect(firstError).toBeGreaterThan(25_000);
    expect(firstError).toBeLessThan(40_000);
    for (let second = 20; second < 60; second += 1) {
      clock.observeReport(rtpAt(second, 0), second * 1e6, second * 1e6 + 30_000);
      clock.publishTo(rtpAt(second, 0));
    }
    expect(Math.abs(clock.toUs(rtpAt(59, 0)) - 59e6)).toBeLessThan(2000);
  });

  it.each([5_000_000, -5_000_000, 300_000])(
    'stays on the line, and follows its skew, when the wall clock behind the reports jumps by %i µs and back',
    (jumpUs) => {
      let clock = new TrackClock(RATE);
      const ppm = 80;
      for (let second = 0; second < 600; second += 1) {
        const isOff = second >= 100 && second < 300;
        clock.observeArrival(rtpAt(second, ppm), second * 1e6 + 60_000);
        clock.observeReport(rtpAt(second, ppm), second * 1e6 + (isOff ? jumpUs : 0), second * 1e6 + 60_000);
        if (second % 10 !== 9) continue;
        clock.publishTo(rtpAt(second, ppm));
        expect(Math.abs(clock.toUs(rtpAt(second, ppm)) - second * 1e6), `second ${second}`).toBeLessThan(5_000);
        clock = new TrackClock(RATE, ClockState.parse(structuredClone(clock.state)));
      }
    },
  );

  it('lets a wrong first report be set right', () => {
    const clock = new TrackClock(RATE);
    for (let second = 0; second < 60; second += 1) {
      clock.observeArrival(rtpAt(second, 0), second * 1e6 + 60_000);
      clock.observeReport(rtpAt(second, 0), second * 1e6 + (second < 2 ? 7_000_000 : 0), second * 1e6 + 60_000);
    }
    clock.publishTo(rtpAt(59, 0));
    expect(Math.abs(clock.toUs(rtpAt(59, 0)) - 59e6)).toBeLessThan(2000);
  });

  it('is not settled before a report or 15 s of arrivals', () => {
    const clock = new TrackClock(RATE);
    expect(clock.isSettled).toBe(false);
    clock.observeArrival(rtpAt(0, 0), 0);
    clock.observeArrival(rtpAt(10, 0), 10e6);
    expect(clock.isSettled).toBe(false);
    clock.observeReport(rtpAt(10, 0), 10e6, 10e6);
    expect(clock.isSettled).toBe(true);
  });
});
