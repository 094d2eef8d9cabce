import type { ClassroomId, PairingId, SchoolId, SiteId } from '../../signaling/protocol/ids.ts';
import type { Classroom, Pairing } from '../../signaling/protocol/rest/classrooms.ts';

/** Physical rooms, the sites in them, and which schools are paired. Errors as in `DirectoryStore`. */
export interface ClassroomStore {
  /** By school and name; left out: the whole district. */
  listClassrooms(filter: { readonly schoolIds?: readonly SchoolId[] }): Promise<Classroom[]>;
  classroom(classroomId: ClassroomId): Promise<Classroom | undefined>;
  createClassroom(classroom: { readonly schoolId: SchoolId; readonly name: string }): Promise<Classroom>;
  renameClassroom(classroomId: ClassroomId, name: string): Promise<Classroom>;
  /** Its site's sessions end. @throws AppError `conflict` while a live lesson has it. */
  deleteClassroom(classroomId: ClassroomId): Promise<void>;

  /** Replaces an earlier code; an enrolled device stays signed in until the code is used. */
  setEnrolmentCode(
    classroomId: ClassroomId,
    code: { readonly codeHash: string; readonly expiresAtMs: number },
  ): Promise<void>;
  /** Uses a code up and ends the sessions and pairings of the device before. Undefined when it is unknown, used or expired. */
  enrolSite(codeHash: string, nowMs: number): Promise<Site | undefined>;
  site(siteId: SiteId): Promise<Site | undefined>;
  /** Called at most every few seconds per site. */
  siteSeen(siteId: SiteId, atMs: number): Promise<void>;

  /** Left out: the whole district; else where the school is on either side. */
  listPairings(filter: { readonly schoolId?: SchoolId }): Promise<Pairing[]>;
  createPairing(pairing: {
    readonly lecturingSchoolId: SchoolId;
    readonly listeningSchoolId: SchoolId;
  }): Promise<Pairing>;
  deletePairing(pairingId: PairingId): Promise<void>;
  /** Schools that may listen to this one, itself included. */
  listeningSchoolIds(lecturingSchoolId: SchoolId): Promise<SchoolId[]>;
}

export interface Site {
  readonly siteId: SiteId;
  readonly classroomId: ClassroomId;
  readonly classroomName: string;
  readonly schoolId: SchoolId;
  readonly schoolName: string;
  readonly timeZone: string;
  readonly lastSeenAtMs: number | null;
}
