import { randomUUID } from 'node:crypto';
import type { DirectoryStore, NewClassGroupRecord, NewPersonRecord } from '../../storage/ports.ts';
import { hashPassword, readablePassword } from '../auth/password.ts';
import { ClassGroupId, PersonId, type SchoolId } from '../protocol/ids.ts';
import type { ClassGroup, ImportLine, Person, SignInSlip } from '../protocol/rest/directory.ts';
import { AccountNamer, accountCandidates } from './accounts.ts';
import { readSheet, type SheetLine, type SheetRow } from './import-sheet.ts';

/** A sheet looked at beside what the school already has. */
export interface ImportPreview {
  readonly lines: readonly ImportLine[];
  readonly rows: readonly SheetRow[];
  readonly newClassGroups: readonly string[];
}

interface School {
  readonly classGroups: ReadonlyMap<string, ClassGroup>;
  readonly takenAccounts: ReadonlySet<string>;
  readonly peopleByName: ReadonlyMap<string, readonly Person[]>;
}

const fullName = (group: ClassGroup): string =>
  group.name.startsWith(group.grade) ? group.name : `${group.grade}${group.name}`;

async function lookUp(directory: DirectoryStore, schoolId: SchoolId, rows: readonly SheetRow[]): Promise<School> {
  const groups = await directory.listClassGroups({ schoolId });
  const classGroups = new Map(
    groups.flatMap((group) => [[fullName(group), group] as const, [group.name, group] as const]),
  );
  const wanted = rows.flatMap((row) =>
    row.account === '' ? accountCandidates(row.displayName, NAMESAKES) : [row.account],
  );
  const takenAccounts = new Set((await directory.findByAccount(wanted)).map((person) => person.account));
  const wards = await directory.findByDisplayName(schoolId, [...new Set(rows.flatMap((row) => row.wards))]);
  return { classGroups, takenAccounts, peopleByName: Map.groupBy(wards, (person) => person.displayName) };
}

/** Enough numbers for the namesakes of a large school. */
const NAMESAKES = 20;

/** Adds what only the directory knows: taken accounts, and wards that are nowhere or are two. */
function checkLine(line: SheetLine, school: School, pupilsInSheet: ReadonlyMap<string, number>): SheetLine {
  const { row } = line;
  if (row === undefined) return line;
  const problems: ImportLine['problems'] = [];
  if (row.account !== '' && school.takenAccounts.has(row.account)) {
    problems.push({ column: 'account', code: 'accountTaken', message: '账号已存在' });
  }
  for (const ward of row.role === 'guardian' ? row.wards : []) {
    const known =
      school.peopleByName.get(ward)?.filter((person) => person.roles.some((grant) => grant.role === 'student')) ?? [];
    const candidates = known.length + (pupilsInSheet.get(ward) ?? 0);
    if (candidates === 0) problems.push({ column: 'ward', code: 'wardUnknown', message: `没有名叫 ${ward} 的学生` });
    if (candidates > 1)
      problems.push({ column: 'ward', code: 'wardAmbiguous', message: `有 ${candidates} 名学生叫 ${ward}` });
  }
  if (problems.length === 0) return line;
  return { read: { ...line.read, problems }, row: undefined };
}

/** Reads a sheet and names everything that is wrong with each line, without changing anything. */
export async function previewImport(
  directory: DirectoryStore,
  schoolId: SchoolId,
  csv: string,
): Promise<ImportPreview> {
  const read = readSheet(csv);
  const school = await lookUp(
    directory,
    schoolId,
    read.flatMap((line) => (line.row === undefined ? [] : [line.row])),
  );
  const pupilsInSheet = new Map<string, number>();
  for (const { row } of read) {
    if (row?.role === 'student') pupilsInSheet.set(row.displayName, (pupilsInSheet.get(row.displayName) ?? 0) + 1);
  }
  const lines = read.map((line) => checkLine(line, school, pupilsInSheet));
  const rows = lines.flatMap((line) => (line.row === undefined ? [] : [line.row]));
  const named = new Set(rows.map((row) => row.classGroup).filter((name) => name !== ''));
  return {
    lines: lines.map((line) => line.read),
    rows,
    newClassGroups: [...named].filter((name) => !school.classGroups.has(name)),
  };
}

