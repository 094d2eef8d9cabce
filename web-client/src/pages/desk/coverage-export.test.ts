import { describe, expect, it } from 'vitest';
import { ClassroomId, SchoolId } from '../../../../signaling/protocol/ids.ts';
import type { SchoolCoverage } from '../../../../signaling/protocol/rest/coverage.ts';
import { coverageText } from '../../messages/desk-coverage.ts';
import { translator } from '../../text/text.ts';
import { districtRows, schoolRows } from './coverage-export.ts';

const HOUR_MS = 3_600_000;
const t = translator(coverageText, 'zh-CN');
const nothing = { lessons: 0, ms: 0, from: [], line: { score: null, poorShare: null } };
const SCHOOL: SchoolCoverage = {
  schoolId: SchoolId.parse('lishui'),
  schoolName: '丽水小学',
  given: { lessons: 2, ms: 1.5 * HOUR_MS },
  partners: [
    { schoolId: SchoolId.parse('aksu'), schoolName: '阿克苏小学', lessons: 2, ms: 2.75 * HOUR_MS },
    { schoolId: SchoolId.parse('hotan'), schoolName: '和田小学', lessons: 1, ms: 40 * 60_000 },
  ],
  received: { lessons: 1, ms: HOUR_MS / 3 },
  classrooms: [
    {
      classroomId: ClassroomId.parse('a'),
      name: '三年级教室',
      ...{ lessons: 1, ms: HOUR_MS / 3, from: ['缙云小学', '青田小学'], line: { score: 7.5, poorShare: 0.256 } },
    },
    { classroomId: ClassroomId.parse('b'), name: '四年级教室', ...nothing },
  ],
  line: { score: 7.5, poorShare: 0.256 },
};

describe('the usage table that is exported', () => {
  it('has of a school the hours it gave, its partner schools and its classrooms, as numbers', () => {
    expect(schoolRows(t, SCHOOL)).toEqual([
      [
        ...['类别', '名称', '开课（节）', '授课（小时）', '向结对学校授课（教室·小时）', '听课（节）', '听课（小时）'],
        ...['主讲学校', '网络质量（0–10）', '网络较差（%）'],
      ],
      ['本校', '丽水小学', '2', '1.5', '3.42', '1', '0.33', '', '7.5', '26'],
      ['结对学校', '阿克苏小学', '2', '', '2.75', '', '', '', '', ''],
      ['结对学校', '和田小学', '1', '', '0.67', '', '', '', '', ''],
      ['听讲教室', '三年级教室', '', '', '', '1', '0.33', '缙云小学、青田小学', '7.5', '26'],
      ['听讲教室', '四年级教室', '', '', '', '0', '0', '', '', ''],
    ]);
  });

  it('has of the district a line for each school', () => {
    expect(districtRows(t, [SCHOOL])).toEqual([
      [
        ...['学校', '开课（节）', '授课（小时）', '向结对学校授课（教室·小时）', '听课（节）', '听课（小时）'],
        ...['参与教室（间）', '全部教室（间）', '结对学校', '网络质量（0–10）', '网络较差（%）'],
      ],
      ['丽水小学', '2', '1.5', '3.42', '1', '0.33', '1', '2', '阿克苏小学、和田小学', '7.5', '26'],
    ]);
  });

  it('has as many cells in every line as headings', () => {
    for (const rows of [schoolRows(t, SCHOOL), districtRows(t, [SCHOOL])])
      expect(new Set(rows.map(({ length }) => length)).size).toBe(1);
  });
});
