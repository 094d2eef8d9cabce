import type { CoursewareId } from '../../../signaling/protocol/ids.ts';
import type { CoursewareItem } from '../../../signaling/protocol/rest/courseware.ts';

/** One page among all of a lesson. */
export interface PagePlace {
  readonly coursewareId: CoursewareId;
  readonly page: number;
}

export interface Neighbours {
  readonly previous: PagePlace | null;
  readonly next: PagePlace | null;
}

/** What comes before and after: files follow each other, so that five photographs are leafed through like five pages. */
export function neighboursOf(
  { coursewareId, page, pageCount }: PagePlace & { readonly pageCount: number },
  files: readonly Pick<CoursewareItem, 'coursewareId' | 'pages'>[],
): Neighbours {
  const shown = files.filter(({ pages }) => pages.length > 0);
  const index = shown.findIndex((file) => file.coursewareId === coursewareId);
  const before = index > 0 ? shown[index - 1] : undefined;
  const after = index >= 0 ? shown[index + 1] : undefined;
  const last = before === undefined ? null : { coursewareId: before.coursewareId, page: before.pages.length };
  const first = after === undefined ? null : { coursewareId: after.coursewareId, page: 1 };
  return {
    previous: page > 1 ? { coursewareId, page: page - 1 } : last,
    next: page < pageCount ? { coursewareId, page: page + 1 } : first,
  };
}