/** 三年级一班 → 三年级 + 一班; 高一(3)班 → 高一 + (3)班; anything else keeps its whole name. */
export function splitClassGroupName(name: string): { readonly grade: string; readonly name: string } {
  const match = /^(.+?年级|[初高][一二三]|[七八九]年级)(.+)$/.exec(name);
  const [, grade, rest] = match ?? [];
  return grade === undefined || rest === undefined ? { grade: '', name } : { grade, name: rest };
}

/** How many argon2id hashes are worked on at once; each takes about 30 ms of a core in the thread pool. */
const HASHES_AT_ONCE = 4;

async function hashAll(passwords: readonly string[]): Promise<string[]> {
  const hashes: string[] = [];
  for (let start = 0; start < passwords.length; start += HASHES_AT_ONCE) {
    hashes.push(...(await Promise.all(passwords.slice(start, start + HASHES_AT_ONCE).map(hashPassword))));
  }
  return hashes;
}

export interface ImportResult {
  readonly people: readonly Person[];
  readonly slips: readonly SignInSlip[];
}

/** Pupils by name: those of the same sheet first, then those of the school. */
function wardFinder(school: School, drafts: readonly { readonly row: SheetRow; readonly personId: PersonId }[]) {
  const inSheet = new Map(
    drafts.filter(({ row }) => row.role === 'student').map(({ row, personId }) => [row.displayName, personId]),
  );
  const isPupil = (person: Person): boolean => person.roles.some((grant) => grant.role === 'student');
  return (name: string): PersonId[] => {
    const personId = inSheet.get(name) ?? school.peopleByName.get(name)?.find(isPupil)?.personId;
    return personId === undefined ? [] : [personId];
  };
}

/** Imports the good lines of a sheet, all or none. @throws AppError `conflict` when somebody else took an account meanwhile. */
export async function importRows(
  directory: DirectoryStore,
  schoolId: SchoolId,
  rows: readonly SheetRow[],
): Promise<ImportResult> {
  const school = await lookUp(directory, schoolId, rows);
  const created = new Map<string, NewClassGroupRecord & { classGroupId: ClassGroupId }>();
  const groupIdOf = (name: string): ClassGroupId | null => {
    if (name === '') return null;
    const known = school.classGroups.get(name);
    if (known !== undefined) return known.classGroupId;
    const group = created.get(name) ?? {
      classGroupId: ClassGroupId.parse(randomUUID()),
      schoolId,
      ...splitClassGroupName(name),
    };
    created.set(name, group);
    return group.classGroupId;
  };

  const namer = new AccountNamer(school.takenAccounts);
  for (const row of rows) if (row.account !== '') namer.reserve(row.account);
  const passwords = rows.map(() => readablePassword());
  const hashes = await hashAll(passwords);
  const drafts = rows.map((row, index) => ({
    row,
    personId: PersonId.parse(randomUUID()),
    account: row.account === '' ? namer.nameFor(row.displayName) : row.account,
    password: passwords[index] ?? '',
    passwordHash: hashes[index] ?? '',
  }));
  const wardIdOf = wardFinder(school, drafts);
  const records: NewPersonRecord[] = drafts.map(({ row, personId, account, passwordHash }) => ({
    personId,
    account,
    displayName: row.displayName,
    role: row.role,
    schoolId,
    classGroupId: groupIdOf(row.classGroup),
    wardIds: row.role === 'guardian' ? row.wards.flatMap(wardIdOf) : [],
    passwordHash,
    mustChangePassword: true,
  }));
  const people = await directory.importPeople({ classGroups: [...created.values()], people: records });
  const slips = drafts.map(({ row, personId, account, password }) => ({
    personId,
    displayName: row.displayName,
    account,
    password,
    role: row.role,
    classGroup: row.classGroup === '' ? null : row.classGroup,
  }));
  return { people, slips };
}
