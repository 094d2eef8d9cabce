import * as z from 'zod';
import { route } from '../define.ts';
import { ClassroomId, SchoolId } from '../ids.ts';
import { LocalDate } from './shapes.ts';

/** More than a school year. */
export const MAX_COVERAGE_DAYS = 400;

/** Of lines while they were measured: the average score (0–10) and the part of the time in which it was poor; null where nothing was measured. */
const Line = z.object({ score: z.number().nullable(), poorShare: z.number().nullable() });

/**
 * What a school gave and received. A lesson counts from its bell, or from when a teacher came if that was later, to when the last teacher
 * left; a classroom has received what of that it was in the room for. Meetings with parents are not counted.
 */
export const SchoolCoverage = z.object({
  schoolId: SchoolId,
  schoolName: z.string(),
  given: z.object({ lessons: z.int(), ms: z.int() }),
  /** To classrooms of other schools, by school: lessons in which any of them took part, and the time of all their classrooms together. */
  partners: z.array(z.object({ schoolId: SchoolId, schoolName: z.string(), lessons: z.int(), ms: z.int() })),
  /** By all classrooms together, whoever gave. */
  received: z.object({ lessons: z.int(), ms: z.int() }),
  /** All that the school has, also those that took part in nothing. */
  classrooms: z.array(
    z.object({
      classroomId: ClassroomId,
      name: z.string(),
      lessons: z.int(),
      ms: z.int(),
      /** Who gave, by how much. */
      from: z.array(z.string()),
      line: Line,
    }),
  ),
  /** Of its classrooms while they listened. */
  line: Line,
});
export type SchoolCoverage = z.infer<typeof SchoolCoverage>;

export const coverageRoutes = {
  coverage: route({
    method: 'GET',
    path: '/coverage',
    summary: 'What schools gave and received between two dates; of one school, or for the district of all',
    access: ['schoolAdmin', 'districtAdmin'],
    query: z.object({ schoolId: SchoolId.optional(), firstDate: LocalDate, lastDate: LocalDate }),
    reply: z.object({ schools: z.array(SchoolCoverage) }),
    errors: ['forbidden', 'notFound', 'invalidInput'],
  }),
} as const;
