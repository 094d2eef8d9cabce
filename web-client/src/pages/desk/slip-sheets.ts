import type { SignInSlip } from '../../../../signaling/protocol/rest/directory.ts';

/** Slips that are handed out together: a class, or the staff. */
export interface SlipSheet {
  readonly classGroup: string | null;
  readonly slips: readonly SignInSlip[];
}

const NUMERALS = '零一二三四五六七八九十';

/** 三年级二班 → 3年级2班: pinyin would put 二 before 一. */
const numbered = (name: string): string =>
  name.replaceAll(/[零一二三四五六七八九十]/g, (numeral) => String(NUMERALS.indexOf(numeral)));

const inChinese = new Intl.Collator('zh-CN', { numeric: true });

/** One sheet per class group in order of their names, people without one first, each in order of names. */
export function slipSheets(slips: readonly SignInSlip[]): readonly SlipSheet[] {
  const byGroup = new Map<string | null, SignInSlip[]>();
  for (const slip of slips) {
    const sheet = byGroup.get(slip.classGroup) ?? [];
    byGroup.set(slip.classGroup, sheet);
    sheet.push(slip);
  }
  return [...byGroup]
    .map(([classGroup, members]) => ({
      classGroup,
      slips: members.toSorted((a, b) => inChinese.compare(a.displayName, b.displayName)),
    }))
    .toSorted((a, b) => inChinese.compare(numbered(a.classGroup ?? ''), numbered(b.classGroup ?? '')));
}
