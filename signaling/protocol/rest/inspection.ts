import * as z from 'zod';
import { route } from '../define.ts';
import { InspectionNoteId, LessonId, PersonId } from '../ids.ts';
import { ObservationVerdict } from './remarks.ts';
import { LARGEST, LessonSummary, Nothing, page } from './shapes.ts';

/** Of one wall: so many rooms are shown at once, and a person observes no more than two walls of them (SPEC J7). */
export const WALL_SIZE = 9;

/** What an inspector wrote about a lesson (巡课记录): seen by its author, by who leads the lesson, and by the staff of the lecturing school. */
export const InspectionNote = z.object({
  noteId: InspectionNoteId,
  text: z.string(),
  verdict: ObservationVerdict.nullable(),
  authorId: PersonId,
  authorName: z.string(),
  /** The school of the author; null for the district's own. */
  authorPlace: z.string().nullable(),
  writtenAtMs: z.int(),
  isMine: z.boolean(),
});
export type InspectionNote = z.infer<typeof InspectionNote>;

const admins = ['schoolAdmin', 'districtAdmin'] as const;
const lessonParams = z.object({ lessonId: LessonId });

export const inspectionRoutes = {
  listLiveLessons: route({
    method: 'GET',
    path: '/inspection/lessons',
    summary:
      'Lessons that run now and that the person may observe, by their start; meetings with parents are not among them',
    access: admins,
    query: z.object({
      offset: z.coerce.number().int().min(0).max(LARGEST).default(0),
      limit: z.coerce.number().int().min(1).max(WALL_SIZE).default(WALL_SIZE),
    }),
    reply: page(LessonSummary),
    errors: ['forbidden'],
  }),
  listInspectionNotes: route({
    method: 'GET',
    path: '/lessons/{lessonId}/inspection-notes',
    summary: 'What inspectors wrote about a lesson, first written first, as far as it is the person’s business',
    access: ['teacher', ...admins],
    params: lessonParams,
    reply: z.object({ notes: z.array(InspectionNote), mayWrite: z.boolean() }),
    errors: ['forbidden', 'notFound'],
  }),
  writeInspectionNote: route({
    method: 'POST',
    path: '/lessons/{lessonId}/inspection-notes',
    summary: 'Write about a lesson that one may observe',
    access: admins,
    params: lessonParams,
    body: z.object({ text: z.string().trim().min(1).max(500), verdict: ObservationVerdict.nullable() }),
    reply: InspectionNote,
    status: 201,
    errors: ['forbidden', 'notFound', 'invalidInput', 'conflict'],
  }),
  deleteInspectionNote: route({
    method: 'DELETE',
    path: '/lessons/{lessonId}/inspection-notes/{noteId}',
    summary: 'Take back what one wrote',
    access: admins,
    params: lessonParams.extend({ noteId: InspectionNoteId }),
    reply: Nothing,
    errors: ['forbidden', 'notFound'],
  }),
} as const;
