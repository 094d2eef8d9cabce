import { describe, expect, it } from 'vitest';
import { LOOK_EVERY_MS, SoundPatience } from './sound-patience.ts';

const SAMPLES_PER_LOOK = 48_000 * (LOOK_EVERY_MS / 1_000);
const ROUND_TRIP_MS = 200;

/** A line of which each look heard that share made up. */
class Line {
  readonly patience = new SoundPatience();
  #looks = 0;
  #concealed = 0;
  #silent = 0;
  #received = 0;
  #lost = 0;
  #asked = 0;

  hear(looks: number, { concealed = 0, silent = 0, isMuted = false, isAskedFor = true } = {}): number | null {
    for (let i = 0; i < looks; i += 1) {
      this.#looks += 1;
      this.#concealed += (concealed + silent) * SAMPLES_PER_LOOK;
      this.#silent += silent * SAMPLES_PER_LOOK;
      if (!isMuted && silent < 1) {
        this.#received += 100;
        if (isAskedFor) this.#asked += Math.round(concealed * 100);
        else this.#lost += Math.round(concealed * 100);
      }
      const heard = {
        totalSamplesReceived: this.#looks * SAMPLES_PER_LOOK,
        concealedSamples: this.#concealed,
        silentConcealedSamples: this.#silent,
        packetsReceived: this.#received,
        packetsLost: this.#lost,
        nackCount: this.#asked,
        roundTripMs: ROUND_TRIP_MS,
      };
      this.patience.look(heard, this.#looks * LOOK_EVERY_MS);
    }
    return this.patience.targetMs;
  }
}

const looksIn = (seconds: number): number => (seconds * 1_000) / LOOK_EVERY_MS;

describe('the patience of received sound', () => {
  it('is the browser’s own on a good line, after one click, and while nobody speaks', () => {
    const line = new Line();
    expect(line.hear(20, { concealed: 0.005 })).toBeNull();
    line.hear(1, { concealed: 0.3 });
    expect(line.hear(1)).toBeNull();
    expect(line.hear(20, { silent: 1 })).toBeNull();
    expect(line.hear(4, { concealed: 0.1, isMuted: true })).toBeNull();
  });

  it('is a round trip and a little more once a line is heard to lose', () => {
    const line = new Line();
    line.hear(1);
    expect(line.hear(2, { concealed: 0.04 })).toBe(300);
  });

  it('begins as well where a browser asks for nothing that would come too late', () => {
    const line = new Line();
    line.hear(1);
    expect(line.hear(2, { concealed: 0.04, isAskedFor: false })).toBe(300);
  });

  it('is kept while nobody speaks, which says nothing about the line', () => {
    const line = new Line();
    line.hear(1);
    line.hear(2, { concealed: 0.04 });
    expect(line.hear(looksIn(300), { silent: 1 })).toBe(300);
    expect(line.hear(looksIn(64))).toBeNull();
  });

  it('grows while that does not do, up to a limit that leaves a conversation possible', () => {
    const line = new Line();
    line.hear(1);
    expect(line.hear(4, { concealed: 0.04 })).toBe(400);
    expect(line.hear(20, { concealed: 0.04 })).toBe(600);
  });

  it('ends when nothing was lost for a minute, and holds longer when that was too early', () => {
    const line = new Line();
    line.hear(1);
    line.hear(2, { concealed: 0.04 });
    expect(line.hear(looksIn(58))).toBe(300);
    expect(line.hear(looksIn(4))).toBeNull();
    expect(line.hear(2, { concealed: 0.04 })).toBe(300);
    expect(line.hear(looksIn(110))).toBe(300);
    expect(line.hear(looksIn(14))).toBeNull();
  });

  it('goes on when counters begin anew', () => {
    const line = new Line();
    line.hear(5, { concealed: 0.04 });
    const before = line.patience.targetMs;
    const anew = {
      totalSamplesReceived: 10,
      concealedSamples: 0,
      silentConcealedSamples: 0,
      packetsReceived: 1,
      packetsLost: 0,
      nackCount: 0,
      roundTripMs: 0,
    };
    expect(line.patience.look(anew, 1_000_000)).toBe(before);
  });
});
