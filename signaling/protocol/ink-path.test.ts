import { expect, it } from 'vitest';
import { InkShape, InkStroke } from './ink.ts';
import { drawnInk } from './ink-path.ts';

const PAGE = { width: 1_000, height: 500 };
/** From a tenth to nine tenths of the page, by way of a corner that figures know nothing of. */
const POINTS = [1_000, 1_000, 9_000, 1_000, 9_000, 9_000];
const pathOf = (shape: InkShape, points = POINTS): string => drawnInk({ shape, points }, PAGE).d;

it('draws figures between the first point and the last', () => {
  expect(pathOf('line')).toBe('M100.0 50.0L900.0 450.0');
  expect(pathOf('box')).toBe('M100.0 50.0H900.0V450.0H100.0Z');
  expect(pathOf('oval')).toBe('M100.0 250.0A400.0 200.0 0 1 1 900.0 250.0A400.0 200.0 0 1 1 100.0 250.0');
  expect(pathOf('arrow')).toMatch(/^M100\.0 50\.0L900\.0 450\.0M[\d. ]+L900\.0 450\.0L[\d. ]+$/);
});

it('rounds what a hand has drawn, and shows a dot', () => {
  expect(pathOf('pen')).toBe('M100.0 50.0Q900.0 50.0 900.0 250.0L900.0 450.0');
  expect(pathOf('pen', [5_000, 5_000])).toBe('M500.0 250.0L500.0 250.0');
  for (const shape of InkShape.options) expect(pathOf(shape, [5_000, 5_000])).not.toContain('NaN');
});

it('lets a marker show what lies below, and takes old strokes for a pen’s', () => {
  const [pen, marker] = (['pen', 'marker'] as const).map((shape) => drawnInk({ shape, points: POINTS }, PAGE));
  expect(pen).toMatchObject({ width: 4, opacity: 1 });
  expect(marker?.width).toBeGreaterThan(15);
  expect(marker?.opacity).toBeLessThan(0.5);
  expect(InkStroke.parse({ strokeId: 's', seatId: 'a', colour: 'red', points: [] }).shape).toBe('pen');
});
