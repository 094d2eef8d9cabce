import { createHash, randomUUID } from 'node:crypto';
import type { DirectoryStore, NewClassGroupRecord, NewPersonRecord } from '../../storage/ports.ts';
import { hashPassword, readablePassword } from '../auth/password.ts';
import { ClassGroupId, PersonId, type SchoolId } from '../protocol/ids.ts';
import type { ClassGroup, ImportLine, Person, SignInSlip } from '../protocol/rest/directory.ts';
import { AccountNamer, accountCandidates } from './accounts.ts';
import { readSheet, type SheetLine, type SheetRow } from './import-sheet.ts';

type Problem = ImportLine['problems'][number];

/** A sheet looked at beside what the school already has. */
export interface ImportPreview {
  readonly lines: readonly ImportLine[];
  readonly rows: readonly SheetRow[];
  readonly newClassGroups: readonly string[];
}

interface School {
  readonly classGroups: ReadonlyMap<string, ClassGroup>;
  /** Account → who has it. */
  readonly accounts: ReadonlyMap<string, PersonId>;
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
  const owners = await directory.findByAccount(wanted);
  const names = new Set(rows.flatMap((row) => [row.displayName, ...row.wards]));
  const people = await directory.findByDisplayName(schoolId, [...names]);
  return {
    classGroups,
    accounts: new Map(owners.map((person) => [person.account, person.personId])),
    peopleByName: Map.groupBy(people, (person) => person.displayName),
  };
}

/** Enough numbers for the namesakes of a large school. */
const NAMESAKES = 20;

/** The same line of the same import is the same person, however often it is sent. */
function personIdOf(importKey: string | undefined, line: number): PersonId {
  if (importKey === undefined) return PersonId.parse(randomUUID());
  return PersonId.parse(createHash('sha256').update(`${importKey}\n${line}`).digest('base64url'));
}

/** Whether the school has this very person, as far as a sheet says who somebody is. */
function isSamePerson(person: Person, row: SheetRow, school: School): boolean {
  if (row.account !== '') return person.account === row.account;
  const classGroupId = school.classGroups.get(row.classGroup)?.classGroupId;
  const wards = new Set(person.wards.map((ward) => ward.displayName));
  return (
    person.roles.some((grant) => grant.role === row.role) &&
    (row.classGroup === '' ? person.classGroupId === null : person.classGroupId === classGroupId) &&
    (row.role !== 'guardian' || row.wards.some((ward) => wards.has(ward)))
  );
}

/** Who a row is about, where the school has that person already: from an earlier try, or from before. */
function personOf(row: SheetRow, school: School, ownId: PersonId): Person | undefined {
  const namesakes = school.peopleByName.get(row.displayName) ?? [];
  return namesakes.find((person) => person.personId === ownId || isSamePerson(person, row, school));
}

function wardProblems(row: SheetRow, school: School, pupilsInSheet: ReadonlyMap<string, number>): Problem[] {
  const problems: Problem[] = [];
  for (const ward of row.role === 'guardian' ? row.wards : []) {
    const known =
      school.peopleByName.get(ward)?.filter((person) => person.roles.some((grant) => grant.role === 'student')) ?? [];
    const candidates = known.length + (pupilsInSheet.get(ward) ?? 0);
    if (candidates === 0) problems.push({ column: 'ward', code: 'wardUnknown', values: { name: ward } });
    if (candidates > 1) problems.push({ column: 'ward', code: 'wardAmbiguous', values: { n: candidates, name: ward } });
  }
  return problems;
}

/** Adds what only the directory knows: people who are there already, taken accounts, and wards that are nowhere or are two. */
function checkLine(
  line: SheetLine,
  school: School,
  pupilsInSheet: ReadonlyMap<string, number>,
  importKey: string | undefined,
): SheetLine {
  const { row } = line;
  if (row === undefined) return line;
  const ownId = personIdOf(importKey, row.line);
  const problems = wardProblems(row, school, pupilsInSheet);
  if (row.account !== '') {
    const owner = school.accounts.get(row.account);
    if (owner !== undefined && owner !== ownId) problems.push({ column: 'account', code: 'accountTaken', values: {} });
  } else if ((personOf(row, school, ownId)?.personId ?? ownId) !== ownId) {
    problems.push({
      column: 'displayName',
      code: 'personKnown',
      values: {},
    });
  }
  if (problems.length === 0) return line;
  return { read: { ...line.read, problems }, row: undefined };
}

