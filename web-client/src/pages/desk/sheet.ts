/** A people sheet on its way in and out of the browser. */
export type DecodedSheet =
  | { readonly kind: 'text'; readonly text: string }
  /** A zip or OLE container: Excel's own formats. */
  | { readonly kind: 'workbook' };

const startsWith = (bytes: Uint8Array, ...magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte);

/**
 * The text of a CSV as Chinese offices make it: UTF-8 with or without a mark, UTF-16 (Excel's “Unicode text”), else
 * GB18030, which reads every GBK and GB2312 file, too.
 */
export function decodeSheet(bytes: Uint8Array): DecodedSheet {
  const isZip = startsWith(bytes, 0x50, 0x4b, 0x03, 0x04);
  const isOle = startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0);
  if (isZip || isOle) return { kind: 'workbook' };
  if (startsWith(bytes, 0xff, 0xfe)) return { kind: 'text', text: new TextDecoder('utf-16le').decode(bytes) };
  if (startsWith(bytes, 0xfe, 0xff)) return { kind: 'text', text: new TextDecoder('utf-16be').decode(bytes) };
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { kind: 'text', text: new TextDecoder('gb18030').decode(bytes) };
  }
}

/** Spreadsheets run cells that begin like a formula; an apostrophe makes them text. */
const LIKE_A_FORMULA = /^[=+\-@\t\r]/;

function cellText(cell: string): string {
  const safe = LIKE_A_FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** RFC 4180, with the mark without which Excel takes UTF-8 for GBK. */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map((row) => row.map(cellText).join(',')).join('\r\n')}\r\n`;
}

/** The headings that the import knows, in the order of the template. */
export const SHEET_HEADINGS = ['姓名', '角色', '班级', '账号', '孩子'] as const;

export const TEMPLATE_ROWS: readonly (readonly string[])[] = [
  SHEET_HEADINGS,
  ['张老师', '教师', '', '', ''],
  ['陈晓明', '学生', '三年级一班', '', ''],
  ['陈建国', '家长', '', '', '陈晓明'],
];

/** Gives the browser a file to keep. */
export function downloadCsv(fileName: string, rows: readonly (readonly string[])[]): void {
  const url = URL.createObjectURL(new Blob([toCsv(rows)], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${fileName}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
