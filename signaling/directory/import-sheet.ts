import { CsvError, parse } from 'csv-parse/sync';
import { fieldProblem, type AppError } from '../protocol/errors.ts';
import type { ProblemCode, ProblemValues } from '../protocol/problems.ts';
import { AccountName, DisplayName } from '../protocol/rest/shapes.ts';
import type { ImportLine } from '../protocol/rest/directory.ts';
import type { Role } from '../protocol/roles.ts';

/** Headings that schools write, Chinese first; the first of each list is what our template uses. */
const HEADINGS = {
  displayName: ['姓名', 'name'],
  role: ['角色', '身份', 'role'],
  classGroup: ['班级', 'class', 'class group'],
  account: ['账号', '帐号', 'account'],
  ward: ['孩子', '学生姓名', 'ward', 'child'],
} as const;
type Column = keyof typeof HEADINGS;

const ROLE_WORDS: ReadonlyMap<string, Role> = new Map<string, Role>(
  Object.entries({
    学生: 'student',
    student: 'student',
    教师: 'teacher',
    老师: 'teacher',
    teacher: 'teacher',
    家长: 'guardian',
    guardian: 'guardian',
    parent: 'guardian',
    管理员: 'schoolAdmin',
    学校管理员: 'schoolAdmin',
    schooladmin: 'schoolAdmin',
  } satisfies Record<string, Role>),
);

const MAX_LINES = 5_000;

export interface SheetRow {
  readonly line: number;
  readonly displayName: string;
  readonly role: Role;
  /** Empty for people without a class group. */
  readonly classGroup: string;
  /** Empty: made from the name. */
  readonly account: string;
  /** Names (or accounts) of the guardian's wards. */
  readonly wards: readonly string[];
}

/** A line that was read: `row` when nothing in the sheet itself is wrong with it. */
export interface SheetLine {
  readonly read: ImportLine;
  readonly row: SheetRow | undefined;
}

function columnsOf(heading: readonly string[]): ReadonlyMap<Column, number> {
  const columns = new Map<Column, number>();
  heading.forEach((cell, index) => {
    const word = cell.trim().toLowerCase();
    for (const column of Object.keys(HEADINGS) as Column[]) {
      if ((HEADINGS[column] as readonly string[]).includes(word)) columns.set(column, index);
    }
  });
  return columns;
}

function recordsOf(csv: string): { readonly cells: readonly string[]; readonly line: number }[] {
  const delimiter = [',', '\t', ';'].find((mark) => (csv.split('\n', 1)[0] ?? '').includes(mark)) ?? ',';
  try {
    const records = parse(csv, {
      bom: true,
      delimiter,
      trim: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records
      .filter(({ record }) => record.some((cell) => cell !== ''))
      .map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw sheetProblem('sheetUnreadable');
  }
}

function sheetProblem(code: ProblemCode, values: ProblemValues = {}): AppError {
  return fieldProblem('csv', code, values);
}

function readLine(cells: readonly string[], line: number, columns: ReadonlyMap<Column, number>): SheetLine {
  const cell = (column: Column): string => cells[columns.get(column) ?? -1] ?? '';
  const problems: ImportLine['problems'] = [];
  const problem = (column: Column, code: ProblemCode): void => void problems.push({ column, code, values: {} });

  const displayName = cell('displayName');
  if (!DisplayName.safeParse(displayName).success) problem('displayName', 'nameMissing');
  const role = ROLE_WORDS.get(cell('role').toLowerCase());
  if (role === undefined) problem('role', 'roleUnknown');
  const account = cell('account').toLowerCase();
  if (account !== '' && !AccountName.safeParse(account).success) problem('account', 'accountInvalid');
  const classGroup = cell('classGroup');
  if (role === 'student' && classGroup === '') problem('classGroup', 'classGroupMissing');
  const wards = cell('ward')
    .split(/[、,，;；/ ]+/)
    .filter((name) => name !== '');
  if (role === 'guardian' && wards.length === 0) problem('ward', 'wardMissing');

  const read = { line, displayName, role: cell('role'), classGroup, account, ward: cell('ward'), problems };
  if (role === undefined || problems.length > 0) return { read, row: undefined };
  return { read, row: { line, displayName, role, classGroup, account, wards } };
}

/** Who a line is about: the account where there is one, else everything that it says. */
function identityOf({ account, displayName, role, classGroup, ward }: ImportLine): string {
  return account === '' ? JSON.stringify([displayName, role, classGroup, ward]) : account;
}

/** Somebody who appears twice in one sheet is a slip of the pen on the later line. */
function markRepeated(lines: readonly SheetLine[]): SheetLine[] {
  const firstLine = new Map<string, number>();
  return lines.map((line) => {
    const identity = identityOf(line.read);
    const earlier = firstLine.get(identity);
    if (earlier === undefined) {
      firstLine.set(identity, line.read.line);
      return line;
    }
    const isNamed = line.read.account !== '';
    const repeated = {
      column: isNamed ? 'account' : 'displayName',
      code: isNamed ? 'accountRepeated' : 'lineRepeated',
      values: { line: earlier },
    } satisfies ImportLine['problems'][number];
    return { read: { ...line.read, problems: [...line.read.problems, repeated] }, row: undefined };
  });
}

/**
 * Reads a people sheet (CSV, comma, semicolon or tab; Chinese or English headings).
 *
 * @throws AppError `invalidInput` when it is no sheet at all: no heading, no lines, too many.
 */
export function readSheet(csv: string): SheetLine[] {
  const [heading, ...rest] = recordsOf(csv);
  if (heading === undefined) throw sheetProblem('sheetEmpty');
  const columns = columnsOf(heading.cells);
  const missing = (['displayName', 'role'] as const).filter((column) => !columns.has(column));
  if (missing.length > 0) {
    throw sheetProblem('sheetColumnsMissing', { columns: missing.map((column) => HEADINGS[column][0]).join('、') });
  }
  if (rest.length === 0) throw sheetProblem('sheetOnlyHeading');
  if (rest.length > MAX_LINES) throw sheetProblem('sheetTooLong', { lines: MAX_LINES });
  return markRepeated(rest.map(({ cells, line }) => readLine(cells, line, columns)));
}
