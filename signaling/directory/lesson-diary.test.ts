import { describe, expect, it } from 'vitest';
import { LessonId, PersonId, SchoolId } from '../protocol/ids.ts';
import { movedTogether, settleWishes } from './lesson-diary.ts';

const MINUTE_MS = 60_000;
const id = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const TEACHER = PersonId.parse(id(1));
const OTHER = PersonId.parse(id(2));

const slot = (title: string, startMinute: number, needs: PersonId[] = [TEACHER]) => ({
  ...{ title, needs, lecturerName: '林老师', schoolId: SchoolId.parse(id(3)), schoolName: '小学' },
  ...{ startsAtMs: startMinute * MINUTE_MS, endsAtMs: (startMinute + 40) * MINUTE_MS },
});
const lesson = (number: number, startMinute: number, needs?: PersonId[]) => ({
  ...slot(`课${number}`, startMinute, needs),
  lessonId: LessonId.parse(id(100 + number)),
});
const fresh = (title: string, startMinute: number, needs?: PersonId[]) => ({
  ...slot(title, startMinute, needs),
  lessonId: null,
});
const titles = (refused: ReadonlyMap<{ readonly title: string }, { readonly title: string }>): string[][] =>
  [...refused].map(([wish, clash]) => [wish.title, clash.title]);

describe('wishes for times', () => {
  it('are granted unless somebody they need is in another lesson at that time', () => {
    const planned = [lesson(1, 0)];
    expect(titles(settleWishes([fresh('新', 40), fresh('旁', 20, [OTHER])], planned))).toEqual([]);
    expect(titles(settleWishes([fresh('新', 39)], planned))).toEqual([['新', '课1']]);
  });

  it('are granted to the first of two that want the same', () => {
    expect(titles(settleWishes([fresh('一', 0), fresh('二', 10)], []))).toEqual([['二', '一']]);
  });

  it('may exchange places, and take one that is left', () => {
    const planned = [lesson(1, 0), lesson(2, 60)];
    expect(settleWishes([lesson(1, 60), lesson(2, 0)], planned).size).toBe(0);
    expect(settleWishes([lesson(1, 60), lesson(2, 120), fresh('新', 0)], planned).size).toBe(0);
  });

  it('take no place that is not left after all', () => {
    const planned = [lesson(1, 0), lesson(2, 60), lesson(3, 120)];
    expect(titles(settleWishes([lesson(1, 60), lesson(2, 120), fresh('新', 0)], planned))).toEqual([
      ['课2', '课3'],
      ['课1', '课2'],
      ['新', '课1'],
    ]);
  });

  it('over midnight are seen on both days', () => {
    const planned = [lesson(1, 1_430)];
    expect(titles(settleWishes([fresh('夜', 1_441)], planned))).toEqual([['夜', '课1']]);
  });
});

describe('lessons that go where others are', () => {
  it('are moved together, and all others alone', () => {
    const [one, two, three, far] = [lesson(1, 60), lesson(2, 120), lesson(3, 0), lesson(4, 5_000)] as const;
    const before = new Map([
      [one, lesson(1, 0)],
      [two, lesson(2, 60)],
      [three, lesson(3, 120)],
      [far, lesson(4, 4_000)],
    ]);
    expect(movedTogether([one, two, three, far], before).map((group) => group.length)).toEqual([3, 1]);
  });
});
