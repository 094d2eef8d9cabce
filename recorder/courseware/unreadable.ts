import type { CoursewareFailure } from '../../signaling/protocol/rest/courseware.ts';

/** A file that stays as it is, however often somebody tries. */
export class Unreadable extends Error {
  readonly failure: CoursewareFailure;

  constructor(failure: CoursewareFailure, cause?: unknown) {
    super(failure, { cause });
    this.name = 'Unreadable';
    this.failure = failure;
  }
}
