import { expect, test } from 'vitest';
import { summarise } from './run-tests.mjs';

const none = { passed: 0, failed: 0, skipped: [], errors: [] };

test('the last line of a run counts what passed, failed and was skipped, with the reasons above it', () => {
  const skipped = [{ title: 'reads a tape', reason: 'no tape drive' }];
  expect(summarise({ passed: 7, failed: 0, skipped, errors: [] }, 0)).toEqual({
    text: 'skipped: reads a tape (no tape drive)\n7 passed, 0 failed, 1 skipped\n',
    failed: 0,
  });
});

test('a run without a test, with a file that does not load, or that ended oddly has failed', () => {
  expect(summarise(none, 0)).toEqual({ text: 'error: no test ran\n0 passed, 1 failed, 0 skipped\n', failed: 1 });
  expect(summarise({ ...none, passed: 3, errors: ['a.test.ts: SyntaxError'] }, 1).failed).toBe(1);
  expect(summarise({ ...none, passed: 3 }, 139).text).toMatch(/code 139\n3 passed, 1 failed, 0 skipped\n$/);
});
