import * as z from 'zod';
import { CoursewareId } from '../../signaling/protocol/ids.ts';
import type { RecordingEvent } from '../contract.ts';
import type { Span } from '../produce/source/presence.ts';

/** A page of a teacher's file, on the board as a still. */
export const BoardPage = z.object({
  coursewareId: CoursewareId,
  page: z.int().positive(),
  /** Names what is written on it. */
  ink: z.string().exactOptional(),
});
export type BoardPage = z.infer<typeof BoardPage>;

export interface ShownPage {
  readonly page: BoardPage;
  readonly span: Span;
}

/** Which page was on the board when: until the next one, or until it was taken off. */
export function shownPages(events: readonly RecordingEvent[], endUs: number): readonly ShownPage[] {
  const turns = events.filter((event) => event.type === 'slide' || event.type === 'slideHidden');
  return turns.flatMap((turn, index) => {
    if (turn.type !== 'slide' || turn.data.coursewareId === undefined) return [];
    const { coursewareId, page } = turn.data;
    const toUs = turns[index + 1]?.atUs ?? endUs;
    return [{ page: { coursewareId, page }, span: { fromUs: turn.atUs, toUs } }];
  });
}

export const pageKey = ({ coursewareId, page }: Pick<BoardPage, 'coursewareId' | 'page'>): string =>
  `${coursewareId}-${page}`;
