import * as z from 'zod';
import { ClassGroupId, ClassroomId, LessonId, PersonId, SchoolId } from '../ids.ts';
import { Role } from '../roles.ts';
import { LessonKind, LessonOrigin, SeatKind } from '../seats.ts';

/** Shapes that several REST routes share. Times are epoch milliseconds. */

export const Nothing = z.object({});

type WithoutDefault<T> = T extends z.ZodDefault<infer Inner> ? Inner : T;

/** What may be said of something that exists: every field optional and without its default, since what is left out stays. */
export function changeOf<Shape extends z.ZodRawShape>({ shape }: z.ZodObject<Shape>) {
  const entries = Object.entries(shape).map(([name, field]) => [
    name,
    z.optional(field instanceof z.ZodDefault ? field.unwrap() : field),
  ]);
  return z.object(Object.fromEntries(entries) as { [Name in keyof Shape]: z.ZodOptional<WithoutDefault<Shape[Name]>> });
}

const LAST_INSTANT_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** An instant that people may name: a year of four digits, which every calendar and database reads alike. */
export const Instant = z.int().min(0).max(LAST_INSTANT_MS);
export const QueryInstant = z.coerce.number().pipe(Instant);

/** What the database's integers hold. */
export const LARGEST = 2_147_483_647;
/** Of captions or an edition that somebody based a change on; 0: there was none. */
export const BaseVersion = z.int().min(0).max(LARGEST);
export const QueryVersion = z.coerce.number().pipe(z.int().min(1).max(LARGEST));

/** `HH:MM` in the school's local time. */
export const LocalTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
export const LocalDate = z.iso.date();
/** ISO 8601: 1 Monday … 7 Sunday. */
export const Weekday = z.int().min(1).max(7);

export const PageQuery = z.object({
  search: z.string().trim().max(60).optional(),
  offset: z.coerce.number().int().min(0).max(LARGEST).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), total: z.int() });

export const DisplayName = z.string().trim().min(1).max(40);
export const AccountName = z
  .string()
  .trim()
  .toLowerCase()
  .min(2)
  .max(60)
  .regex(/^[\p{L}\p{N}._@-]+$/u);
export const Password = z.string().min(8).max(200);

/** A role within a school; `schoolId` is null for the whole district. */
export const RoleGrant = z.object({ role: Role, schoolId: SchoolId.nullable() });
export type RoleGrant = z.infer<typeof RoleGrant>;

export const Me = z.object({
  personId: PersonId,
  account: z.string(),
  displayName: z.string(),
  roles: z.array(RoleGrant),
  schoolId: SchoolId.nullable(),
  schoolName: z.string().nullable(),
  classGroup: z.string().nullable(),
  wards: z.array(z.object({ personId: PersonId, displayName: z.string() })),
  mustChangePassword: z.boolean(),
});
export type Me = z.infer<typeof Me>;

export const LessonState = z.enum(['scheduled', 'live', 'ended', 'cancelled']);
export type LessonState = z.infer<typeof LessonState>;

/** Only bounds what is looked up: how many classrooms a lesson may have is refused in words (`classroomsTooMany`). */
export const ClassroomIds = z.array(ClassroomId).max(200);

export const LessonSummary = z.object({
  lessonId: LessonId,
  kind: LessonKind,
  origin: LessonOrigin,
  title: z.string(),
  subject: z.string().nullable(),
  state: LessonState,
  schoolId: SchoolId,
  schoolName: z.string(),
  lecturerId: PersonId,
  lecturerName: z.string(),
  classGroups: z.array(z.object({ classGroupId: ClassGroupId, name: z.string() })),
  classrooms: z.array(z.object({ classroomId: ClassroomId, name: z.string(), schoolName: z.string() })),
  startsAtMs: z.int(),
  endsAtMs: z.int(),
  isRecorded: z.boolean(),
  /** Made from the weekly timetable, and since moved or otherwise changed by hand. */
  isAdjusted: z.boolean(),
  /** The seat that the asking person would have; null when it may see but not enter. */
  mySeat: SeatKind.nullable(),
  /** How many are in the room now; null when it is not open. */
  presentCount: z.int().nullable(),
});
export type LessonSummary = z.infer<typeof LessonSummary>;
