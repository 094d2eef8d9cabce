import * as z from 'zod';
import { route } from '../define.ts';
import { LessonId, ReportId, SchoolId } from '../ids.ts';
import { Nothing, page, PageQuery } from './shapes.ts';

/** Order in the lessons of a school: the words that it refuses, and what was reported (SPEC Y). */
const admins = ['schoolAdmin', 'districtAdmin'] as const;
const schoolParams = z.object({ schoolId: SchoolId });

export const MOST_WORDS = 500;
export const LONGEST_WORD = 40;

const Words = z.array(z.string().trim().min(1).max(LONGEST_WORD)).max(MOST_WORDS);

export const KeptReport = z.object({
  reportId: ReportId,
  lessonId: LessonId,
  lessonTitle: z.string(),
  reporterName: z.string(),
  aboutName: z.string(),
  /** Null for a person. */
  message: z.object({ text: z.string(), sentAtMs: z.int() }).nullable(),
  reason: z.string(),
  reportedAtMs: z.int(),
  handled: z.object({ atMs: z.int(), byName: z.string().nullable(), note: z.string() }).nullable(),
});
export type KeptReport = z.infer<typeof KeptReport>;

export const orderRoutes = {
  getRefusedWords: route({
    method: 'GET',
    path: '/schools/{schoolId}/refused-words',
    summary: 'Words that nobody may write in the lessons of the school',
    access: admins,
    params: schoolParams,
    reply: z.object({ words: Words }),
    errors: ['forbidden', 'notFound'],
  }),
  setRefusedWords: route({
    method: 'PUT',
    path: '/schools/{schoolId}/refused-words',
    summary: 'Set the words that nobody may write in the lessons of the school, instead of those before',
    access: admins,
    params: schoolParams,
    body: z.object({ words: Words }),
    reply: z.object({ words: Words }),
    errors: ['invalidInput', 'forbidden', 'notFound'],
  }),
  listReports: route({
    method: 'GET',
    path: '/schools/{schoolId}/reports',
    summary: 'What was reported in the lessons of the school, newest first; never about the person who asks',
    access: admins,
    params: schoolParams,
    query: PageQuery.omit({ search: true }).extend({ isHandled: z.enum(['true', 'false']).default('false') }),
    reply: page(KeptReport),
    errors: ['forbidden', 'notFound'],
  }),
  handleReport: route({
    method: 'POST',
    path: '/reports/{reportId}/handled',
    summary: 'Say that a report is handled, and how',
    access: admins,
    params: z.object({ reportId: ReportId }),
    body: z.object({ note: z.string().trim().max(300).default('') }),
    reply: Nothing,
    errors: ['invalidInput', 'notFound'],
  }),
} as const;
