import * as z from 'zod';
import { AppError } from '../protocol/errors.ts';
import { CoursewareId } from '../protocol/ids.ts';
import { WHITEBOARD } from '../protocol/ink.ts';
import type { ShownPage } from '../protocol/pages.ts';
import { PageSize } from '../protocol/rest/courseware.ts';

export const BoardFile = z.object({ coursewareId: CoursewareId, fileName: z.string(), pages: z.array(PageSize) });
export type BoardFile = z.infer<typeof BoardFile>;

/** Empty pages, which need not be uploaded. */
const WHITEBOARD_FILE: BoardFile = {
  coursewareId: WHITEBOARD.coursewareId,
  fileName: '白板',
  pages: Array.from({ length: WHITEBOARD.pages }, () => ({ width: WHITEBOARD.width, height: WHITEBOARD.height })),
};

export const SavedPage = z.object({ file: BoardFile, page: z.int() });
export type SavedPage = z.infer<typeof SavedPage>;

export interface PageBoardOptions {
  /** A file of this lesson whose pages are there. @throws AppError `notFound`, `unavailable` */
  readonly fileOf: (coursewareId: CoursewareId) => Promise<BoardFile>;
  readonly pagesUrl: (coursewareId: CoursewareId) => string;
  readonly onChanged: (shown: ShownPage | null) => void;
}

/** The page that everybody sees (SPEC B). Turning one needs nothing but memory: it goes on while the database is away. */
export class PageBoard {
  readonly #options: PageBoardOptions;
  #saved: SavedPage | null = null;
  /** Counts what was asked: an answer that comes after the next question is no longer wanted. */
  #asked = 0;

  constructor(options: PageBoardOptions) {
    this.#options = options;
  }

  get shown(): ShownPage | null {
    if (this.#saved === null) return null;
    const { file, page } = this.#saved;
    const { coursewareId, fileName, pages } = file;
    const size = pages[page - 1];
    if (size === undefined) return null;
    const isBlank = coursewareId === WHITEBOARD.coursewareId;
    const pagesUrl = isBlank ? null : this.#options.pagesUrl(coursewareId);
    return { coursewareId, fileName, page, pageCount: pages.length, size, pagesUrl };
  }

  /** Where the class is. */
  get place(): { readonly coursewareId: CoursewareId; readonly page: number } | null {
    return this.#saved === null ? null : { coursewareId: this.#saved.file.coursewareId, page: this.#saved.page };
  }

  /** @throws AppError `notFound`, `unavailable` */
  async show(coursewareId: CoursewareId, page: number): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const onBoard = this.#saved?.file;
    const file = onBoard?.coursewareId === coursewareId ? onBoard : await this.#fileOf(coursewareId);
    if (page > file.pages.length) throw new AppError('notFound');
    if (asked !== this.#asked) return;
    if (this.#saved?.file.coursewareId === coursewareId && this.#saved.page === page) return;
    this.#set({ file, page });
  }

  hide(): void {
    this.#asked += 1;
    if (this.#saved !== null) this.#set(null);
  }

  save(): SavedPage | null {
    return this.#saved;
  }

  restore(saved: SavedPage | null): void {
    this.#saved = saved;
  }

  async #fileOf(coursewareId: CoursewareId): Promise<BoardFile> {
    if (coursewareId === WHITEBOARD.coursewareId) return WHITEBOARD_FILE;
    return await this.#options.fileOf(coursewareId);
  }

  #set(saved: SavedPage | null): void {
    this.#saved = saved;
    this.#options.onChanged(this.shown);
  }
}