/** Reads a sheet and names everything that is wrong with each line, without changing anything. */
export async function previewImport(
  directory: DirectoryStore,
  schoolId: SchoolId,
  csv: string,
  importKey?: string,
): Promise<ImportPreview> {
  const read = readSheet(csv);
  const school = await lookUp(
    directory,
    schoolId,
    read.flatMap((line) => (line.row === undefined ? [] : [line.row])),
  );
  const pupilsInSheet = new Map<string, number>();
  for (const { row } of read) {
    // Who is there already would be counted twice.
    const isNew = row?.role === 'student' && personOf(row, school, personIdOf(importKey, row.line)) === undefined;
    if (isNew) pupilsInSheet.set(row.displayName, (pupilsInSheet.get(row.displayName) ?? 0) + 1);
  }
  const lines = read.map((line) => checkLine(line, school, pupilsInSheet, importKey));
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

/** One after the other: several at once would fill the thread pool, and every sign-in of the district would wait for it. */
async function hashAll(passwords: readonly string[]): Promise<string[]> {
  const hashes: string[] = [];
  for (const password of passwords) hashes.push(await hashPassword(password));
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

interface Draft {
  readonly row: SheetRow;
  readonly personId: PersonId;
  readonly account: string;
  readonly password: string;
  readonly passwordHash: string;
}

async function draftsOf(
  rows: readonly SheetRow[],
  school: School,
  known: ReadonlyMap<PersonId, Person>,
  importKey: string | undefined,
): Promise<Draft[]> {
  const namer = new AccountNamer(school.accounts.keys());
  for (const row of rows) if (row.account !== '') namer.reserve(row.account);
  const passwords = rows.map(() => readablePassword());
  const hashes = await hashAll(passwords);
  return rows.map((row, index) => {
    const personId = personIdOf(importKey, row.line);
    const account = row.account === '' ? namer.nameFor(row.displayName) : row.account;
    return {
      row,
      personId,
      account: known.get(personId)?.account ?? account,
      password: passwords[index] ?? '',
      passwordHash: hashes[index] ?? '',
    };
  });
}

/** The class groups that the rows name: those of the school, and new ones for the rest. */
class GroupFinder {
  readonly created = new Map<string, NewClassGroupRecord & { classGroupId: ClassGroupId }>();
  readonly #schoolId: SchoolId;
  readonly #known: School['classGroups'];

  constructor(schoolId: SchoolId, known: School['classGroups']) {
    this.#schoolId = schoolId;
    this.#known = known;
  }

  idOf(name: string): ClassGroupId | null {
    if (name === '') return null;
    const known = this.#known.get(name);
    if (known !== undefined) return known.classGroupId;
    const classGroupId = ClassGroupId.parse(randomUUID());
    const group = this.created.get(name) ?? { classGroupId, schoolId: this.#schoolId, ...splitClassGroupName(name) };
    this.created.set(name, group);
    return group.classGroupId;
  }
}

/**
 * Imports the good lines of a sheet, all or none. Who came with an earlier try of the same import key gets a new password instead:
 * the answer with the first one was lost.
 *
 * @throws AppError `conflict` when somebody else took an account meanwhile.
 */
export async function importRows(
  directory: DirectoryStore,
  schoolId: SchoolId,
  rows: readonly SheetRow[],
  importKey?: string,
): Promise<ImportResult> {
  const school = await lookUp(directory, schoolId, rows);
  const earlier =
    importKey === undefined ? [] : await directory.people(rows.map(({ line }) => personIdOf(importKey, line)));
  // Whoever has become somebody elsewhere since then is not this school's to take over.
  const known = new Map(
    earlier
      .filter(({ roles }) => roles.every((grant) => grant.schoolId === schoolId))
      .map((person) => [person.personId, person]),
  );
  const drafts = await draftsOf(rows, school, known, importKey);
  const groups = new GroupFinder(schoolId, school.classGroups);
  const wardIdOf = wardFinder(school, drafts);
  const records: NewPersonRecord[] = drafts
    .filter(({ personId }) => !known.has(personId))
    .map(({ row, personId, account, passwordHash }) => ({
      personId,
      account,
      displayName: row.displayName,
      role: row.role,
      schoolId,
      classGroupId: groups.idOf(row.classGroup),
      wardIds: row.role === 'guardian' ? row.wards.flatMap(wardIdOf) : [],
      passwordHash,
      mustChangePassword: true,
    }));
  const people = await directory.importPeople({ classGroups: [...groups.created.values()], people: records });
  await directory.setPasswords(
    drafts
      .filter(({ personId }) => known.has(personId))
      .map(({ personId, passwordHash }) => ({ personId, passwordHash, mustChangePassword: true })),
  );
  const slips = drafts.map(({ row, personId, account, password }) => ({
    personId,
    displayName: row.displayName,
    account,
    password,
    role: row.role,
    classGroup: row.classGroup === '' ? null : row.classGroup,
  }));
  return { people: [...known.values(), ...people], slips };
}
