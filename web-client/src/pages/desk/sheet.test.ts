import { describe, expect, it } from 'vitest';
import { SHEET_HEADINGS, TEMPLATE_ROWS, decodeSheet, toCsv } from './sheet.ts';

const textOf = (bytes: readonly number[]): string => {
  const sheet = decodeSheet(Uint8Array.from(bytes));
  if (sheet.kind !== 'text') throw new Error(sheet.kind);
  return sheet.text;
};

describe('a sheet that a school drops', () => {
  it('is read as UTF-8, with and without a mark', () => {
    const bytes = new TextEncoder().encode('姓名,角色');
    expect(textOf([...bytes])).toBe('姓名,角色');
    expect(textOf([0xef, 0xbb, 0xbf, ...bytes])).toBe('姓名,角色');
  });

  it('is read as GB18030 when it is no UTF-8, rare characters of names too', () => {
    // 姓名,㛃 – the last one is outside of GBK, four bytes.
    expect(textOf([0xd0, 0xd5, 0xc3, 0xfb, 0x2c, 0x82, 0x30, 0xcf, 0x34])).toMatch(/^姓名,[\u3400-\u4dbf]$/u);
  });

  it('is read as UTF-16, which Excel calls Unicode text', () => {
    expect(textOf([0xff, 0xfe, 0xd3, 0x59, 0x0d, 0x54])).toBe('姓名');
    expect(textOf([0xfe, 0xff, 0x59, 0xd3, 0x54, 0x0d])).toBe('姓名');
  });

  it('is known for a workbook, old or new, instead of being read as letters', () => {
    expect(decodeSheet(Uint8Array.of(0x50, 0x4b, 0x03, 0x04, 0x14))).toEqual({ kind: 'workbook' });
    expect(decodeSheet(Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1))).toEqual({ kind: 'workbook' });
  });
});

describe('a sheet that we give', () => {
  it('begins with the mark that Excel needs and quotes what would break a line', () => {
    expect(
      toCsv([
        ['姓名', '说明'],
        ['陈, 晓"明', 'a\nb'],
      ]),
    ).toBe('\uFEFF姓名,说明\r\n"陈, 晓""明","a\nb"\r\n');
  });

  it('runs no formula that somebody chose as a name', () => {
    expect(toCsv([['=HYPERLINK("x")', '@a', '+1', '-1']])).toBe(`\uFEFF"'=HYPERLINK(""x"")",'@a,'+1,'-1\r\n`);
  });

  it('has a template whose lines all have the columns of its heading', () => {
    expect(TEMPLATE_ROWS.every((row) => row.length === SHEET_HEADINGS.length)).toBe(true);
  });
});
