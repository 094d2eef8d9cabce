import { expect, test } from 'vitest';
import type { ImportLine } from '../../../../signaling/protocol/rest/directory.ts';
import { batchesOf } from './import-batches.ts';

const line = (n: number, more: Partial<ImportLine> = {}): ImportLine => ({
  line: n,
  displayName: `学生${n}`,
  role: '学生',
  classGroup: '一班',
  account: '',
  ward: '',
  problems: [],
  ...more,
});

test('a sheet goes in parts of its good lines, parents after all children, each part under a key of its own', () => {
  const parent = line(2, { displayName: '家长', role: '家长', classGroup: '', ward: '学生40' });
  const bad = line(3, { problems: [{ column: 'role', code: 'roleUnknown', values: {} }] });
  const named = line(4, { account: 'xue-sheng' });
  const batches = batchesOf([parent, bad, named, ...Array.from({ length: 39 }, (_, n) => line(n + 5))]);
  expect(batches.map(({ count }) => count)).toEqual([20, 20, 1]);
  expect(new Set(batches.map(({ importKey }) => importKey)).size).toBe(3);
  const text = batches.map(({ csv }) => csv);
  expect(text.every((csv) => csv.startsWith('\uFEFF姓名,角色,班级,账号,孩子\r\n'))).toBe(true);
  expect(text[1]).toContain('学生4,学生,一班,xue-sheng,\r\n');
  expect(text[2]).toContain('家长,家长,,,学生40\r\n');
  expect(text.join('')).not.toContain('学生3,');
});
