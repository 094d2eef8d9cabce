import { useQuery } from '@tanstack/react-query';
import type { CoursewareItem } from '../../../signaling/protocol/rest/courseware.ts';
import { coursewareQuery } from './courseware-query.ts';

const NONE: readonly CoursewareItem[] = [];

export const useCoursewareFiles = (lessonId: string): readonly CoursewareItem[] =>
  useQuery(coursewareQuery(lessonId)).data ?? NONE;
