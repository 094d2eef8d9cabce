import { expect, test } from 'vitest';
import { fieldProblem } from './errors.ts';
import { isProblemCode, problemWords, PROBLEMS, type ProblemCode } from './problems.ts';

test('a problem is said in both languages with its values', () => {
  const values = { name: '小明', n: 2 };
  expect(problemWords('wardAmbiguous', values)).toBe('有 2 名学生叫 小明，请稍后手动添加');
  expect(problemWords('wardAmbiguous', values, 'en')).toBe('2 pupils are called 小明; add the child by hand later');
  const namesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([name]) => name).toSorted();
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    expect(namesOf(PROBLEMS[code][1]), code).toEqual(namesOf(PROBLEMS[code][0]));
  }
  expect(isProblemCode('constructor')).toBe(false);
});

test('a field problem goes over the wire with its code, its values and words', () => {
  expect(fieldProblem('csv', 'sheetTooLong', { lines: 5000 }).details).toEqual({
    problems: [{ path: 'csv', code: 'sheetTooLong', values: { lines: 5000 }, message: '一次最多导入 5000 行' }],
  });
});
