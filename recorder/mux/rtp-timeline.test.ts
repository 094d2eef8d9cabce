import { describe, expect, it } from 'vitest';
import { RtpTimeline, type Stamped } from './rtp-timeline.ts';

const RATE = 90_000;

function run(packets: readonly Stamped[]): { seconds: number[]; healed: number } {
  const ticks: number[] = [];
  let healed = 0;
  const timeline = new RtpTimeline<Stamped>({
    clockRate: RATE,
    emit: (_, unwrapped) => ticks.push(unwrapped),
    onHealed: () => (healed += 1),
  });
  for (const packet of packets) timeline.push(packet);
  timeline.flush();
  const first = ticks[0] ?? 0;
  return { seconds: ticks.map((tick) => (tick - first) / RATE), healed };
}

/** 25 packets a second: `stream` says the RTP time, `arrival` the receive time, both in seconds. */
const sequence = (count: number, stream: (at: number) => number, arrival: (at: number) => number): Stamped[] =>
  Array.from({ length: count }, (_, index) => ({
    timestamp: (Math.round(stream(index / 25) * RATE) + 2 ** 32 - 1000) % 2 ** 32,
    receivedUs: arrival(index / 25) * 1e6,
  }));

describe('RtpTimeline', () => {
  it('unwraps timestamps', () => {
    const { seconds, healed } = run(
      sequence(
        100,
        (at) => at,
        (at) => at,
      ),
    );
    expect(seconds.at(-1)).toBeCloseTo(99 / 25, 6);
    expect(healed).toBe(0);
  });

  it('makes a gap of a hole of 244 s in which RTP time stood still', () => {
    const { seconds, healed } = run(
      sequence(
        200,
        (at) => at,
        (at) => (at < 4 ? at : at + 244),
      ),
    );
    expect(healed).toBe(1);
    expect(seconds[99]).toBeCloseTo(99 / 25, 3);
    expect(seconds[100]).toBeCloseTo(4 + 244, 1);
    expect((seconds[150] ?? 0) - (seconds[100] ?? 0)).toBeCloseTo(2, 3);
  });

  it('takes back a jump ahead and a jump back of the RTP clock', () => {
    for (const jump of [5000, -5000]) {
      const { seconds, healed } = run(
        sequence(
          200,
          (at) => (at < 4 ? at + 6000 : at + 6000 + jump),
          (at) => at,
        ),
      );
      expect(healed).toBe(1);
      expect(seconds.at(-1)).toBeCloseTo(199 / 25, 1);
    }
  });

  it('leaves a burst after a stall of the network alone', () => {
    const { seconds, healed } = run(
      sequence(
        200,
        (at) => at,
        (at) => (at < 2 ? at : Math.max(at, 5 + (at - 2) / 100)),
      ),
    );
    expect(healed).toBe(0);
    expect(seconds.at(-1)).toBeCloseTo(199 / 25, 6);
  });

  it('keeps a gap that RTP time shows (DTX, mute) as it is', () => {
    const { seconds, healed } = run(
      sequence(
        200,
        (at) => (at < 4 ? at : at + 60),
        (at) => (at < 4 ? at : at + 60.05),
      ),
    );
    expect(healed).toBe(0);
    expect(seconds[100]).toBeCloseTo(64, 6);
  });
});
