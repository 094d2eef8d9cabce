import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../tests/net/seeded-random.ts';
import { CaptureStamps, NO_STAMPS, StampState, type LostSound } from './capture-stamps.ts';

const RATE = 48_000;
const PACKET_S = 0.02;
/** NTP's and not session's: its origin does not matter. */
const ORIGIN_US = 1.7e15;

interface Sender {
  readonly seconds: number;
  readonly ppm?: number;
  /** Seconds of true time at which sound is lost, and how much of it. */
  readonly losses?: readonly { readonly atS: number; readonly lostMs: number }[];
  /** A single stamp that is wrong by so much. */
  readonly stray?: { readonly atS: number; readonly ms: number };
  /** Without it stamps are exact, and those that follow from the one before are left out. */
  readonly noiseMs?: number;
}

const lostBy = (sentS: number, losses: NonNullable<Sender['losses']>): number =>
  losses.reduce((sum, { atS, lostMs }) => sum + (sentS >= atS ? lostMs * 1_000 : 0), 0);

const strayBy = (sentS: number, stray: Sender['stray']): number =>
  stray !== undefined && Math.abs(stray.atS - sentS) < PACKET_S / 2 ? stray.ms * 1_000 : 0;

/** Stamps 5 ms more or less, on every packet. */
function observe({ seconds, ppm = 0, losses = [], stray, noiseMs = 10 }: Sender): LostSound[] {
  let stamps = new CaptureStamps(1e6 / RATE, NO_STAMPS);
  const random = seededRandom(5);
  const found: LostSound[] = [];
  let toldUs = 0;
  for (let packet = 0; packet < seconds / PACKET_S; packet += 1) {
    const sentS = packet * PACKET_S;
    const lostUs = lostBy(sentS, losses);
    const strayUs = strayBy(sentS, stray);
    const capturedUs = ORIGIN_US + sentS * 1e6 + lostUs + strayUs + (random() - 0.5) * noiseMs * 1_000;
    const rtp = Math.round(sentS * RATE * (1 + ppm / 1e6));
    const isTold = noiseMs > 0 || packet % 50 === 0 || lostUs !== toldUs;
    if (isTold) toldUs = lostUs;
    const lost = stamps.observe(rtp, isTold ? capturedUs : undefined);
    if (lost !== undefined) found.push(lost);
    // What is read again after a restart has been seen.
    expect(stamps.observe(rtp, capturedUs + 300_000)).toBeUndefined();
    if (packet % 500 === 0) stamps = new CaptureStamps(1e6 / RATE, StampState.parse(structuredClone(stamps.state)));
  }
  return found;
}

describe('the instants of capture that packets carry', () => {
  it.each([10, 0])('tell what was lost, how much and where, when stamps scatter by %i ms', (noiseMs) => {
    const losses = [
      { atS: 10, lostMs: 60 },
      { atS: 10.5, lostMs: 150 },
      { atS: 40, lostMs: 450 },
    ];
    const found = observe({ seconds: 60, losses, noiseMs });
    expect(found).toHaveLength(losses.length);
    for (const [index, { fromRtp, lostUs }] of found.entries()) {
      expect(Math.abs(fromRtp / RATE - (losses[index]?.atS ?? 0))).toBeLessThan(PACKET_S);
      expect(Math.abs(lostUs / 1_000 - (losses[index]?.lostMs ?? 0))).toBeLessThan(12);
    }
  });

  it('add up losses that are too small to be told from noise', () => {
    const losses = Array.from({ length: 20 }, (_loss, index) => ({ atS: 5 + index, lostMs: 8 }));
    const found = observe({ seconds: 30, losses });
    const lostMs = found.reduce((sum, { lostUs }) => sum + lostUs / 1_000, 0);
    expect(Math.abs(lostMs - 160)).toBeLessThan(25);
  });

  it.each([300, -300])('take skew of %i ppm for no loss, in an hour', (ppm) => {
    expect(observe({ seconds: 3_600, ppm })).toEqual([]);
  });

  it('take a clock that was set for no loss', () => {
    expect(observe({ seconds: 20, losses: [{ atS: 10, lostMs: 5_000 }] })).toEqual([]);
    expect(observe({ seconds: 20, losses: [{ atS: 10, lostMs: -300 }] })).toEqual([]);
  });

  it('take a single wrong stamp for no loss', () => {
    expect(observe({ seconds: 20, stray: { atS: 10, ms: 400 } })).toEqual([]);
    expect(observe({ seconds: 20, stray: { atS: 10, ms: -400 } })).toEqual([]);
    expect(observe({ seconds: 20, stray: { atS: 0, ms: -400 } })).toEqual([]);
  });
});
