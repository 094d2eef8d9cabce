import { expect, it } from 'vitest';
import { CoursewareId } from '../../../signaling/protocol/ids.ts';
import { neighboursOf } from './page-order.ts';

const size = { width: 1_920, height: 1_080 };
const [a, b, c] = ['a', 'b', 'c'].map((id) => CoursewareId.parse(id)) as [CoursewareId, CoursewareId, CoursewareId];
const files = [
  { coursewareId: a, pages: [size, size] },
  { coursewareId: b, pages: [] },
  { coursewareId: c, pages: [size] },
];

it('leafs within a file, from one file to the next past those without pages, and ends at both ends', () => {
  expect(neighboursOf({ coursewareId: a, page: 1, pageCount: 2 }, files)).toEqual({
    previous: null,
    next: { coursewareId: a, page: 2 },
  });
  expect(neighboursOf({ coursewareId: a, page: 2, pageCount: 2 }, files).next).toEqual({ coursewareId: c, page: 1 });
  expect(neighboursOf({ coursewareId: c, page: 1, pageCount: 1 }, files)).toEqual({
    previous: { coursewareId: a, page: 2 },
    next: null,
  });
});

it('leafs within a file that has been taken out of the list', () => {
  expect(neighboursOf({ coursewareId: b, page: 2, pageCount: 3 }, [])).toEqual({
    previous: { coursewareId: b, page: 1 },
    next: { coursewareId: b, page: 3 },
  });
});
