import { queryOptions } from '@tanstack/react-query';
import { LessonId } from '../../../signaling/protocol/ids.ts';
import { coursewarePageName } from '../../../signaling/protocol/rest/courseware.ts';
import type { CoursewareItem } from '../../../signaling/protocol/rest/courseware.ts';
import { callApi } from '../api/api.ts';

const WATCH_MS = 1_500;

const isUnderWay = ({ state }: CoursewareItem): boolean => state === 'receiving' || state === 'preparing';

/** The files of a lesson; asked again while one of them is being prepared. */
export const coursewareQuery = (lessonId: string) =>
  queryOptions({
    queryKey: ['courseware', lessonId],
    queryFn: async ({ signal }) => {
      const params = { lessonId: LessonId.parse(lessonId) };
      return (await callApi('listCourseware', { params }, signal)).courseware;
    },
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) === true ? WATCH_MS : false),
  });

export const thumbUrl = (item: Pick<CoursewareItem, 'pagesUrl'>, page: number): string =>
  `${item.pagesUrl ?? ''}${coursewarePageName(page, 'thumb')}`;
