import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WHITEBOARD, type InkStroke } from '../../signaling/protocol/ink.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { sizeOfWebp } from '../courseware/page-pictures.ts';
import { fetchFile } from '../produce/source/stored-files.ts';
import { inkSvg } from './board-ink.ts';
import { pageKey, type BoardPage } from './board-pages.ts';

export interface PageFilesOptions {
  readonly store: ObjectStore;
  /** Whether this ffmpeg reads SVG, as which what is written is drawn: else pages are shown without it, and no whiteboard. */
  readonly drawsInk: boolean;
  /** Where the files are written; it exists. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Pages of the board as pictures that ffmpeg can lay over each other: the page, and what is written on it. */
export class PageFiles {
  readonly #options: PageFilesOptions;
  readonly #pictures = new Map<string, string | undefined>();

  constructor(options: PageFilesOptions) {
    this.#options = options;
  }

  /** What is gone from the store is not shown. @throws what the store throws. */
  async has(page: BoardPage): Promise<boolean> {
    return isWhiteboard(page) ? this.#options.drawsInk : (await this.#picture(page)) !== undefined;
  }

  /** Empty for a page that there is not. What is written replaces what was before in its file. @throws what the store throws. */
  async of(page: BoardPage, strokesOf: () => Promise<readonly InkStroke[]>): Promise<readonly string[]> {
    if (!(await this.has(page))) return [];
    const picture = await this.#picture(page);
    const under = picture === undefined ? [] : [picture];
    if (!this.#options.drawsInk || (page.ink === undefined && picture !== undefined)) return under;
    const strokes = page.ink === undefined ? [] : await strokesOf();
    const size = picture === undefined ? WHITEBOARD : sizeOfWebp(await readFile(picture));
    const ink = join(this.#options.folder, `${pageKey(page)}.svg`);
    await writeFile(ink, inkSvg(strokes, size, picture === undefined));
    return [...under, ink];
  }

  /** Fetched once, however often the page is shown. */
  async #picture(page: BoardPage): Promise<string | undefined> {
    if (isWhiteboard(page)) return undefined;
    const name = pageKey(page);
    if (!this.#pictures.has(name)) this.#pictures.set(name, await this.#fetch(page, `${name}.webp`));
    return this.#pictures.get(name);
  }

  async #fetch({ coursewareId, page }: BoardPage, name: string): Promise<string | undefined> {
    const { store, folder, signal } = this.#options;
    const key = objectKeys.coursewarePage(coursewareId, page, 'page');
    if ((await store.stat(key)) === undefined) return undefined;
    const path = join(folder, name);
    await fetchFile(store, key, path, signal);
    return path;
  }
}

const isWhiteboard = ({ coursewareId }: BoardPage): boolean => coursewareId === WHITEBOARD.coursewareId;
