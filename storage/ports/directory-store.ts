import type { ClassGroupId, PersonId, SchoolId } from '../../signaling/protocol/ids.ts';
import type { ClassGroup, Person, School, SchoolSettings } from '../../signaling/protocol/rest/directory.ts';
import type { Me } from '../../signaling/protocol/rest/shapes.ts';
import type { Role } from '../../signaling/protocol/roles.ts';
import type { Page, PageRequest } from './audience.ts';

/**
 * The district's directory: schools, class groups, people with their roles, guardians with their wards.
 *
 * Errors of every method: `unavailable` while the database is away. Methods that change something throw `notFound`
 * when it is not there and `conflict` when a unique name is taken (`details.field`: `account`, `name`,
 * `studentNumber`); several changes in one call happen together or not at all.
 */
export interface DirectoryStore {
  /** Undefined until the district has been set up or seeded. */
  districtName(): Promise<string | undefined>;
  setDistrictName(name: string): Promise<void>;
  /** Whether somebody active may administer the district: the first start is over. */
  hasAdministrator(): Promise<boolean>;
  /** Names the district and makes its first administrator. @throws AppError `gone` when there is one already. */
  setUpDistrict(districtName: string, administrator: FirstAdministrator): Promise<Person>;

  /** By region and name. */
  listSchools(): Promise<School[]>;
  school(schoolId: SchoolId): Promise<School | undefined>;
  createSchool(school: NewSchoolRecord): Promise<School>;
  changeSchool(schoolId: SchoolId, change: Partial<NewSchoolRecord>): Promise<School>;

  /** By grade and name; `search` is a part of the full name (三年级一班). */
  listClassGroups(filter: { readonly schoolId: SchoolId; readonly search?: string }): Promise<ClassGroup[]>;
  classGroup(classGroupId: ClassGroupId): Promise<ClassGroup | undefined>;
  createClassGroup(classGroup: NewClassGroupRecord): Promise<ClassGroup>;
  changeClassGroup(
    classGroupId: ClassGroupId,
    change: { readonly grade?: string; readonly name?: string },
  ): Promise<ClassGroup>;
  /** @throws AppError `conflict` while it has pupils or lessons to come. */
  deleteClassGroup(classGroupId: ClassGroupId): Promise<void>;

  /** By name. */
  listPeople(filter: PeopleFilter): Promise<Page<Person>>;
  person(personId: PersonId): Promise<Person | undefined>;
  /** In no particular order; unknown ids are left out. */
  people(personIds: readonly PersonId[]): Promise<Person[]>;
  /** Exact names within a school, for an import that names wards. */
  findByDisplayName(schoolId: SchoolId, displayNames: readonly string[]): Promise<Person[]>;
  findByAccount(accounts: readonly string[]): Promise<Person[]>;
  createPerson(person: NewPersonRecord): Promise<Person>;
  changePerson(personId: PersonId, change: PersonChange): Promise<Person>;
  /** All or none. @throws AppError `conflict` when an account is taken. */
  importPeople(people: PeopleImport): Promise<Person[]>;

  /** The signed-in person as its own page sees it; undefined when unknown or switched off. */
  me(personId: PersonId): Promise<Me | undefined>;
  /** By account, lower case; undefined when there is none. */
  credentials(account: string): Promise<Credentials | undefined>;
  credentialsOf(personId: PersonId): Promise<Credentials | undefined>;
  setPasswords(passwords: readonly NewPassword[]): Promise<void>;
}

export interface FirstAdministrator {
  readonly account: string;
  readonly displayName: string;
  readonly passwordHash: string;
}

export interface NewSchoolRecord {
  readonly name: string;
  readonly shortName?: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly region: string;
  readonly settings?: Partial<SchoolSettings>;
}

export interface NewClassGroupRecord {
  readonly classGroupId?: ClassGroupId;
  readonly schoolId: SchoolId;
  readonly grade: string;
  readonly name: string;
}

export interface NewPersonRecord {
  /** Made by the caller when others of the same import refer to it. */
  readonly personId?: PersonId;
  readonly account: string;
  readonly displayName: string;
  readonly role: Role;
  /** Null for districtAdmin. */
  readonly schoolId: SchoolId | null;
  readonly classGroupId?: ClassGroupId | null;
  readonly studentNumber?: string | null;
  readonly wardIds?: readonly PersonId[];
  readonly passwordHash: string;
  readonly mustChangePassword: boolean;
}

/** What is left out stays. `role` replaces all roles that the person has in its own school. */
export interface PersonChange {
  readonly displayName?: string;
  readonly role?: Role;
  readonly classGroupId?: ClassGroupId | null;
  readonly wardIds?: readonly PersonId[];
  /** Switching off ends the person's sessions. */
  readonly isActive?: boolean;
}

export interface PeopleImport {
  readonly classGroups: readonly NewClassGroupRecord[];
  readonly people: readonly NewPersonRecord[];
}

export interface PeopleFilter extends PageRequest {
  /** Left out: the whole district. */
  readonly schoolIds?: readonly SchoolId[];
  readonly role?: Role;
  readonly classGroupId?: ClassGroupId;
  /** Part of the name or account. */
  readonly search?: string;
}

export interface Credentials {
  readonly personId: PersonId;
  readonly passwordHash: string;
  readonly isActive: boolean;
  readonly mustChangePassword: boolean;
}

export interface NewPassword {
  readonly personId: PersonId;
  readonly passwordHash: string;
  readonly mustChangePassword: boolean;
}
