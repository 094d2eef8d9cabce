import { expect, test } from 'vitest';
import { exposureOf } from './exposure.ts';

test.each([
  ['browser', 'none'],
  ['window', 'window'],
  ['monitor', 'screen'],
  [undefined, 'screen'],
] as const)('of a shared %s the others see of this screen: %s', (displaySurface, exposure) => {
  expect(exposureOf(displaySurface)).toBe(exposure);
});
