import { describe, expect, it } from 'vitest';
import { SpeechDetector } from './speech-detector.ts';

const STEP_MS = 60;

/** Whether it was speech at any moment of the seconds in which the level followed `levelAt`. */
function isSpeech(seconds: number, levelAt: (ms: number) => number): boolean {
  const detector = new SpeechDetector();
  let was = false;
  for (let ms = 0; ms < seconds * 1000; ms += STEP_MS) was = detector.add(levelAt(ms), ms) || was;
  return was;
}

/** Syllables of a quarter of a second with short gaps, and a breath now and then. */
const voice = (ms: number): number => (ms % 2_500 > 2_000 ? 0.1 : ms % 300 < 220 ? 0.65 : 0.25);

describe('speech told from the level', () => {
  it('is heard in a quiet room', () => expect(isSpeech(3, voice)).toBe(true));
  it('is heard over a fan', () => expect(isSpeech(3, (ms) => Math.max(0.4, voice(ms)))).toBe(true));
  it('is not a quiet room', () => expect(isSpeech(10, (ms) => 0.05 + (ms % 7) * 0.01)).toBe(false));
  it('is not a fan, however loud', () => expect(isSpeech(10, (ms) => 0.7 + (ms % 5) * 0.01)).toBe(false));
  it('is not a knock now and then', () => expect(isSpeech(10, (ms) => (ms % 1_000 < 100 ? 0.9 : 0.1))).toBe(false));
  it('is not a whisper of noise', () => expect(isSpeech(10, (ms) => (ms % 600 < 300 ? 0.25 : 0.02))).toBe(false));
});
