import { describe, expect, it } from 'vitest';
import { BandHistory, findEcho, FRAME_MS } from './echo-finder.ts';

const BANDS = 12;
const SECONDS = 6;
const FRAMES = (SECONDS * 1000) / FRAME_MS;

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** Syllables of 100–300 ms, each with formants of its own, and breaths between words. */
function speech(seed: number, rhythm = seed): number[][] {
  const [chance, beat] = [randomFrom(seed), randomFrom(rhythm)];
  const frames: number[][] = [];
  while (frames.length < FRAMES) {
    const length = 5 + Math.floor(beat() * 10);
    const isGap = beat() < 0.3;
    const formants = [chance() * BANDS, chance() * BANDS];
    for (let n = 0; n < length; n += 1) {
      frames.push(
        Array.from({ length: BANDS }, (_unused, band) => {
          const near = Math.min(...formants.map((formant) => Math.abs(formant - band)));
          return isGap ? -75 : -25 - near * 6 + chance() * 3;
        }),
      );
    }
  }
  return frames.slice(0, FRAMES);
}

const silence = Array.from({ length: BANDS }, () => -90);

/** Later, quieter, coloured by a room, over its noise. */
function echoOf(frames: readonly number[][], delayMs: number, lossDb: number, seed = 7): number[][] {
  const chance = randomFrom(seed);
  const colour = Array.from({ length: BANDS }, () => chance() * 10);
  return frames.map((_unused, index) => {
    const source = frames[index - delayMs / FRAME_MS] ?? silence;
    return source.map((level, band) => Math.max(level - lossDb - (colour[band] ?? 0), -62 + chance() * 4));
  });
}

/** Two sounds at once: the louder one counts in each band. */
const mixed = (a: readonly number[][], b: readonly number[][]): number[][] =>
  a.map((frame, index) => frame.map((level, band) => Math.max(level, b[index]?.[band] ?? -90)));

function find(said: readonly number[][], heard: readonly number[][]) {
  const [reference, candidate] = [new BandHistory(), new BandHistory()];
  for (const frame of said) reference.add(frame);
  for (const frame of heard) candidate.add(frame);
  return findEcho(reference, candidate);
}

describe('an echo found in the levels', () => {
  it.each([60, 140, 300, 520, 780])('is named with its delay of %i ms', (delayMs) => {
    const said = speech(delayMs);
    expect(find(said, echoOf(said, delayMs, 15))?.delayMs).toBe(delayMs);
  });

  it('is found under a cough or two of that classroom', () => {
    const said = speech(3);
    const coughs = speech(4).map((frame, index) => (index % 100 < 15 ? frame : silence));
    expect(find(said, mixed(echoOf(said, 240, 10), coughs))?.delayMs).toBe(240);
  });

  it('is not somebody who speaks at the same time', () => {
    for (let seed = 10; seed < 40; seed += 1) expect(find(speech(seed), speech(seed + 100))).toBeNull();
  });

  it('is not a class that reads aloud together in the same rhythm', () => {
    for (let seed = 10; seed < 40; seed += 1) {
      const chorus = speech(seed + 100, seed);
      expect(find(speech(seed, seed), echoOf(chorus, 120, 5))).toBeNull();
    }
  });

  it('is not what a class repeats a second later', () => {
    const said = speech(5);
    expect(find(said, echoOf(said, 1_200, 5))).toBeNull();
  });

  it('is not a silent microphone, nor silence of the teacher', () => {
    expect(
      find(
        speech(6),
        speech(6).map(() => silence),
      ),
    ).toBeNull();
    expect(
      find(
        speech(6).map(() => silence),
        speech(6),
      ),
    ).toBeNull();
  });

  it('is not a tone with a beep every second on both sides', () => {
    const beeps = (shift: number) =>
      Array.from({ length: FRAMES }, (_unused, index) =>
        silence.map((level, band) => (band === 3 ? -20 : (index + shift) % 50 < 6 && band > 8 ? -10 : level)),
      );
    expect(find(beeps(5), beeps(0))).toBeNull();
  });
});
