import * as z from 'zod';
import { CoursewareId } from '../../signaling/protocol/ids.ts';
import { CoursewareKind, PageSize, type CoursewareFailure } from '../../signaling/protocol/rest/courseware.ts';

/**
 * Jobs of recorder-produce that turn a teacher's file into pictures of its pages (BullMQ). A queue of their own: somebody waits in front of a screen.
 * The job id names the file, so that a second order finds the first.
 */
export const COURSEWARE_QUEUE = 'tongke-courseware';

export const CoursewareJob = z.object({ coursewareId: CoursewareId, kind: CoursewareKind });
export type CoursewareJob = z.infer<typeof CoursewareJob>;

export const CoursewareResult = z.object({ pages: z.array(PageSize).min(1) });
export type CoursewareResult = z.infer<typeof CoursewareResult>;

export const coursewareJobId = (coursewareId: CoursewareId): string => `courseware-${coursewareId}`;

export type CoursewareProgress =
  | { readonly state: 'none' }
  | { readonly state: 'preparing'; readonly pagesDone: number }
  | { readonly state: 'done'; readonly result: CoursewareResult }
  | { readonly state: 'failed'; readonly failure: CoursewareFailure };
