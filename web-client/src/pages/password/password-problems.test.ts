import { expect, test } from 'vitest';
import { passwordProblems } from './password-problems.ts';

test('a new password is long enough, new, and typed twice the same', () => {
  const good = { current: 'old password', next: 'new password', repeat: 'new password' };
  expect(passwordProblems(good)).toEqual({});
  expect(passwordProblems({ ...good, current: null })).toEqual({});
  expect(passwordProblems({ current: '', next: '', repeat: '' })).toEqual({ current: 'required', next: 'required' });
  expect(passwordProblems({ ...good, next: 'short', repeat: 'short' })).toEqual({ next: 'tooShort' });
  expect(passwordProblems({ ...good, current: good.next })).toEqual({ next: 'unchanged' });
  expect(passwordProblems({ ...good, repeat: 'new passwort' })).toEqual({ repeat: 'differs' });
});
