import { expect, it } from 'vitest';
import { RulesStand } from '../../tests/support/rooms/rules-stand.ts';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { CoursewareId } from '../protocol/ids.ts';
import { WHITEBOARD } from '../protocol/ink.ts';
import { PageBoard, type BoardFile } from './page-board.ts';

const SIZE = { width: 1_920, height: 1_080 };

function fileOf(name: string, pages: number): BoardFile {
  return {
    coursewareId: CoursewareId.parse(name),
    fileName: `${name}.pdf`,
    pages: Array.from({ length: pages }, () => SIZE),
  };
}

function add(stand: RulesStand, file: BoardFile): BoardFile {
  stand.store.boardFiles.set(file.coursewareId, { lessonId: stand.lesson.facts.lessonId, file });
  return file;
}

it('a page is shown to everybody, to who comes later too, and noted in the recording (B1, B4)', async () => {
  const stand = new RulesStand({ kind: 'sky', facts: { isRecorded: true } });
  const teacher = await stand.join('lecturer', '王老师');
  const pupil = await stand.join('pupil', '小明');
  const { coursewareId } = add(stand, fileOf('waterfall', 3));
  const { pages } = stand.room.parts.tools;
  await pages.show(coursewareId, 1);
  await pages.show(coursewareId, 3);
  await pages.show(coursewareId, 3);
  for (const peer of [teacher, pupil]) expect(peer.of('pageShown').map(({ page }) => page?.page)).toEqual([1, 3]);
  const late = await stand.join('pupil', '小红');
  expect(late.snapshot).toMatchObject({
    tools: { page: { coursewareId, page: 3, pageCount: 3, size: SIZE, pagesUrl: '/pages/waterfall/' } },
  });
  pages.hide();
  expect(pupil.of('pageShown').at(-1)).toEqual({ page: null, strokes: [] });
  await settle();
  const slides = [...stand.control.events.values()].flat();
  expect(slides.filter(({ type }) => type === 'slide' || type === 'slideHidden').map(({ data }) => data)).toEqual([
    { page: 1, coursewareId },
    { page: 3, coursewareId },
    {},
  ]);
});

it('pages of another lesson, and those behind the end, are not found (B1)', async () => {
  const stand = new RulesStand();
  const { coursewareId } = add(stand, fileOf('own', 2));
  const foreign = fileOf('foreign', 2);
  stand.store.boardFiles.set(foreign.coursewareId, { lessonId: new RulesStand().lesson.facts.lessonId, file: foreign });
  const { pages } = stand.room.parts.tools;
  await expect(pages.show(foreign.coursewareId, 1)).rejects.toMatchObject({ code: 'notFound' });
  await expect(pages.show(coursewareId, 3)).rejects.toMatchObject({ code: 'notFound' });
  expect(pages.shown).toBeNull();
});

it('of two files that are asked for, the later one stays, however long the first is looked up (B2)', async () => {
  const answers = new Map<string, (file: BoardFile) => void>();
  const shown: (string | undefined)[] = [];
  const board = new PageBoard({
    fileOf: (coursewareId) => new Promise((resolve) => void answers.set(coursewareId, resolve)),
    pagesUrl: () => '/',
    onChanged: (page) => void shown.push(page?.fileName),
  });
  const [slow, quick] = [fileOf('slow', 1), fileOf('quick', 1)];
  const first = board.show(slow.coursewareId, 1);
  const second = board.show(quick.coursewareId, 1);
  answers.get('quick')?.(quick);
  await second;
  answers.get('slow')?.(slow);
  await first;
  expect(shown).toEqual(['quick.pdf']);
});

it('a screen that is shared takes the page off, and a page that is shown again is the board (B3)', async () => {
  const stand = new RulesStand();
  const teacher = await stand.join('lecturer', '王老师');
  const { coursewareId } = add(stand, fileOf('own', 2));
  const { pages } = stand.room.parts.tools;
  await pages.show(coursewareId, 2);
  await stand.produce(teacher, 'camera');
  expect(pages.shown?.page).toBe(2);
  await stand.produce(teacher, 'screen');
  expect(pages.shown).toBeNull();
  await pages.show(coursewareId, 1);
  expect(pages.shown?.page).toBe(1);
});

it('the page is on the board again after a take-over, also while the database is away (T1)', async () => {
  const stand = new RulesStand();
  await stand.join('lecturer', '王老师');
  const { coursewareId } = add(stand, fileOf('own', 3));
  await stand.room.parts.tools.pages.show(coursewareId, 2);
  await settle();
  const next = new RulesStand({ before: stand, saved: stand.saved() });
  stand.store.isAway = true;
  const { pages } = next.room.parts.tools;
  expect(pages.shown).toMatchObject({ coursewareId, page: 2, pageCount: 3 });
  await pages.show(coursewareId, 3);
  expect(pages.shown?.page).toBe(3);
});

it('the whiteboard is a file of 20 empty pages that nobody has uploaded (I6)', async () => {
  const stand = new RulesStand();
  await stand.join('lecturer', '王老师');
  const { pages } = stand.room.parts.tools;
  await pages.show(WHITEBOARD.coursewareId, 20);
  expect(pages.shown).toMatchObject({ coursewareId: 'whiteboard', page: 20, pageCount: 20, pagesUrl: null });
  await expect(pages.show(WHITEBOARD.coursewareId, 21)).rejects.toMatchObject({ code: 'notFound' });
  expect(pages.shown?.page).toBe(20);
});
