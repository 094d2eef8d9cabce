import { describe, expect, it } from 'vitest';
import { AppError } from '../protocol/errors.ts';
import { readSheet } from './import-sheet.ts';

const HEADING = '姓名,角色,班级,账号,孩子\n';

describe('readSheet()', () => {
  it('reads good lines with Chinese headings', () => {
    const lines = readSheet(`\uFEFF${HEADING}陈晓明,学生,三年级一班,,\n陈爸爸,家长,,cheng-ba,陈晓明\n`);
    expect(lines.map((line) => line.read.problems)).toEqual([[], []]);
    expect(lines[1]?.row).toEqual({
      line: 3,
      displayName: '陈爸爸',
      role: 'guardian',
      classGroup: '',
      account: 'cheng-ba',
      wards: ['陈晓明'],
    });
  });

  it('takes no role for one that every object has', () => {
    const [line] = readSheet(`${HEADING}王五,constructor,,,\n`);
    expect(line?.read.problems.map((problem) => problem.code)).toEqual(['roleUnknown']);
  });

  it('names each bad line with its number in the file and keeps the good ones', () => {
    const lines = readSheet(
      `${HEADING},学生,一班,,\n李四,校长,,,\n王五,学生,,,\n\n赵六,学生,一班,zhao,\n孙七,教师,,zhao,\n`,
    );
    expect(lines.map(({ read }) => [read.line, read.problems.map((problem) => problem.code)])).toEqual([
      [2, ['nameMissing']],
      [3, ['roleUnknown']],
      [4, ['classGroupMissing']],
      [6, []],
      [7, ['accountRepeated']],
    ]);
    expect(lines.filter((line) => line.row !== undefined)).toHaveLength(1);
  });

  it('reads tabs and English headings', () => {
    const [line] = readSheet('name\trole\tclass\nAnna Li\tteacher\t\n');
    expect(line?.row).toMatchObject({ displayName: 'Anna Li', role: 'teacher' });
  });

  it.each([
    ['nothing', ''],
    ['only a heading', HEADING],
    ['no role column', '姓名,班级\n陈晓明,一班\n'],
    ['an open quote', '姓名,角色\n"陈晓明,学生\n'],
  ])('refuses %s as a whole', (_name, csv) => {
    expect(() => readSheet(csv)).toThrow(AppError);
  });
});
