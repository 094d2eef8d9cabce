import { describe, expect, it } from 'vitest';
import { isCarriedWithin, pickSlides, uncovered, withinBudget, type Candidate } from './slide-picker.ts';

const POINTS = 1_000;
/** `share` of the picture is white, the rest black; `noise` is added everywhere. */
const picture = (share: number, noise = 0): Buffer =>
  Buffer.from(Array.from({ length: POINTS }, (_, at) => (at < share * POINTS ? 200 : 20) + noise));
const every = (pictures: readonly Buffer[]): Candidate[] =>
  pictures.map((grey, index) => ({ atUs: index * 1e6, grey }));

describe('pictures of a board', () => {
  it('are kept when a page turns and rests, and not for noise or a pointer', () => {
    const pictures = [
      ...Array.from({ length: 5 }, (_, index) => picture(0.1, index % 3)),
      picture(0.102),
      ...Array.from({ length: 5 }, () => picture(0.4)),
    ];
    expect(pickSlides(every(pictures), { isFilmed: false })).toEqual([0, 7]);
  });

  it('are kept now and then while nothing rests', () => {
    const restless = Array.from({ length: 60 }, (_, index) => picture(0.1 + (index % 2) * 0.3 + index * 0.008));
    const kept = pickSlides(every(restless), { isFilmed: false });
    expect(kept.length).toBeGreaterThanOrEqual(4);
    expect(kept.length).toBeLessThanOrEqual(7);
  });

  it('keep the last page even when the lesson ends as it turns', () => {
    expect(pickSlides(every([picture(0.1), picture(0.1), picture(0.5)]), { isFilmed: false })).toEqual([0, 2]);
  });

  it('of a film pass over a face that moves in its tile', () => {
    const moving = Array.from({ length: 30 }, (_, index) => picture(0.1 + (index % 2) * 0.015));
    expect(pickSlides(every(moving), { isFilmed: true })).toEqual([0]);
  });
});

it('pictures are looked at run by run where a page is seen between them', () => {
  const second = (at: number) => ({ atUs: at * 1e6 });
  const seconds = Array.from({ length: 10 }, (_, at) => second(at));
  const spans = [
    { fromUs: 0, toUs: 2e6 },
    { fromUs: 4.5e6, toUs: 6e6 },
    { fromUs: 6e6, toUs: 7e6 },
  ];
  expect(uncovered(seconds, spans)).toEqual([[2, 3, 4].map(second), [7, 8, 9].map(second)]);
  expect(uncovered(seconds, [])).toEqual([seconds]);
});

describe('the budget of a poor line', () => {
  it('lets pages through that a line can carry, and thins out a flood', () => {
    const calm = Array.from({ length: 50 }, (_, index) => ({ atUs: index * 10e6, bytes: 60_000 }));
    expect(withinBudget(calm)).toHaveLength(50);
    const flood = Array.from({ length: 300 }, (_, index) => ({ atUs: index * 1e6, bytes: 60_000 }));
    const kept = withinBudget(flood);
    expect(kept[0]).toBe(flood[0]);
    expect(kept.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(160_000 + 300 * 9_000);
    expect(kept.length).toBeGreaterThan(40);
  });

  it('lets through whatever is due, and makes the others pay for it', () => {
    const pages = Array.from({ length: 4 }, (_, index) => ({ atUs: index * 1e6, bytes: 100_000, isDue: true }));
    const faces = Array.from({ length: 60 }, (_, index) => ({ atUs: (4 + index) * 1e6, bytes: 9_000, isDue: false }));
    const kept = withinBudget([...pages, ...faces]);
    expect(kept.slice(0, 4)).toEqual(pages);
    expect(kept[4]?.atUs).toBeGreaterThan(20e6);
    expect(isCarriedWithin(90_000, 10e6)).toBe(true);
    expect(isCarriedWithin(90_000, 9e6)).toBe(false);
  });
});
