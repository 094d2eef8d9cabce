import type { ClassroomId, PersonId, SchoolId, SiteId } from '../../signaling/protocol/ids.ts';
import type { SiteHealth, SitePhone, SiteWanted } from '../../signaling/protocol/rest/sites.ts';

/** Screens of classrooms as they are looked after, and the phones paired with them. Errors as in `DirectoryStore`. */
export interface SiteStore {
  /** Enrolled ones, by school and classroom; left out: the whole district. `nowMs` ends the day that is counted. */
  list(filter: { readonly schoolIds?: readonly SchoolId[]; readonly nowMs: number }): Promise<SiteRecord[]>;
  site(siteId: SiteId, nowMs: number): Promise<SiteRecord | undefined>;
  /** Keeps the last report, and one count for each quarter of an hour of the last 24 hours. */
  reported(siteId: SiteId, atMs: number, health: SiteHealth): Promise<void>;
  wanted(siteId: SiteId): Promise<SiteWanted>;
  /** What is left out stays as it was. @throws AppError `notFound` */
  want(siteId: SiteId, wanted: Partial<SiteWanted>): Promise<void>;
  /** Those of them that are enrolled. */
  enrolled(siteIds: readonly SiteId[]): Promise<SiteId[]>;
  /** Ends its sessions and pairings. @throws AppError `notFound` when it is not enrolled. */
  unenrol(siteId: SiteId): Promise<void>;

  /** Again: longer. The oldest goes when the screen has too many. */
  pair(phone: {
    readonly siteId: SiteId;
    readonly personId: PersonId;
    readonly atMs: number;
    readonly expiresAtMs: number;
  }): Promise<void>;
  /** Paired, and still a teacher of the school that the screen is in. */
  isPhone(siteId: SiteId, personId: PersonId, nowMs: number): Promise<boolean>;
  /** Those that are good as `isPhone` has it, last paired first. */
  pairingsOf(personId: PersonId, nowMs: number): Promise<PhonePairing[]>;
  /** @throws AppError `notFound` */
  unpair(siteId: SiteId, personId: PersonId): Promise<void>;
}

export interface SiteRecord {
  readonly siteId: SiteId;
  readonly classroomId: ClassroomId;
  readonly classroomName: string;
  readonly schoolId: SchoolId;
  readonly schoolName: string;
  readonly timeZone: string;
  readonly lastSeenAtMs: number | null;
  readonly health: SiteHealth | null;
  readonly healthAtMs: number | null;
  /** Of the lesson that it says it is in, if that is one of its classroom. */
  readonly lessonTitle: string | null;
  readonly wanted: SiteWanted;
  readonly phones: readonly SitePhone[];
  readonly day: { readonly quarters: number; readonly poorQuarters: number };
}

export interface PhonePairing {
  readonly siteId: SiteId;
  readonly expiresAtMs: number;
}
