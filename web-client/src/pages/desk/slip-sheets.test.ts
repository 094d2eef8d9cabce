import { describe, expect, it } from 'vitest';
import { SignInSlip } from '../../../../signaling/protocol/rest/directory.ts';
import { slipSheets } from './slip-sheets.ts';

function slip(displayName: string, classGroup: string | null): SignInSlip {
  const personId = crypto.randomUUID();
  const account = displayName;
  const role = classGroup === null ? 'teacher' : 'student';
  return SignInSlip.parse({ personId, displayName, account, password: 'p', role, classGroup });
}

describe('sheets of sign-in slips', () => {
  it('keep a class together, staff first, classes by number and people by pinyin', () => {
    const slips = [
      slip('张三', '高一(10)班'),
      slip('林老师', null),
      slip('李四', '高一(2)班'),
      slip('陈一', '高一(10)班'),
      slip('白老师', null),
    ];
    expect(slipSheets(slips).map((sheet) => [sheet.classGroup, ...sheet.slips.map((one) => one.displayName)])).toEqual([
      [null, '白老师', '林老师'],
      ['高一(2)班', '李四'],
      ['高一(10)班', '陈一', '张三'],
    ]);
  });

  it('count Chinese numerals as numbers', () => {
    const slips = ['四年级一班', '三年级二班', '三年级一班'].map((group) => slip('王五', group));
    expect(slipSheets(slips).map((sheet) => sheet.classGroup)).toEqual(['三年级一班', '三年级二班', '四年级一班']);
  });

  it('are none without slips', () => {
    expect(slipSheets([])).toEqual([]);
  });
});
